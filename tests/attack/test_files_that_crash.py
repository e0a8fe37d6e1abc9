"""Files made so that reading them ends, fills or stops a process: never the app's own."""

import io

import numpy as np
import pandas as pd
import pytest
from clips import clip

from fer_core.dataset import load_upload
from fer_core.errors import DatasetError, VideoError
from fer_core.inference.video import UploadReader


def parquet_that_crashes() -> bytes:
    """One byte of the footer says that a column cannot be null, against its own statistics."""
    face = bytes(range(256)) * 9
    file = io.BytesIO()
    columns = {"emotion": [3, 4], "usage": ["Training"] * 2, "pixels": [face] * 2}
    pd.DataFrame(columns).to_parquet(file)
    sound = file.getvalue()
    said = b"\x25\x02\x18\x07emotion"  # repetition type 1, then the name
    assert sound.count(said) == 1
    return sound.replace(said, b"\x25\x00\x18\x07emotion")


def test_parquet_that_ends_arrow_is_refused():
    with pytest.raises(DatasetError, match=r"a\.parquet cannot be read: it is damaged in a way"):
        load_upload("a.parquet", parquet_that_crashes())


def test_dataset_that_takes_too_much_memory_is_refused(limited):
    limited(dataset_reader_mb=10)
    line = f"3,{' '.join(['7'] * 2304)},Training\n"
    with pytest.raises(DatasetError, match="more memory than 10 MB"):
        load_upload("a.csv", b"emotion,pixels,Usage\n" + line.encode() * 6_000)


def test_upload_gives_the_same_as_its_file(tmp_path):
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    lines = [f"3,{' '.join(map(str, face.ravel()))},Training" for face in faces]
    dataset = load_upload("a.csv", "\n".join(["emotion,pixels,Usage", *lines]).encode())
    np.testing.assert_array_equal(dataset.images, faces)
    assert not dataset.images.flags.writeable


def test_video_is_read_frame_by_frame():
    frames = [np.full((48, 64, 3), 10 * n, np.uint8) for n in range(5)]
    with UploadReader(clip(frames)) as reader:
        assert reader.seconds == pytest.approx(0.2, abs=0.05)
        means = [frame.rgb.mean() for frame in reader]
    np.testing.assert_allclose(means, [0, 10, 20, 30, 40], atol=3)


def test_video_that_takes_too_much_memory_is_refused(limited):
    limited(video_reader_mb=1)
    with pytest.raises(VideoError), UploadReader(clip([np.zeros((480, 640, 3), np.uint8)])) as film:
        list(film)
