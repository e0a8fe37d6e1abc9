"""Whatever somebody writes with another program comes back as it was: pixels, labels, counts."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from formats.others import ffmpeg
from formats.test_picture_matrix import _in_png, _turn, exif
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from fer_core.dataset import USAGES, FaceDataset, load, load_upload
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.uploaded import read_uploaded
from fer_core.images import decode
from fer_core.inference.video import VideoReader
from fer_core.inference.zipped import picture_names, pictures_in

few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
"""Each example is a file, and most are read by a process of their own."""

sides = st.integers(1, 40)


@st.composite
def pictures(draw, kinds=(np.uint8,), channels=(1, 3, 4)):
    """A picture as OpenCV takes it, blue first: uint8 or uint16, gray, in colour or with alpha."""
    shape = (draw(sides), draw(sides), draw(st.sampled_from(channels)))
    seed = draw(st.integers(0, 2**32 - 1))
    kind = draw(st.sampled_from(kinds))
    bits = 8 if kind is np.uint8 else draw(st.integers(8, 16))
    values = np.random.default_rng(seed).integers(0, 2**bits, shape)
    return (values if shape[2] > 1 else values[..., 0]).astype(kind)


def written(picture: np.ndarray, ending: str, *options: int) -> bytes:
    done, data = cv2.imencode(f".{ending}", picture, list(options))
    assert done
    return data.tobytes()


def on_white(picture: np.ndarray) -> np.ndarray:
    """What is seen of a uint8 picture of OpenCV's: RGB floats (h, w, 3)."""
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, 2).astype(float)
    rgb = picture[..., 2::-1].astype(float)
    if picture.shape[2] == 3:
        return rgb
    alpha = picture[..., 3:].astype(float) / 255
    return rgb * alpha + 255 * (1 - alpha)


@few
@given(pictures(), st.sampled_from(["png", "bmp", "tiff", "webp", "ppm"]))
def test_picture_of_8_bits_that_opencv_wrote(picture, ending):
    if ending == "ppm" or (ending in ("bmp", "webp") and picture.ndim == 2):
        picture = np.ascontiguousarray(picture[..., :3] if picture.ndim == 3 else picture)
        ending = "ppm" if picture.ndim == 3 else "pgm"
    options = (cv2.IMWRITE_WEBP_QUALITY, 101) if ending == "webp" else ()
    if ending == "bmp":
        picture = np.ascontiguousarray(picture[..., :3])
    if ending == "webp" and picture.ndim == 3 and picture.shape[2] == 4:
        picture[..., 3] = 255  # what is transparent, WebP may change
    found = decode(written(picture, ending, *options))
    np.testing.assert_allclose(found, on_white(picture), atol=1)


@few
@given(pictures(kinds=(np.uint16,), channels=(1, 3)), st.sampled_from(["png", "tiff"]))
def test_picture_of_up_to_16_bits_that_opencv_wrote(picture, ending):
    white = next(2**bits - 1 for bits in (8, 10, 12, 14, 16) if picture.max() < 2**bits)
    expected = on_white(picture) * 255 / white
    np.testing.assert_allclose(decode(written(picture, ending)), expected, atol=1)


@few
@given(pictures(channels=(3,)), st.integers(1, 8))
def test_picture_that_exif_turns(picture, way_up):
    data = _in_png(written(picture, "png"), exif(way_up))
    np.testing.assert_array_equal(decode(data), _turn(picture[..., ::-1], way_up))


@few
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n"]))
def test_bytes_that_are_no_picture_are_a_sentence(noise, beginning):
    from fer_core.errors import ImageError

    with pytest.raises(ImageError, match=r"^[A-Z].*\.$"):
        decode(beginning + noise)


@st.composite
def films(draw):
    """Frames of 2 to 40 pixels a side, and how many a second."""
    width, height = (2 * draw(st.integers(8, 20)) for _ in range(2))
    seed, count = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 6))
    frames = np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)
    return frames, draw(st.sampled_from([5, 24, 30]))


