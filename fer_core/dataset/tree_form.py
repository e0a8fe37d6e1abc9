"""Faces as picture files: `train/<class>/*.png`, `validation/...`, `test/...`, of any size."""

import io
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from fer_core.dataset.collector import Collector
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS, canonical
from fer_core.errors import DatasetError, ImageError
from fer_core.images import FACE_SIZE, decode, to_gray
from fer_core.picture_names import HEAD, is_picture, suffix
from fer_core.settings import settings

MAX_PIXELS = 16_000_000
"""Of one picture of a face: a phone's photo is taken, a poster is not."""

MAX_ALL_PIXELS = 10_000_000_000
"""Of all pictures together, which take some minutes to decode; 35,887 of 500 x 500 have 9 thousand
million."""

_SPLITS = {
    "Training": "train training",
    "PublicTest": "validation val valid dev publictest public_test",
    "PrivateTest": "test testing privatetest private_test",
}
_BY_FOLDER = {word: name for name, words in _SPLITS.items() for word in words.split()}


@dataclass(frozen=True)
class Member:
    """A file of a folder or an archive.

    Attributes:
        name: Path below the folder, with slashes.
        size: Bytes, unpacked, as the folder or the archive declares them.
        open: Opens it for reading.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def suffix(self) -> str:
        """File name ending, lower case, without the dot."""
        return suffix(self.name)

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture, by its name or its content."""
        return is_picture(self.name, b"") or is_picture(self.name, self.read(HEAD))

    @property
    def emotion(self) -> str | None:
        """The emotion that its folder names, None if it names none."""
        return canonical(PurePosixPath(self.name).parent.name)

    def read(self, most: int = sys.maxsize) -> bytes:
        """Returns its first `most` bytes, and never more than its declared size."""
        with self.open() as file:
            return file.read(min(self.size, most))


Cut = Callable[[np.ndarray], np.ndarray]
"""From an upright uint8 RGB picture (h, w, 3) to a uint8 gray face (48, 48); raises ImageError."""


def middle_square(rgb: np.ndarray) -> np.ndarray:
    """Returns the middle square of a picture, taken as one face: uint8 gray, (48, 48)."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _scaled(to_gray(rgb[top : top + side, left : left + side]))


def read_tree(members: Sequence[Member], source: str, cut: Cut = middle_square) -> FaceDataset:
    """Reads pictures whose folder names the class and whose folder above that names the split.

    Faces are cut out of the pictures; one of 48x48 is a face already. A file name that starts
    with a FER2013 split (`PublicTest_123.jpg`, as in Kaggle's copies) decides before the folder.

    Raises:
        DatasetError: If no picture can be used, or they have more than `MAX_ALL_PIXELS`.
    """
    collector = Collector()
    decoder = _Decoder(source, cut)
    pictures = [member for member in members if member.is_picture]
    has_splits = any(_split(member) for member in pictures)
    left_out: Counter[str] = Counter()
    for member in sorted(pictures, key=lambda member: member.name):
        emotion = member.emotion
        usage = _split(member) or (None if has_splits else "Training")
        if emotion is None or usage is None:
            left_out[str(PurePosixPath(member.name).parent)] += 1
            continue
        try:
            face = decoder.face(member)
        except ImageError as error:
            collector.problems.append(f"{member.name}: {error}")
            continue
        collector.add(face, EMOTIONS.index(emotion), USAGES.index(usage), member.name)
    for folder, count in left_out.items():
        collector.problems.append(
            f"Folder {folder}: {count} pictures left out; its name is none of the seven emotions, "
            "or the folder above it none of train, validation, test."
        )
    collector.notes += _notes(pictures, has_splits)
    return collector.dataset(source)


def _split(member: Member) -> str | None:
    path = PurePosixPath(member.name)
    named = path.name.split("_")[0]
    return named if named in USAGES else _BY_FOLDER.get(path.parent.parent.name.lower())


def _notes(pictures: Sequence[Member], has_splits: bool) -> list[str]:
    if not has_splits:
        return ["There are no train and test folders: every face counts as Training."]
    names = Counter(_split(member) for member in pictures)
    if any(PurePosixPath(member.name).name.split("_")[0] in USAGES for member in pictures):
        return ["The splits are those that the file names tell."]
    if names["PrivateTest"] and not names["PublicTest"]:
        return ["There is no validation folder: test is taken as PrivateTest, PublicTest is empty."]
    return []


class _Decoder:
    """Decodes one picture after another, and stops where together they are too many pixels."""

    def __init__(self, source: str, cut: Cut) -> None:
        self._source, self._cut = source, cut
        self._pixels = 0

    def face(self, member: Member) -> np.ndarray:
        """Returns the face in the picture as uint8 gray of shape (48, 48)."""
        data = member.read(settings().max_upload_mb * 2**20 + 1)  # `decode` refuses one more
        pixels = _announced_pixels(data)
        if pixels > MAX_PIXELS:
            raise ImageError(
                f"The picture has {pixels / 1e6:.0f} million pixels; the limit for a face is "
                f"{MAX_PIXELS / 1e6:.0f} million. Save it smaller."
            )
        self._pixels += pixels
        if self._pixels > MAX_ALL_PIXELS:
            raise DatasetError(
                f"The pictures of {self._source} have over {MAX_ALL_PIXELS / 1e9:.0f} thousand "
                f"million pixels together. Save them smaller; {FACE_SIZE} × {FACE_SIZE} are used."
            )
        rgb = decode(data)
        if rgb.shape[:2] == (FACE_SIZE, FACE_SIZE):
            return to_gray(rgb)
        return self._cut(rgb)


def _announced_pixels(data: bytes) -> int:
    """Returns how many pixels a picture's header announces; 0 where `decode` will refuse it."""
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            width, height = Image.open(io.BytesIO(data)).size
    except Exception:  # hostile headers raise nearly anything
        return 0
    return width * height


def _scaled(gray: np.ndarray) -> np.ndarray:
    """Returns a gray picture as one of shape (48, 48)."""
    if gray.shape == (FACE_SIZE, FACE_SIZE):
        return gray
    shrinks = min(gray.shape) > FACE_SIZE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(gray, (FACE_SIZE, FACE_SIZE), interpolation=method)
