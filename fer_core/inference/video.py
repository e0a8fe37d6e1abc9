"""Video files: frames out of any, and H.264 that browsers play; neither holds more than a frame."""

import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.stream import Disposition
from av.video.stream import VideoStream

from fer_core.common import isolated
from fer_core.common.contents import described
from fer_core.common.files import printable, regular
from fer_core.common.isolated import Limits
from fer_core.errors import FileError, VideoError
from fer_core.settings import settings

EXTENSIONS = ("mp4", "mov", "m4v", "qt", "3gp", "3g2", "webm", "mkv", "avi")
"""File name endings of the videos that can be read, lower case."""

LONGEST_SIDE = 1920
"""Larger frames are read at this size, px: 4K would be slow to write and no face gains by it."""

# Only containers of pictures: a playlist could make FFmpeg open other files and addresses.
_DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
_HEAD = 1000
_TICK = Fraction(1, 90_000)
_HIGH = 720
"""Lines from which on a video that names no matrix of colours is taken to be in BT.709, as browsers
take it, and below which in BT.601."""

_BT709, _BT601 = 1, 6
_UNTOLD = (2, 3)
_LIMITED = 1
"""FFmpeg's numbers of matrices (of primaries and curves too), and of the range 16 to 235."""
_THREADS = 1
"""Of a conversion of colours: FFmpeg would start some for each frame, for which a process with a
limit of memory soon has no room."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video.

    Attributes:
        number: From 0.
        seconds: Its time after the first frame.
        rgb: uint8 array of shape (h, w, 3), upright.
        scale: Pixels of it for each of the video's own, at most 1.
    """

    number: int
    seconds: float
    rgb: np.ndarray
    scale: float = 1.0


def sampled(frames: Iterable[Frame], every: float) -> Iterator[Frame]:
    """Yields the first frame, and then the first of each `every` seconds; all of them for 0."""
    due = 0.0
    for frame in frames:
        if frame.seconds >= due - 1e-6:
            due = (math.floor(frame.seconds / every + 1e-6) + 1) * every if every else 0.0
            yield frame


class VideoReader:
    """Decodes a video frame by frame, at the times, in the colours and the way up of a browser.

    Pictures that change their size on the way each keep their own shape. Iterate over it once,
    within a `with` block. Packets that are damaged are left out.

    Args:
        source: A path, or a binary file that can be sought in.

    Attributes:
        seconds: Length; None where the file does not say.
        scale: As the first frame's.

    Raises:
        VideoError: If it is empty, damaged or no video.
    """

    def __init__(self, source: Path | BinaryIO) -> None:
        self._container = _open(source)
        try:
            self._stream = next(filter(_is_film, self._container.streams.video))
            self._stream.thread_type = "AUTO"
            codec = self._stream.codec_context
            if codec is None:
                raise VideoError(
                    "The video is coded in a way that is not known here. Save it as MP4."
                )
            _, self.scale = self._shown_size(codec.width, codec.height)
        except VideoError:
            self._container.close()
            raise
        except StopIteration:
            self._container.close()
            raise VideoError("The file holds no pictures: it is sound only, or damaged.") from None
        self.seconds = self._length()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        """Yields every frame.

        Raises:
            VideoError: If none can be decoded.
        """
        number, first, last = 0, None, 0.0
        for frame in self._decoded():
            (width, height), scale = self._shown_size(frame.width, frame.height)  # they may change
            seconds = self._time(frame)
            seconds = last + self._step() if seconds is None else seconds
            first = seconds if first is None else first
            # Damaged files repeat or turn back time; an encoder takes neither.
            seconds = max(seconds, last + 1e-3) if number else seconds
            picture = frame.reformat(
                width=width,
                height=height,
                format="rgb24",
                src_colorspace=_matrix(frame),
                threads=_THREADS,
            )
            upright = _upright(picture.to_ndarray(), frame)
            yield Frame(number, seconds - first, upright, scale)
            number, last = number + 1, seconds
        if not number:
            raise VideoError("The video is damaged: none of its pictures can be decoded.")

    def _time(self, frame: av.VideoFrame) -> float | None:
        """Returns when a frame is shown, in the file's own time; None where it does not say."""
        if self._container.format.name == "avi":  # knows only when a frame is decoded
            return None if frame.dts is None else float(frame.dts * self._stream.time_base)
        result: float | None = frame.time
        return result

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except (StopIteration, av.error.EOFError):
                return
            except av.error.FFmpegError:
                continue
            yield from frames

    def _shown_size(self, width: int, height: int) -> tuple[tuple[int, int], float]:
        """Returns width and height at which a frame is decoded, not yet turned, and its scale."""
        if width < 1 or height < 1:
            raise VideoError("The video is damaged: it does not say how large its pictures are.")
        _refuse_too_large(width, height)
        width = max(1, round(width * (self._stream.codec_context.sample_aspect_ratio or 1)))
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        size = round(width * scale), round(height * scale)
        if min(size) < 2:
            raise VideoError(f"The video has {width} × {height} pixels: too narrow for a face.")
        return size, scale

    def _length(self) -> float | None:
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration is not None:
            return float(self._container.duration / av.time_base)
        return None

    def _step(self) -> float:
        return float(1 / (self._stream.average_rate or 25))


