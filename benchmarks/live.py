"""Speed of faces in frame after frame: pipeline, live stream, video file, and the package `fer`.

    python benchmarks/live.py [--model custom_cnn] [--fer /path/to/venv/bin/python] [--minutes 10]

All of it works on one clip: NASA's astronaut in 640 x 480 at 30 frames a second. `--fer` names a
Python that has the PyPI package `fer`, for the comparison on the same frames:

    python -m venv /tmp/fer
    /tmp/fer/bin/pip install fer "setuptools<81" "opencv-contrib-python<5"

`--minutes` measures the memory that a video of that length takes.
"""

import argparse
import asyncio
import inspect
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay
from clip import FPS, clip

from fer_core.evaluation.cost import machine
from fer_core.faces import is_here
from fer_core.inference import Pipeline, draw
from fer_core.inference.annotation import annotate
from fer_core.inference.live import LiveSession
from fer_core.inference.stream import FaceStream
from fer_core.inference.summary import Summary
from fer_core.inference.video import Frame, VideoReader, VideoWriter

_BITS, _CELL = 10, 16
"""Frames carry their number as a row of black and white cells, so that they are known again."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="custom_cnn")
    parser.add_argument("--fer", help="a Python that has the package fer")
    parser.add_argument("--minutes", type=float, help="measure memory on a video of this length")
    chosen = parser.parse_args()
    print(f"{machine()}; {os.cpu_count()} processors; load average {os.getloadavg()[0]:.1f}\n")
    detectors = [*(["yunet"] if is_here("yunet") else []), "haar_alt2"]
    if chosen.minutes:
        memory(chosen.model, chosen.minutes)
        return
    analysis(chosen.model, detectors)
    callback(chosen.model, detectors)
    for sessions in (1, 2):
        loopback(chosen.model, detectors[0], sessions)
    video(chosen.model, detectors, chosen.fer)


def analysis(model: str, detectors: list[str]) -> None:
    """Frames read and drawn, one after the other."""
    print("| analysed and drawn | frames a second | median | p95 |\n|---|---|---|---|")
    for name in detectors:
        for faces in (1, 5):
            shots = list(clip(300, faces))
            stream = FaceStream(Pipeline.load(model, name, fast=True))
            taken, seen = [], []
            for shot in shots:
                began = time.perf_counter()
                found = stream.read(shot.rgb, shot.seconds)
                draw(shot.rgb, found)
                taken.append(time.perf_counter() - began)
                seen.append(len(found))
            fps = len(taken[10:]) / sum(taken[10:])
            who = f"{name}, {faces} face{'s' * (faces > 1)} ({np.mean(seen):.1f} seen)"
            print(f"| {who} | {fps:.0f} | {milliseconds(taken[10:])} |")
    print()


def callback(model: str, detectors: list[str]) -> None:
    """The live stream's callback: from one video frame to the other."""
    print("| callback of the live stream | median | p95 | longest |\n|---|---|---|---|")
    for name in detectors:
        session = LiveSession(Pipeline.load(model, name, fast=True))
        frames = [av.VideoFrame.from_ndarray(shot.rgb, format="rgb24") for shot in clip(300)]
        frames = [frame.reformat(format="yuv420p") for frame in frames]  # as they are decoded
        taken = []
        for frame in frames:
            began = time.perf_counter()
            session.receive(frame)
            taken.append(time.perf_counter() - began)
        print(f"| {name} | {milliseconds(taken[10:])} | {1000 * max(taken[10:]):.1f} ms |")
    print()


