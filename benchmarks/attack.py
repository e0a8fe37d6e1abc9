"""Damages files of every form at random and reads them as the app does: nothing may end it.

    python benchmarks/attack.py --times 20000

Each form runs in a process of its own, whose end is counted. Of every file a few bytes are
changed, a piece is cut out, doubled or filled, or the end is missing; the seed of each is its
number, so that any can be made again: `--form parquet --first 1234 --times 1 --keep FOLDER`.

`--sift` takes a tenth of the time: many files are read in one process that protects itself from
none, and only those that end it, fill it, keep it busy or raise what is no sentence are then read
as the app does, one process for each.
"""

import argparse
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from fer_core.common import isolated
from fer_core.dataset import load_upload
from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from fer_core.evaluation.uploaded import read_uploaded
from fer_core.images import decode
from fer_core.inference.video import UploadReader, VideoWriter
from fer_core.inference.zipped import picture_names, pictures_in

_MOST_FRAMES = 20

_SIFTED_SECONDS = 5
"""That a file may take while files are sifted."""

_SIFTED_MB = 2000
"""Address space of the process that sifts, beyond what it starts with."""


def damaged(data: bytes, seed: int) -> bytes:
    """Returns a file with some damage, always the same for a seed."""
    random = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 4))):
        at = int(random.integers(len(changed)))
        size = int(random.integers(1, 64))
        match random.integers(8):
            case 0:
                del changed[at : at + size]
            case 1:
                changed[at:at] = changed[at : at + size]
            case 2:
                changed[at : at + size] = bytes([int(random.choice([0, 127, 128, 255]))]) * size
            case 3:
                del changed[max(at, 1) :]
            case _:
                changed[at] = int(random.integers(256))
    return bytes(changed)


def _faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (14, 48, 48), np.uint8)


def _table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "emotion": np.arange(14) % 7,
            "usage": ["Training", "PublicTest"] * 7,
            "pixels": [face.tobytes() for face in _faces()],
        }
    )


def _parquet(**options: object) -> bytes:
    file = io.BytesIO()
    _table().to_parquet(file, **options)  # type: ignore[call-overload]
    return file.getvalue()


def _csv() -> bytes:
    table = _table()
    table["pixels"] = [" ".join(map(str, face.ravel())) for face in _faces()]
    return table.to_csv(index=False).encode()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, face in enumerate(_faces()):
            form = ("png", "jpeg", "webp", "gif", "bmp")[number % 5]
            name = f"train/{EMOTIONS[number % 7].lower()}/{number}.{form}"
            archive.writestr(name, _picture(form, face))
    return file.getvalue()


def _picture(form: str, values: np.ndarray | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    if values is None:
        values = cv2.resize(_faces()[:3].transpose(1, 2, 0), (160, 120))
    Image.fromarray(values).save(file, form, **options)
    return file.getvalue()


def _probabilities() -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(7), 40)


def _predictions_csv() -> bytes:
    table = pd.DataFrame(_probabilities(), columns=list(EMOTIONS))
    table.insert(0, "label", [EMOTIONS[n % 7] for n in range(40)])
    table.insert(0, "row", np.arange(40))
    return table.to_csv(index=False).encode()


def _predictions_npz() -> bytes:
    file = io.BytesIO()
    arrays = {"classes": np.array(EMOTIONS)}
    for split in ("test", "validation"):
        arrays[f"{split}_rows"] = np.arange(40)
        arrays[f"{split}_labels"] = np.arange(40) % 7
        arrays[f"{split}_probabilities"] = _probabilities()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _video(form: str) -> bytes:
    frames = [cv2.resize(face, (64, 48)) for face in _faces()]
    if form == "mp4":
        file = io.BytesIO()
        with VideoWriter(file) as writer:
            for number, frame in enumerate(frames):
                writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB), number / 25)
        return file.getvalue()
    import av

    file = io.BytesIO()
    codec = {"webm": "libvpx", "avi": "mjpeg"}[form]
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=25, width=64, height=48)
        stream.pix_fmt = {"webm": "yuv420p", "avi": "yuvj420p"}[form]
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="gray")))
        container.mux(stream.encode(None))
    return file.getvalue()


def _read_video(data: bytes) -> None:
    with UploadReader(data) as reader:
        for _ in zip(range(_MOST_FRAMES), reader, strict=False):
            pass


def _read_batch(data: bytes) -> None:
    for _, picture in pictures_in(data, picture_names(data)):
        if isinstance(picture, FerError):
            raise picture
        decode(picture)


def _read_predictions(form: str, data: bytes) -> None:
    read_uploaded("theirs", f"theirs.{form}", data, [])