class UploadReader:
    """Does what `VideoReader` does for a file that somebody uploaded, in a process of its own.

    One made to do harm ends that process, or overruns the settings' limits for it, and is refused.

    Args:
        data: The whole file.

    Attributes:
        seconds: As `VideoReader`'s.
        scale: As `VideoReader`'s.

    Raises:
        VideoError: As `VideoReader` does, or while it is read, if its process comes to an end.
    """

    def __init__(self, data: bytes) -> None:
        megabytes = settings().reader_mb(settings().video_reader_mb)
        limits = Limits(megabytes, seconds=settings().frame_seconds)
        self._told = isolated.stream(
            _tell, data, limits=limits, error=VideoError, subject="The video"
        )
        self.seconds: float | None
        self.scale: float
        self.seconds, self.scale = next(self._told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._told.close()

    def __iter__(self) -> Iterator[Frame]:
        """Yields every frame, as `VideoReader` does."""
        yield from self._told


def _refuse_too_large(width: int, height: int) -> None:
    if width * height > settings().max_pixels:
        raise VideoError(
            f"The video has {width:,} × {height:,} pixels; "
            f"the limit is {settings().max_pixels / 1e6:.0f} million. Save it smaller."
        )


def _tell(data: bytes) -> Iterator[Any]:
    """Yields a video's length and scale, and then its frames."""
    with VideoReader(io.BytesIO(data)) as reader:
        yield reader.seconds, reader.scale
        yield from reader


def _open(source: Path | BinaryIO) -> av.container.InputContainer:
    try:
        if not isinstance(source, Path):
            source.seek(0)
        name = _as_file(regular(source)) if isinstance(source, Path) else source
        return av.open(name, options={"format_whitelist": _DEMUXERS})
    except PermissionError as error:
        raise FileError(f"{_name(source)} cannot be read: {error.strerror}.") from error
    except (av.error.FFmpegError, ValueError) as error:
        what = described(_head(source))
        if "video" in what:
            raise VideoError(
                f"{_name(source)} begins as a video and is damaged. Save or download it again."
            ) from error
        raise VideoError(
            f"{_name(source)} is {what}, not a video that can be read. "
            "Use MP4, MOV, WebM, MKV or AVI."
        ) from error


def _name(source: Path | BinaryIO) -> str:
    return printable(source) if isinstance(source, Path) else "The file"


def _head(source: Path | BinaryIO) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(_HEAD)
    source.seek(0)
    return source.read(_HEAD)


def _as_file(path: Path) -> str:
    """Returns a path as FFmpeg takes it for a file's: to it, "12:30.mp4" is of a protocol "12"."""
    return f"file:{path}"


def _matrix(frame: av.VideoFrame) -> int | None:
    """Returns the matrix of a frame's colours; None where it tells it itself."""
    if frame.colorspace not in _UNTOLD or frame.format.is_rgb:
        return None
    return _BT709 if frame.height >= _HIGH else _BT601


def _is_film(stream: VideoStream) -> bool:
    """Returns whether it is more than a cover, which is a stream of one picture."""
    return not stream.disposition & Disposition.attached_pic


def _upright(rgb: np.ndarray, frame: av.VideoFrame) -> np.ndarray:
    """Turns and mirrors a frame as its display matrix says, to the nearest quarter.

    A point (x, y) is shown at (a x + c y, b x + d y); QuickTime File Format, "Matrices".
    """
    told = frame.side_data.get(SideDataType.DISPLAYMATRIX)
    if told is None:
        return rgb
    a, b, _, c, d, *_ = np.frombuffer(bytes(told), np.int32)
    if abs(int(a)) + abs(int(d)) >= abs(int(b)) + abs(int(c)):
        right, down = a, d
    else:
        rgb, right, down = rgb.transpose(1, 0, 2), c, b
    return np.ascontiguousarray(rgb[:: -1 if down < 0 else 1, :: -1 if right < 0 else 1])


class VideoWriter:
    """Writes frames as an H.264 MP4 without sound, each at its own time.

    Colours are written in BT.709 from 720 lines on and in BT.601 below, and the file says so. Use
    it in a `with` block; the file is complete at its end.

    Args:
        target: A path, or a binary file that can be sought in.
    """

    def __init__(self, target: Path | BinaryIO) -> None:
        # The index goes first, so that a browser need not fetch the end before it plays. FFmpeg
        # does that by reading the file again, which it can only with a path.
        options = {"movflags": "faststart"} if isinstance(target, Path) else {}
        name = _as_file(target) if isinstance(target, Path) else target
        self._container = av.open(name, "w", format="mp4", options=options)
        self._stream = self._container.add_stream(
            "libx264", rate=30, options={"preset": "veryfast", "crf": "23"}
        )
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TICK
        self._size: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._size is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, rgb: np.ndarray, seconds: float) -> None:
        """Adds a uint8 frame (h, w, 3).

        All are written at the first one's size, less an odd row or column; one of another shape
        gets black bars.

        Args:
            rgb: The frame.
            seconds: Its time; later than that of the frame before.
        """
        if self._size is None:
            self._size = rgb.shape[1] // 2 * 2, rgb.shape[0] // 2 * 2
            self._stream.width, self._stream.height = self._size
            self._tag(self._stream.codec_context)
        frame = av.VideoFrame.from_ndarray(_boxed(rgb, *self._size), format="rgb24")
        frame = frame.reformat(
            *self._size,
            "yuv420p",
            dst_colorspace=self._colours,
            dst_color_range=_LIMITED,
            threads=_THREADS,
        )
        self._tag(frame)
        frame.pts, frame.time_base = round(seconds / _TICK), _TICK
        self._container.mux(self._stream.encode(frame))

    @property
    def _colours(self) -> int:
        assert self._size is not None
        return _BT709 if self._size[1] >= _HIGH else _BT601

    def _tag(self, written: Any) -> None:
        """Has a codec or a frame say in which colours it is."""
        written.colorspace = written.color_primaries = written.color_trc = self._colours
        written.color_range = _LIMITED


def _boxed(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    """Returns a frame as one of that shape, with black bars where its own is another."""
    h, w = rgb.shape[:2]
    if (w // 2 * 2, h // 2 * 2) == (width, height):
        return rgb
    scale = min(width / w, height / h)
    inner = max(1, round(w * scale)), max(1, round(h * scale))
    boxed = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    smaller = cv2.resize(
        rgb, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    boxed[top : top + inner[1], left : left + inner[0]] = smaller
    return boxed
