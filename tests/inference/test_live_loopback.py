"""Frames over a real WebRTC connection within this process, to streamlit-webrtc's worker."""

import asyncio
import inspect
import threading
import time
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay

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

    received = call(loop, receive, Camera(lambda _: astronaut), frames=40)
    state = states[-1]
    assert state.error == ""
    assert [face.number for face in state.faces] == [1]
    # A codec blurs the marks: how much of them is in what came back, 0 if none and 1 if all?
    marks = draw(astronaut, state.faces).astype(int) - astronaut
    change = received.astype(int) - astronaut
    assert (change * marks).sum() / (marks**2).sum() > 0.5
    assert np.abs(change[400:]).mean() < 12


def test_newest_frame_is_read_when_reading_is_slow(loop):
    behind = []

    def slow(frame):
        behind.append(camera.sent - 1 - number_on(frame.to_ndarray(format="rgb24")))
        time.sleep(0.25)
        return frame

    camera = Camera(numbered)
    call(loop, slow, camera, frames=120)
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
    loop, receive: Callable[[av.VideoFrame], av.VideoFrame], camera: Camera, frames: int
) -> np.ndarray:
    """Calls streamlit-webrtc's worker as a browser would; returns the last frame that came back."""
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
    calling = asyncio.run_coroutine_threadsafe(_call(worker, camera, frames), loop)
    try:
        return calling.result(timeout=60)
    finally:
        worker.stop()


async def _relay() -> MediaRelay:
    return MediaRelay()


async def _call(worker, camera: Camera, frames: int) -> np.ndarray:
    caller = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    caller.addTrack(camera)
    arrived: asyncio.Future = asyncio.get_running_loop().create_future()
    caller.on("track", lambda track: arrived.set_result(track))
    await caller.setLocalDescription(await caller.createOffer())
    offer = caller.localDescription
    answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, 20)
    await caller.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
    track = await arrived
    try:
        for _ in range(frames):
            frame = await asyncio.wait_for(track.recv(), 20)
        return frame.to_ndarray(format="rgb24")
    finally:
        await caller.close()
