"""Frames over a real WebRTC connection within this process, to streamlit-webrtc's worker."""

import asyncio
import inspect
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import count

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay
from waiting import PATIENCE

from fer_core.inference import Pipeline, draw
from fer_core.inference.live import LiveSession


class Camera(VideoStreamTrack):
    """Sends what `picture_of` returns for each frame's number, 30 a second."""

    def __init__(self, picture_of: Callable[[int], np.ndarray]):
        super().__init__()
        self.picture_of, self.sent = picture_of, 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(self.picture_of(self.sent), format="rgb24")
        frame.pts, frame.time_base = pts, Fraction(time_base)
        self.sent += 1
        return frame


@pytest.fixture
def loop():
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def test_frames_come_back_marked(loop, saved_models, astronaut):
    session = LiveSession(Pipeline.load("custom_cnn", "haar_alt2", fast=True), mirror=False)
    states = []

    def receive(frame):
        marked = session.receive(frame)
        states.append(session.state())
        return marked

    def is_marked(_, picture: np.ndarray) -> bool:
        """A codec blurs the marks: is most of them in what came back?"""
        faces = states[-1].faces if states else ()
        marks = draw(astronaut, faces).astype(int) - astronaut
        change = picture.astype(int) - astronaut
        return (change * marks).sum() > 0.5 * (marks**2).sum() > 0

    received = call(loop, receive, Camera(lambda _: astronaut), is_marked)
    assert states[-1].error == ""
    assert [face.number for face in states[-1].faces] == [1]
    assert np.abs(received[400:].astype(int) - astronaut[400:]).mean() < 12


def test_newest_frame_is_read_when_reading_is_slow(loop):
    behind = []

    def slow(frame):
        behind.append(camera.sent - 1 - number_on(frame.to_ndarray(format="rgb24")))
        time.sleep(0.25)
        return frame

    camera = Camera(numbered)
    call(loop, slow, camera, lambda number, _: number == 120)
    # All frames in turn would be 6 more behind each time: 60 after ten.
    assert len(behind) >= 10
    assert max(behind[3:]) < 30


def numbered(number: int) -> np.ndarray:
    """A picture that shows a number below 256 as bright and dark stripes."""
    bits = np.array([number >> bit & 1 for bit in range(8)], np.uint8)
    return np.broadcast_to((40 + 170 * bits).repeat(40)[:, None], (240, 320, 3)).copy()


def number_on(picture: np.ndarray) -> int:
    stripes = picture.reshape(240, 8, 40, 3).mean(axis=(0, 2, 3))
    return sum(int(bright > 125) << bit for bit, bright in enumerate(stripes))


def call(
    loop,
    receive: Callable[[av.VideoFrame], av.VideoFrame],
    camera: Camera,
    enough: Callable[[int, np.ndarray], bool],
) -> np.ndarray:
    """Calls streamlit-webrtc's worker as a browser would; returns the frame that was enough."""
    from streamlit_webrtc import WebRtcMode, WebRtcWorker

    # The worker has no defaults of its own.
    required = inspect.signature(WebRtcWorker).parameters.values()
    nothing = {each.name: None for each in required if each.default is each.empty}
    worker = WebRtcWorker(
        **nothing
        | {
            "mode": WebRtcMode.SENDRECV,
            "rtc_configuration": RTCConfiguration(iceServers=[]),
            "video_frame_callback": receive,
            "async_processing": True,
            "sendback_video": True,
        },
        loop=loop,
        relay=asyncio.run_coroutine_threadsafe(_relay(), loop).result(),
    )
    calling = asyncio.run_coroutine_threadsafe(_call(worker, camera, enough), loop)
    try:
        return calling.result(timeout=PATIENCE)
    finally:
        worker.stop()


async def _relay() -> MediaRelay:
    return MediaRelay()


async def _call(worker, camera: Camera, enough: Callable[[int, np.ndarray], bool]) -> np.ndarray:
    caller = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    caller.addTrack(camera)
    arrived: asyncio.Future = asyncio.get_running_loop().create_future()
    caller.on("track", lambda track: arrived.set_result(track))
    await caller.setLocalDescription(await caller.createOffer())
    offer = caller.localDescription
    answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, PATIENCE)
    await caller.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
    track = await arrived
    try:
        for number in count(1):
            frame = await asyncio.wait_for(track.recv(), PATIENCE)
            if enough(number, picture := frame.to_ndarray(format="rgb24")):
                return picture
    finally:
        await caller.close()
