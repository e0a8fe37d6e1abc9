import io
import os
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from av.stream import Disposition
from clips import clip, shown, turned

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
    ("data", "what"),
    [
        (b"", "empty"),
        (b"no video at all" * 50, "text"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "text"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "text"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xd8\xff\xe0" * 9, "a JPEG picture"),
    ],
)
def test_what_is_no_video(data, what, tmp_path):
    said = f"is {what}, not a video that can be read. Use MP4, MOV, WebM, MKV or AVI."
    with pytest.raises(VideoError) as error:
        VideoReader(io.BytesIO(data))
    assert str(error.value) == f"The file {said}"
    (tmp_path / "a.mp4").write_bytes(data)
    with pytest.raises(VideoError) as error:
        VideoReader(tmp_path / "a.mp4")
    assert str(error.value) == f"{tmp_path / 'a.mp4'} {said}"


def test_video_that_is_cut_short_says_so():
    with pytest.raises(VideoError) as error:
        VideoReader(io.BytesIO(clip([marked()] * 2)[:100]))
    assert str(error.value) == (
        "The file begins as a video and is damaged. Save or download it again."
    )


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


def quarters(width=64, height=48) -> np.ndarray:
    """Another level of gray in each quarter, which no turn or mirror leaves as it is."""
    frame = np.full((height, width, 3), 30, np.uint8)
    frame[: height // 2, width // 2 :] = 90
    frame[height // 2 :, : width // 2] = 150
    frame[height // 2 :, width // 2 :] = 210
    return frame


MATRICES = {
    "as it is": ((1, 0, 0, 1), lambda f: f),
    "mirrored": ((-1, 0, 0, 1), lambda f: f[:, ::-1]),
    "half a turn": ((-1, 0, 0, -1), lambda f: f[::-1, ::-1]),
    "upside down": ((1, 0, 0, -1), lambda f: f[::-1]),
    "transposed": ((0, 1, 1, 0), lambda f: f.transpose(1, 0, 2)),
    "a quarter right": ((0, 1, -1, 0), lambda f: np.rot90(f, -1)),
    "transposed, half a turn": ((0, -1, -1, 0), lambda f: f[::-1, ::-1].transpose(1, 0, 2)),
    "a quarter left": ((0, -1, 1, 0), lambda f: np.rot90(f)),
}


@pytest.mark.parametrize("way", MATRICES)
def test_every_way_up_is_that_of_the_display_matrix(way):
    matrix, expected = MATRICES[way]
    (frame, *_) = read(shown(clip([quarters()] * 2), matrix))
    expected = expected(quarters())
    assert frame.rgb.shape == expected.shape
    for row in (6, -6):
        for column in (6, -6):
            assert abs(int(frame.rgb[row, column, 0]) - int(expected[row, column, 0])) < 8


@pytest.mark.parametrize("name", ["meeting-12:30.mp4", "https:__x.mp4", "caf\udce9.mp4", "-.mp4"])
def test_names_that_ffmpeg_would_take_for_something_else(tmp_path, name):
    path = tmp_path / name
    with VideoWriter(path) as writer:
        writer.write(marked(), 0)
    with VideoReader(path) as reader:
        assert len(list(reader)) == 1


def changing(sizes: list[tuple[int, int]]) -> bytes:
    """A WebM whose pictures change their size: two streams, one behind the other."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        film = container.add_stream("libvpx", rate=25)
        film.width, film.height, film.pix_fmt = *sizes[0], "yuv420p"
        for number, size in enumerate(sizes):
            encoder = av.CodecContext.create("libvpx", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
            encoder.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(quarters(*size), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = 40 * number, Fraction(1, 1000)
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream, packet.time_base = film, Fraction(1, 1000)
                packet.pts = packet.dts = 40 * number
                container.mux(packet)
    return file.getvalue()


def test_pictures_that_change_size_keep_their_shape(tmp_path):
    frames = read(changing([(64, 96), (64, 96), (96, 64), (48, 72)]))
    shapes = [frame.rgb.shape[:2] for frame in frames]
    assert shapes == [(96, 64), (96, 64), (64, 96), (72, 48)]
    assert all(abs(int(frame.rgb[-6, -6, 0]) - 210) < 12 for frame in frames)


def test_writer_gives_a_frame_of_another_shape_black_bars():
    light = np.full((48, 64, 3), 200, np.uint8)
    upright = np.full((64, 48, 3), 200, np.uint8)
    first, second, third = read(clip([light, upright, np.full((96, 128, 3), 200, np.uint8)]))
    assert {frame.rgb.shape for frame in (first, second, third)} == {(48, 64, 3)}
    assert second.rgb[:, :10].max() < 25 and second.rgb[:, -10:].max() < 25
    assert second.rgb[24, 32].min() > 180
    assert third.rgb.min() > 180


RED = (220, 40, 40)


@pytest.mark.parametrize(("height", "number"), [(480, 6), (720, 1), (1080, 1)])
def test_written_colours_are_said_and_come_back(height, number):
    video = clip([np.full((height, 640, 3), RED, np.uint8)] * 2)
    with av.open(io.BytesIO(video)) as container:
        codec = container.streams.video[0].codec_context
        told = (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range)
        assert told == (number, number, number, 1)
    np.testing.assert_allclose(read(video)[0].rgb[99, 99], RED, atol=4)


def coloured(height: int, red: float, blue: float, is_full: bool, **tags: int) -> bytes:
    """An MP4 whose red is written by the weights of a matrix, with those tags or none."""
    r, g, b = (value / 255 for value in RED)
    luma = red * r + (1 - red - blue) * g + blue * b
    differences = (b - luma) / (2 * (1 - blue)), (r - luma) / (2 * (1 - red))
    y = 255 * luma if is_full else 16 + 219 * luma
    u, v = ((255 if is_full else 224) * value + 128 for value in differences)
    planes = np.full((height * 3 // 2, 128), round(y), np.uint8)
    planes[height : height * 5 // 4], planes[height * 5 // 4 :] = round(u), round(v)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        film = container.add_stream("libx264", rate=25)
        film.width, film.height, film.pix_fmt = 128, height, "yuv420p"
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        for name, value in tags.items():
            setattr(film.codec_context, name, value)
            setattr(frame, name, value)
        container.mux([*film.encode(frame), *film.encode(None)])
    return file.getvalue()


@pytest.mark.parametrize(
    ("height", "weights", "is_full", "tags"),
    [
        (480, (0.299, 0.114), False, {}),
        (720, (0.2126, 0.0722), False, {}),
        (1080, (0.2126, 0.0722), False, {}),
        (720, (0.299, 0.114), False, {"colorspace": 6}),
        (480, (0.2126, 0.0722), False, {"colorspace": 1}),
        (480, (0.2627, 0.0593), False, {"colorspace": 9}),
        (480, (0.299, 0.114), True, {"color_range": 2}),
        (720, (0.2126, 0.0722), True, {"color_range": 2, "colorspace": 1}),
    ],
)
def test_colours_are_read_by_the_matrix_and_range_that_browsers_take(
    height, weights, is_full, tags
):
    video = coloured(height, *weights, is_full, **tags)
    np.testing.assert_allclose(read(video)[0].rgb[99, 99], RED, atol=4)
