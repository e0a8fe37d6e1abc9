import io
import os
from itertools import pairwise

import av
import numpy as np
import pytest
from av.stream import Disposition
from clips import clip, turned

from fer_core.errors import FileError, VideoError
from fer_core.inference.video import VideoReader, VideoWriter
from fer_core.settings import settings


def marked(width=64, height=48) -> np.ndarray:
    """Gray, with red in the upper left corner."""
    frame = np.full((height, width, 3), 90, np.uint8)
    frame[: height // 4, : width // 4] = (255, 0, 0)
    return frame


def read(video: bytes):
    with VideoReader(io.BytesIO(video)) as reader:
        return list(reader)


def is_red(pixel: np.ndarray) -> bool:
    return bool(pixel[0] > 180 and pixel[1] < 60 and pixel[2] < 60)


def test_every_frame_comes_back_at_its_time():
    frames = read(clip([marked()] * 30))
    assert [frame.number for frame in frames] == list(range(30))
    np.testing.assert_allclose([frame.seconds for frame in frames], np.arange(30) / 25, atol=1e-3)
    assert frames[0].rgb.shape == (48, 64, 3)
    assert is_red(frames[0].rgb[4, 4]) and not is_red(frames[0].rgb[40, 60])


def test_variable_frame_rate_is_kept():
    times = [0.0, 0.02, 0.1, 0.9, 1.0, 2.5]
    frames = read(clip([marked()] * 6, times))
    np.testing.assert_allclose([frame.seconds for frame in frames], times, atol=1e-3)


def test_time_starts_at_the_first_frame():
    frames = read(clip([marked()] * 3, [5.0, 5.5, 6.0]))
    np.testing.assert_allclose([frame.seconds for frame in frames], [0, 0.5, 1], atol=1e-3)


def test_phone_video_is_turned_upright():
    (frame, *_) = read(turned(clip([marked()] * 3), 48))
    assert frame.rgb.shape == (64, 48, 3)
    assert is_red(frame.rgb[4, -4]) and not is_red(frame.rgb[4, 4])


def test_length_is_known_before_reading():
    with VideoReader(io.BytesIO(clip([marked()] * 50))) as reader:
        assert reader.seconds == pytest.approx(2.0, abs=0.05)


def test_large_video_is_read_smaller():
    with VideoReader(io.BytesIO(clip([np.zeros((2160, 3840, 3), np.uint8)] * 2))) as reader:
        assert reader.scale == 0.5
        assert [frame.rgb.shape for frame in reader] == [(1080, 1920, 3)] * 2


def test_pixels_over_the_limit_are_refused(monkeypatch):
    video = clip([marked()] * 2)
    monkeypatch.setattr(settings(), "max_pixels", 1000)
    with pytest.raises(VideoError, match="64 × 48 pixels"):
        VideoReader(io.BytesIO(video))


def test_pictures_that_grow_over_the_limit_on_the_way_are_refused(monkeypatch):
    with VideoReader(io.BytesIO(clip([marked()] * 2))) as reader:
        monkeypatch.setattr(settings(), "max_pixels", 1000)  # as if the stream had said less
        with pytest.raises(VideoError, match="64 × 48 pixels"):
            list(reader)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no video at all" * 50,
        b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
    ],
)
def test_what_is_no_video(data):
    with pytest.raises(VideoError, match="empty, damaged or not a video"):
        VideoReader(io.BytesIO(data))


def test_sound_alone_is_no_video():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(VideoError, match="holds no pictures"):
        VideoReader(file)


def test_cover_of_a_song_is_no_video():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        sound, cover = container.add_stream("aac", rate=44100), container.add_stream("mjpeg")
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        heard = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        heard.sample_rate = 44100
        seen = av.VideoFrame.from_ndarray(marked(), format="rgb24")
        for stream, frame in ((sound, heard), (cover, seen)):
            container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(VideoError, match="holds no pictures"):
        VideoReader(file)


def test_film_one_pixel_wide_says_so():
    file = io.BytesIO()
    with av.open(file, "w", format="avi") as container:
        film = container.add_stream("mjpeg", rate=25)
        film.width, film.height, film.pix_fmt = 1, 48, "yuvj444p"
        frame = av.VideoFrame.from_ndarray(marked(1), format="rgb24")
        container.mux([*film.encode(frame), *film.encode(None)])
    with pytest.raises(VideoError, match="1 × 48 pixels: too narrow"):
        VideoReader(file)


def test_path_that_is_no_file(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        VideoReader(tmp_path / "none.mp4")
    with pytest.raises(FileError, match="is a folder"):
        VideoReader(tmp_path)
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(FileError, match="is a pipe"):
        VideoReader(tmp_path / "pipe.mp4")


def noisy(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 255, (count, 48, 64, 3)).astype(np.uint8))


def test_damaged_packets_are_left_out_and_time_goes_forward():
    video = bytearray(clip(noisy(60)))
    start = video.index(b"mdat") + 20_000
    video[start : start + 3000] = bytes(3000)
    frames = read(bytes(video))
    assert 30 <= len(frames) <= 60
    assert all(a.seconds < b.seconds for a, b in pairwise(frames))


def test_video_without_one_good_packet():
    video = bytearray(clip(noisy(5)))
    start = video.index(b"mdat") + 4
    end = video.index(b"moov") - 4
    video[start:end] = bytes(end - start)
    with pytest.raises(VideoError, match="none of its pictures"):
        read(bytes(video))


def test_written_video_is_what_browsers_play(tmp_path):
    path = tmp_path / "out.mp4"
    with VideoWriter(path) as writer:
        for number in range(5):
            writer.write(marked(65, 49), number / 10)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (64, 48)


@pytest.mark.parametrize(
    "kind, codec", [("webm", "libvpx"), ("avi", "libx264"), ("matroska", "libx264")]
)
def test_other_containers_with_sound(kind, codec):
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        pictures = container.add_stream(codec, rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("libopus" if kind == "webm" else "libmp3lame", rate=48000)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(marked(), format="rgb24")
            frame.pts = number
            container.mux(pictures.encode(frame))
            silence = np.zeros((2, 1920), np.float32)
            heard = av.AudioFrame.from_ndarray(silence, "fltp", "stereo")
            heard.sample_rate, heard.pts = 48000, 1920 * number
            container.mux(sound.encode(heard))
        container.mux([*pictures.encode(None), *sound.encode(None)])
    frames = read(file.getvalue())
    np.testing.assert_allclose([frame.seconds for frame in frames], np.arange(10) / 25, atol=2e-3)
    assert is_red(frames[5].rgb[4, 4])
