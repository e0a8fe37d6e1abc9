"""Every container, codec and way up of videos, against FFmpeg's own decoding of each frame."""

from dataclasses import dataclass

import numpy as np
import pytest
from formats.others import ffmpeg, hold_on_page, seen_by_ffmpeg, slope
from PIL import Image

from fer_core.inference.video import VideoReader
from fer_core.settings import ROOT

PAGE = ROOT / "docs" / "formats.md"
FRAMES = 8
LEVELS = 2.0
"""How many levels the mean value of a frame may differ from FFmpeg's."""


@dataclass(frozen=True)
class Cell:
    """One file: what FFmpeg is told to write.

    Attributes:
        container: The ending of the file.
        codec: FFmpeg's name of the encoder.
        pixels: Its format of pixels.
        turned: Degrees, clockwise.
    """

    container: str
    codec: str
    pixels: str = "yuv420p"
    turned: int = 0

    @property
    def name(self) -> str:
        """For a test's name."""
        return f"{self.container}-{self.codec}-{self.pixels}-{self.turned}"


def quarters(container: str, codec: str) -> list[Cell]:
    return [Cell(container, codec, turned=degrees) for degrees in (0, 90, 180, 270)]


CELLS = [
    *quarters("mp4", "libx264"),
    *quarters("mp4", "libx265"),
    *quarters("mp4", "mpeg4"),
    *quarters("mov", "libx264"),
    *quarters("m4v", "libx264"),
    Cell("mp4", "libaom-av1"),
    Cell("mp4", "libx264", "yuv444p"),
    Cell("mp4", "libx264", "yuvj420p"),
    Cell("mp4", "libx265", "yuv420p10le"),
    Cell("mov", "mjpeg", "yuvj422p"),
    Cell("mov", "prores_ks", "yuv422p10le"),
    Cell("webm", "libvpx"),
    Cell("webm", "libvpx-vp9"),
    Cell("mkv", "libx264"),
    Cell("mkv", "libvpx-vp9"),
    Cell("mkv", "ffv1"),
    Cell("avi", "mpeg4"),
    Cell("avi", "mjpeg", "yuvj420p"),
    Cell("avi", "libx264"),
    Cell("avi", "huffyuv", "rgb24"),
    Cell("3gp", "mpeg4"),
]
SAMPLE = [Cell("mov", "libx264", turned=270), Cell("webm", "libvpx")]


def check(cell: Cell, folder) -> None:
    for number in range(FRAMES):
        Image.fromarray(np.roll(slope(), 6 * number, 0)).save(folder / f"{number}.png")
    path = folder / f"video.{cell.container}"
    source = ("-framerate", "25", "-i", folder / "%d.png")
    quick = ("-cpu-used", "8") if cell.codec in ("libaom-av1", "libvpx-vp9") else ()
    coded = ("-c:v", cell.codec, "-pix_fmt", cell.pixels, "-b:v", "1M", *quick)
    ffmpeg(*source, *coded, path)
    if cell.turned:
        lying = path.rename(folder / f"lying.{cell.container}")
        said = ("-metadata:s:v:0", f"rotate={cell.turned}")
        ffmpeg("-i", lying, "-c", "copy", *said, path)
    width, height = (64, 96) if cell.turned in (90, 270) else (96, 64)
    expected = seen_by_ffmpeg(path, width, height)
    with VideoReader(path) as reader:
        found = list(reader)
    assert len(found) == len(expected) == FRAMES
    np.testing.assert_allclose(
        [frame.seconds for frame in found], np.arange(FRAMES) / 25, atol=0.002
    )
    for frame, seen in zip(found, expected, strict=True):
        assert frame.rgb.shape == seen.shape
        assert np.abs(frame.rgb.astype(int) - seen).mean() < LEVELS


@pytest.mark.parametrize("cell", SAMPLE, ids=lambda cell: cell.name)
def test_sample_is_read_as_ffmpeg_reads_it(cell, tmp_path):
    check(cell, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_every_cell_is_read_as_ffmpeg_reads_it(cell, tmp_path):
    check(cell, tmp_path)


def test_the_table_on_the_page_is_of_these_cells():
    assert len(CELLS) >= 24
    kinds: dict[tuple[str, str, str], list[int]] = {}
    for cell in CELLS:
        kinds.setdefault((cell.container, cell.codec, cell.pixels), []).append(cell.turned)
    lines = ["| container | codec | pixels | turned by, degrees |", "|---|---|---|---|"]
    lines += [
        f"| `.{container}` | {codec} | {pixels} | {', '.join(map(str, dict.fromkeys(turns)))} |"
        for (container, codec, pixels), turns in kinds.items()
    ]
    hold_on_page(PAGE, "videos", "\n".join(lines) + "\n")