FORMS: dict[str, tuple[Callable[[], bytes], Callable[[bytes], object]]] = {
    "parquet": (_parquet, partial(load_upload, "a.parquet")),
    "parquet, packed by zstd": (
        partial(_parquet, compression="zstd", row_group_size=5),
        partial(load_upload, "a.parquet"),
    ),
    "csv": (_csv, partial(load_upload, "a.csv")),
    "zip": (_zip, partial(load_upload, "a.zip")),
    "zip of a batch": (_zip, _read_batch),
    "npz of predictions": (_predictions_npz, partial(_read_predictions, "npz")),
    "csv of predictions": (_predictions_csv, partial(_read_predictions, "csv")),
    **{form: (partial(_video, form), _read_video) for form in ("mp4", "webm", "avi")},
    "jpeg": (partial(_picture, "jpeg"), decode),
    "jpeg, progressive": (partial(_picture, "jpeg", progressive=True), decode),
    "png": (partial(_picture, "png"), decode),
    "webp": (partial(_picture, "webp"), decode),
    "webp, lossless": (partial(_picture, "webp", lossless=True), decode),
    "gif": (partial(_picture, "gif"), decode),
    "bmp": (partial(_picture, "bmp"), decode),
    "tiff": (partial(_picture, "tiff", compression="tiff_lzw"), decode),
    "heif": (partial(_picture, "heif"), decode),
}
"""Of each form: what makes a sound file, and what reads it as the app does."""


def attack(form: str, first: int, times: int) -> tuple[Counter[str], float]:
    """Reads damaged files of a form.

    Returns:
        How many were read, how many refused, and how many raised each error that is none for
        people (with the number of the first); and the longest time one took, s.
    """
    make, read = FORMS[form]
    sound = make()
    read(sound)
    counts: Counter[str] = Counter()
    slowest = 0.0
    for seed in range(first, first + times):
        began = time.monotonic()
        try:
            read(damaged(sound, seed))
            counts["read"] += 1
        except FerError:
            counts["refused"] += 1
        except Exception as error:
            print(f"{form}, {seed}: {error!r}", file=sys.stderr)
            counts[type(error).__name__] += 1
        slowest = max(slowest, time.monotonic() - began)
    return counts, slowest


def sift(form: str, first: int, times: int) -> tuple[Counter[str], list[int]]:
    """Reads damaged files of a form without protection, in processes that may end of it.

    Returns:
        How many were read and refused, and the numbers of the others.
    """
    counts: Counter[str] = Counter()
    others: list[int] = []
    number, end = first, first + times
    while number < end:
        told, telling = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(told)
            _sift_until_it_ends(form, range(number, end), telling)
        os.close(telling)
        with os.fdopen(told, "rb") as answers:
            for answer in iter(lambda: answers.read(1), b""):
                if answer == b"?":
                    others.append(number)
                else:
                    counts["read" if answer == b"+" else "refused"] += 1
                number += 1
        os.waitpid(process, 0)
        if number < end:  # this one ended it
            others.append(number)
            number += 1
    return counts, others


def _sift_until_it_ends(form: str, numbers: range, telling: int) -> None:
    """Writes what comes of each file, a byte each: `+` read, `-` refused, `?` another error."""
    isolated._is_inside = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _SIFTED_MB * 2**20,) * 2)
    make, read = FORMS[form]
    sound = make()
    for number in numbers:
        signal.setitimer(signal.ITIMER_REAL, _SIFTED_SECONDS)
        try:
            read(damaged(sound, number))
            answer = b"+"
        except FerError:
            answer = b"-"
        except Exception:
            answer = b"?"
        os.write(telling, answer)
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20_000, help="files of each form")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--form", choices=FORMS, action="append", help="only this one")
    parser.add_argument("--keep", type=Path, help="folder to write these files to, and read none")
    parser.add_argument("--sift", action="store_true", help="in a tenth of the time")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    forms = options.form or list(FORMS)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for form in forms:
            sound = FORMS[form][0]()
            for seed in range(options.first, options.first + options.times):
                (options.keep / f"{form} {seed}").write_bytes(damaged(sound, seed))
        return
    if options.here:
        if not options.sift:
            print(json.dumps([*attack(forms[0], options.first, options.times), 0]))
            return
        counts, others = sift(forms[0], options.first, options.times)
        slowest = 0.0
        for number in others:
            more, seconds = attack(forms[0], number, 1)
            counts, slowest = counts + more, max(slowest, seconds)
        print(json.dumps([counts, slowest, len(others)]))
        return
    print(f"{options.times:,} damaged files of each form")
    for form in forms:
        numbers = [f"--times={options.times}", f"--first={options.first}"]
        if options.sift:
            numbers.append("--sift")
        command = [sys.executable, __file__, "--here", "--form", form, *numbers]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{form:24} ended with status {done.returncode}: {done.stderr[-300:]}")
            continue
        counts, slowest, sifted = json.loads(done.stdout.splitlines()[-1])
        read, refused = (counts.pop(name, 0) for name in ("read", "refused"))
        others = ", ".join(f"{n} {name}" for name, n in counts.items()) or "none"
        print(
            f"{form:24} {read:6,} read, {refused:6,} refused, other errors: {others}; "
            f"longest {slowest:.1f} s" + (f"; {sifted} sifted out" if options.sift else ""),
            flush=True,
        )


if __name__ == "__main__":
    main()