@settings(few, max_examples=4)
@given(films(), st.sampled_from(["mkv", "avi", "mov"]))
def test_film_without_loss_that_ffmpeg_wrote(film, ending):
    frames, rate = film
    with tempfile.TemporaryDirectory() as folder:
        for number, frame in enumerate(frames):
            Image.fromarray(frame).save(Path(folder, f"{number}.png"))
        path = Path(folder, f"film.{ending}")
        codec = {"mkv": ("ffv1", "bgr0"), "avi": ("huffyuv", "rgb24"), "mov": ("qtrle", "rgb24")}
        coded = ("-c:v", codec[ending][0], "-pix_fmt", codec[ending][1])
        ffmpeg("-framerate", rate, "-i", Path(folder, "%d.png"), *coded, path)
        with VideoReader(path) as reader:
            found = list(reader)
    np.testing.assert_array_equal([frame.rgb for frame in found], frames)
    times = [frame.seconds for frame in found]
    np.testing.assert_allclose(times, np.arange(len(frames)) / rate, atol=1.1e-3)


faces_of = arrays(np.uint8, (48, 48), elements=st.integers(0, 255), fill=st.integers(0, 255))


@st.composite
def datasets(draw):
    """One to five faces with labels and splits."""
    count = draw(st.integers(1, 5))
    return FaceDataset(
        images=np.stack([draw(faces_of) for _ in range(count)]),
        labels=np.array([draw(st.integers(0, 6)) for _ in range(count)], np.uint8),
        usage=np.array([draw(st.integers(0, 2)) for _ in range(count)], np.uint8),
    )


labels = st.sampled_from(
    [
        str,
        lambda label: f"{label}.0",
        lambda label: EMOTIONS[label],
        lambda label: f"{label} - {EMOTIONS[label].title()}",
        lambda label: EMOTIONS[label].upper(),
    ]
)
splits = st.sampled_from(
    [
        USAGES,
        ("train", "val", "test"),
        ("Train_set", "validation", "TEST"),
        ("training", "dev", "testing"),
    ]
)
parted = st.sampled_from([" ", ",", ", ", "; "])


def same(loaded: FaceDataset, expected: FaceDataset) -> None:
    assert loaded.problems == ()
    np.testing.assert_array_equal(loaded.images, expected.images)
    np.testing.assert_array_equal(loaded.labels, expected.labels)
    np.testing.assert_array_equal(loaded.usage, expected.usage)


@few
@given(datasets(), labels, splits, parted, st.sampled_from([",", ";", "\t"]), st.data())
def test_csv_that_pandas_wrote(faces, label, split, between, delimiter, data):
    columns = {
        data.draw(st.sampled_from(["emotion", "label", " Emotion"])): map(label, faces.labels),
        data.draw(st.sampled_from(["pixels", " pixels"])): [
            between.join(map(str, face.ravel())) for face in faces.images
        ],
        data.draw(st.sampled_from(["Usage", "split", " Usage"])): [split[n] for n in faces.usage],
    }
    names = data.draw(st.permutations(list(columns)))
    table = pd.DataFrame({name: list(columns[name]) for name in names})
    text = table.to_csv(index=False, sep=delimiter, quoting=data.draw(st.sampled_from([0, 1])))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    same(load_upload("a.csv", text.encode(encoding)), faces)


@few
@given(datasets(), labels, splits, st.integers(0, 3))
def test_parquet_that_pandas_wrote(faces, label, split, form):
    pixels = [
        lambda face: face.tobytes(),
        lambda face: face.ravel().tolist(),
        lambda face: " ".join(map(str, face.ravel())),
        lambda face: {"bytes": written(face, "png"), "path": "a.png"},
    ][form]
    table = pd.DataFrame(
        {
            "emotion": [label(n) for n in faces.labels],
            "pixels": [pixels(face) for face in faces.images],
            "split": [split[n] for n in faces.usage],
        }
    )
    same(load_upload("a.parquet", table.to_parquet()), faces)