def loopback(model: str, detector: str, sessions: int, seconds: float = 20.0) -> None:
    """Live streams over WebRTC, camera and screen on this machine too, so that all share it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    pictures = [shot.rgb for shot in clip(300)]
    calls = [
        asyncio.run_coroutine_threadsafe(_call(loop, model, detector, pictures, seconds), loop)
        for _ in range(sessions)
    ]
    for number, call in enumerate(calls, start=1):
        fps, delays = call.result()
        late = np.percentile(delays, 95) * 1000
        print(
            f"live stream {number} of {sessions} ({detector}): {fps:.1f} frames a second shown, "
            f"camera to screen {np.median(delays) * 1000:.0f} ms median, {late:.0f} ms p95"
        )
    loop.call_soon_threadsafe(loop.stop)
    print()


class _Camera(VideoStreamTrack):
    """Plays the pictures at 30 frames a second, each with its number on it."""

    def __init__(self, pictures: list[np.ndarray]) -> None:
        super().__init__()
        self._pictures = pictures
        self._number = 0
        self.sent: dict[int, float] = {}

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        picture = self._pictures[self._number % len(self._pictures)].copy()
        _stamp(picture, self._number)
        self.sent[self._number] = time.perf_counter()
        self._number = (self._number + 1) % 2**_BITS
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, Fraction(time_base)
        return frame


def _stamp(picture: np.ndarray, number: int) -> None:
    for bit in range(_BITS):
        value = 255 if number >> bit & 1 else 0
        picture[-_CELL:, _CELL * bit : _CELL * (bit + 1)] = value


def _number_on(picture: np.ndarray) -> int:
    row = picture[-_CELL:, : _CELL * _BITS].reshape(_CELL, _BITS, _CELL, 3)
    return sum(int(row[:, bit].mean() > 127) << bit for bit in range(_BITS))


async def _call(
    loop: asyncio.AbstractEventLoop,
    model: str,
    detector: str,
    pictures: list[np.ndarray],
    seconds: float,
) -> tuple[float, list[float]]:
    """Returns the frames a second that came back new, and their delays."""
    from streamlit_webrtc import WebRtcMode, WebRtcWorker

    session = LiveSession(Pipeline.load(model, detector, fast=True), mirror=False)
    required = inspect.signature(WebRtcWorker).parameters.values()
    arguments = {each.name: None for each in required if each.default is each.empty}
    arguments |= {
        "mode": WebRtcMode.SENDRECV,
        "rtc_configuration": RTCConfiguration(iceServers=[]),
        "video_frame_callback": session.receive,
        "async_processing": True,
        "sendback_video": True,
    }
    worker = WebRtcWorker(**arguments, loop=loop, relay=MediaRelay())
    camera, caller = _Camera(pictures), RTCPeerConnection(RTCConfiguration(iceServers=[]))
    caller.addTrack(camera)
    arrived: asyncio.Future = loop.create_future()
    caller.on("track", arrived.set_result)
    await caller.setLocalDescription(await caller.createOffer())
    offer = caller.localDescription
    answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, 20)
    await caller.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
    track = await arrived
    until = time.perf_counter() + 4  # to warm up
    while time.perf_counter() < until:
        await track.recv()
    delays, shown, until = [], set(), time.perf_counter() + seconds
    while time.perf_counter() < until:
        frame = await track.recv()
        number = _number_on(frame.to_ndarray(format="rgb24"))
        if number not in shown and number in camera.sent:
            delays.append(time.perf_counter() - camera.sent[number])
            shown = {number, *list(shown)[-30:]}
    await caller.close()
    await asyncio.to_thread(worker.stop)
    return len(delays) / seconds, delays


def video(model: str, detectors: list[str], fer: str | None) -> None:
    """Processor time of a video file: read, marked, written, with its table."""
    film = io.BytesIO()
    with VideoWriter(film) as writer:
        for shot in clip(20 * FPS):
            writer.write(shot.rgb, shot.seconds)
    print("| video of one face | processor seconds a minute | ms a frame |\n|---|---|---|")
    spent = {}
    for name in detectors:
        stream = FaceStream(Pipeline.load(model, name, fast=True))
        began, clock = time.process_time(), time.perf_counter()
        with VideoReader(film) as reader:
            for _ in annotate(reader, stream, Summary(), io.BytesIO(), io.StringIO()):
                pass
        spent[name] = 3 * (time.process_time() - began)
        took = 1000 * (time.perf_counter() - clock) / (20 * FPS)
        print(f"| read, marked and written, {name} | {spent[name]:.1f} | {took:.1f} |")
    if fer:
        cpu, took = _package_fer(fer, film.getvalue())
        print(f"| package fer, faces only | {cpu:.1f} | {took:.1f} |")
        for name in detectors:
            print(f"\nfer takes {cpu / spent[name]:.1f} times the processor time of {name}.")


_FER = """
import sys, time
import cv2
from fer.fer import FER
detector, capture = FER(mtcnn=False), cv2.VideoCapture(sys.argv[1])
frames = []
while True:
    there, frame = capture.read()
    if not there: break
    frames.append(frame)
frames = frames[::4]
for frame in frames[:5]: detector.detect_emotions(frame)
began, clock = time.process_time(), time.perf_counter()
found = sum(len(detector.detect_emotions(frame)) > 0 for frame in frames)
print((time.process_time() - began) / len(frames), (time.perf_counter() - clock) / len(frames),
      found / len(frames))
"""


def _package_fer(python: str, film: bytes) -> tuple[float, float]:
    """Returns its processor seconds for a minute of frames, and milliseconds a frame."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        Path(file.name).write_bytes(film)
        answer = subprocess.run(
            [python, "-c", _FER, file.name], capture_output=True, text=True, check=True
        )
    cpu, clock, found = (float(word) for word in answer.stdout.split()[-3:])
    print(f"| (fer finds a face in {found:.0%} of the frames) | | |")
    return 60 * FPS * cpu, 1000 * clock


def memory(model: str, minutes: float) -> None:
    """Resident memory after each tenth of a long video."""

    def frames() -> Iterator[Frame]:
        number = 0
        while number < minutes * 60 * FPS:
            for shot in clip(300):
                yield Frame(number, number / FPS, shot.rgb)
                number += 1

    stream = FaceStream(Pipeline.load(model, "auto", fast=True))
    tenth = minutes * 60 / 10
    with tempfile.TemporaryDirectory() as folder:
        out, table = Path(folder, "out.mp4"), Path(folder, "out.csv")
        for frame, _ in annotate(frames(), stream, Summary(), out, table):
            if frame.number % round(tenth * FPS) == 0:
                print(f"{frame.seconds / 60:.1f} min: {resident_mb():.0f} MB")


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def milliseconds(taken: list[float]) -> str:
    return f"{1000 * np.median(taken):.1f} ms | {1000 * np.percentile(taken, 95):.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