def tree_of(faces: FaceDataset, root: Path, label, split) -> None:
    for row, (face, number, usage) in enumerate(
        zip(faces.images, faces.labels, faces.usage, strict=True)
    ):
        folder = root / split[usage] / label(number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row}.{('png', 'bmp', 'tiff')[row % 3]}").write_bytes(
            written(face, ("png", "bmp", "tiff")[row % 3])
        )


def same_in_any_order(loaded: FaceDataset, expected: FaceDataset) -> None:
    assert loaded.problems == ()
    assert loaded.origin is not None
    rows = [int(Path(path).stem) for path in loaded.origin]
    assert sorted(rows) == list(range(len(expected)))
    np.testing.assert_array_equal(loaded.images, expected.images[rows])
    np.testing.assert_array_equal(loaded.labels, expected.labels[rows])
    np.testing.assert_array_equal(loaded.usage, expected.usage[rows])


def packed_by_zip(root: Path) -> bytes:
    """A zip that the command `zip` made."""
    if shutil.which("zip") is None:
        pytest.skip("The command zip is not on this machine: apt-get install zip")
    command = ["zip", "-q", "-r", "-", "."]
    return subprocess.run(command, cwd=root, capture_output=True, check=True).stdout


def packed_by_python(root: Path, between: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in root.rglob("*.*"):
            entry = zipfile.ZipInfo("a")
            entry.filename = path.relative_to(root).as_posix().replace("/", between)
            archive.writestr(entry, path.read_bytes())
    return file.getvalue()


words = st.sampled_from(
    [
        lambda label: EMOTIONS[label],
        lambda label: f"{label}_{EMOTIONS[label]}",
        lambda label: EMOTIONS[label].title(),
        lambda label: f"{label} - {EMOTIONS[label]}",
    ]
)


@few
@given(datasets(), words, splits, st.sampled_from(["folder", "zip", "python", "backslashes"]))
def test_tree_that_opencv_wrote_as_it_is_or_packed(faces, label, split, packing):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "faces")
        tree_of(faces, root, label, split)
        if packing == "folder":
            loaded = load(root)
        else:
            data = (
                packed_by_zip(root)
                if packing == "zip"
                else packed_by_python(root, "\\" if packing == "backslashes" else "/")
            )
            loaded = load_upload("faces.zip", data)
    same_in_any_order(loaded, faces)


@few
@given(
    st.dictionaries(st.text("abc é→", min_size=1), st.binary(min_size=1), min_size=1, max_size=5)
)
def test_pictures_in_a_zip_come_back_by_name(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.jpg", data)
        archive.writestr("__MACOSX/._a.jpg", b"x")
    names = picture_names(file.getvalue())
    expected = {f"{name}.jpg": data for name, data in files.items()}
    assert dict(pictures_in(file.getvalue(), names)) == expected


@few
@given(st.integers(20, 30), st.integers(0, 2**32 - 1), st.booleans())
def test_npz_that_was_written_by_hand(count, seed, is_packed):
    rng = np.random.default_rng(seed)
    shares = rng.random((count, 7)).astype(np.float32) + 0.01
    held = {
        "test_rows": rng.permutation(count).astype(np.int64),
        "test_labels": np.concatenate([np.arange(7), rng.integers(0, 7, count - 7)]),
        "test_probabilities": shares / shares.sum(1, keepdims=True),
        "classes": np.array(EMOTIONS),
    }
    file = io.BytesIO()
    packing = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, values in held.items():
            array = io.BytesIO()
            np.lib.format.write_array(array, np.asarray(values), allow_pickle=False)
            archive.writestr(f"{name}.npy", array.getvalue())
    split = read_uploaded("theirs", "a.npz", file.getvalue(), []).split
    order = np.argsort(held["test_rows"])
    mine = np.argsort(split.rows)
    np.testing.assert_array_equal(split.labels[mine], held["test_labels"][order])
    np.testing.assert_allclose(
        split.probabilities[mine], held["test_probabilities"][order], atol=1e-3
    )
