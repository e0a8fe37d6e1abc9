"""The same picture twice: found by its bytes or by perceptual hash, and what it leaks."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.audit.face_space import blank
from fer_core.common.files import write_arrays
from fer_core.dataset.faces import USAGES, standardised
from fer_core.dataset.fingerprint import faces_digest
from fer_core.errors import DatasetError, FileError
from fer_core.savedmodels import PredictedSplit, Predictions
from fer_core.settings import ROOT, settings

COMMITTED = ROOT / "fer_core" / "assets" / "statistics" / "duplicates.npz"
HASH_SIDE = 8
MAX_BITS = 10
MIN_CORRELATION = 0.9
"""Of pairs within 10 bits, those above 0.9 were the same photograph in every case looked at; from
0.85 to 0.9 still, unless mirrored; below 0.85 half were two people."""

MOST_PAIRS = 1_000_000
"""Within 10 bits, that are looked at pixel by pixel; a million take about 20 s."""

_FACES_AT_ONCE = 4096
_ROWS_AT_ONCE = 64
_PAIRS_AT_ONCE = 1024


@dataclass(frozen=True)
class Duplicates:
    """Pairs of faces that are the same photograph.

    Attributes:
        pairs: int32 of shape (m, 2), row numbers, the smaller first. Of faces that are the same in
            every pixel, each is paired with the first of them, which alone is paired with others.
        correlation: float32 of shape (m,), Pearson's, of the pixels, as float16 holds it.
        mirrored: bool of shape (m,): whether one is the other seen in a mirror.
        exact: bool of shape (m,): whether both are the same in every pixel.
        n: Number of faces searched.
        digest: `faces_digest` of them; "" where it is not known.
    """

    pairs: np.ndarray
    correlation: np.ndarray
    mirrored: np.ndarray
    exact: np.ndarray
    n: int
    digest: str = ""

    def groups(self) -> np.ndarray:
        """Returns a group number for each face, int32 of shape (n,); -1 for a face without copy."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        first, second = self.pairs.T
        links = coo_array((np.ones(len(first), bool), (first, second)), shape=(self.n, self.n))
        _, group = connected_components(links, directed=False)
        alone = np.bincount(group, minlength=self.n)[group] == 1
        return np.where(alone, -1, group).astype(np.int32)


def perceptual_hash(faces: np.ndarray) -> np.ndarray:
    """Returns the DCT hash (Zauner 2010, "pHash") of each face, uint64 of shape (n,).

    A bit is whether one of the 63 lowest frequencies but the mean is above their median.

    Args:
        faces: uint8 of shape (n, 48, 48).
    """
    from scipy.fft import dctn

    hashes = np.zeros(len(faces), np.uint64)
    for first in range(0, len(faces), _FACES_AT_ONCE):
        chunk = faces[first : first + _FACES_AT_ONCE].astype(np.float32)
        low = dctn(chunk, axes=(1, 2))[:, :HASH_SIDE, :HASH_SIDE].reshape(len(chunk), -1)
        low[:, 0] = -np.inf  # the mean brightness
        bits = low > np.median(low[:, 1:], axis=1, keepdims=True)
        hashes[first : first + len(chunk)] = np.packbits(bits, axis=1).view(np.uint64).ravel()
    return hashes


def find_duplicates(
    faces: np.ndarray, progress: Callable[[float], object] = lambda share: None
) -> Duplicates:
    """Returns every pair of faces that are the same photograph, upright or mirrored.

    Faces that are the same in every pixel are exact copies, blank ones too. Of each such set the
    first is compared with all other faces: every hash with every other; pairs within `MAX_BITS`
    are kept if their pixels correlate by at least `MIN_CORRELATION`. Blank pictures, which
    resemble all, are not compared.

    Args:
        faces: uint8 of shape (n, 48, 48).
        progress: Called with how much is done, 0..1, as the search continues.

    Raises:
        DatasetError: If over `MOST_PAIRS` pairs would have to be confirmed.
    """
    original = originals(faces)
    is_copy = original != np.arange(len(faces))
    copies = np.flatnonzero(is_copy).astype(np.int32)
    compared = np.flatnonzero(~is_copy & ~blank(faces)).astype(np.int32)
    pairs, correlation, mirrored = _near(faces[compared], progress)
    pairs = np.concatenate([np.stack([original[copies], copies], axis=1), compared[pairs]])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return Duplicates(
        pairs[order],
        # In float16, as the file keeps it: fresh or read again, the figures are the same.
        np.append(np.ones(len(copies)), correlation).astype(np.float16).astype(np.float32)[order],
        np.append(np.zeros(len(copies), bool), mirrored)[order],
        (np.arange(len(pairs)) < len(copies))[order],
        len(faces),
        faces_digest(faces),
    )


def originals(faces: np.ndarray) -> np.ndarray:
    """Returns for each face the first that is the same in every pixel, int32 of shape (n,)."""
    first: dict[bytes, int] = {}
    digests = (hashlib.sha256(face.tobytes()).digest() for face in faces)
    return np.array([first.setdefault(d, row) for row, d in enumerate(digests)], np.int32)


def _near(
    faces: np.ndarray, progress: Callable[[float], object]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns pairs, correlation and mirrored, as in `Duplicates`, of different pictures."""

    def half_done(mirrored: bool) -> Callable[[float], object]:
        return lambda share: progress((mirrored + share) / 2)

    upright = perceptual_hash(faces)
    found = []
    for mirrored in (False, True):
        others = perceptual_hash(faces[:, :, ::-1]) if mirrored else upright
        pairs = _within(upright, others, half_done(mirrored))
        correlation = _correlation(faces, pairs, mirrored)
        same = correlation >= MIN_CORRELATION
        found.append((pairs[same], correlation[same], np.full(same.sum(), mirrored)))
    pairs, correlation, mirrored_too = (np.concatenate(one) for one in zip(*found, strict=True))
    # A symmetric face is its own mirror image: keep the better of the two findings.
    order = np.lexsort((-correlation, pairs[:, 1], pairs[:, 0]))
    keep = order[np.unique(pairs[order], axis=0, return_index=True)[1]] if len(order) else order
    return pairs[keep], correlation[keep], mirrored_too[keep]


def _within(
    hashes: np.ndarray, others: np.ndarray, progress: Callable[[float], object]
) -> np.ndarray:
    """Returns the pairs (i, j), i < j, whose hashes differ in few bits, int32 of shape (m, 2)."""
    found = [np.zeros((0, 2), np.int32)]
    n = 0
    for first in range(0, len(hashes), _ROWS_AT_ONCE):
        chunk = hashes[first : first + _ROWS_AT_ONCE]
        bits = np.bitwise_count(chunk[:, None] ^ others[None, first:])
        i, j = np.nonzero(bits <= MAX_BITS)
        pairs = np.stack([i, j], axis=1)[j > i] + first
        found.append(pairs.astype(np.int32))
        n += len(pairs)
        if n > MOST_PAIRS:
            raise DatasetError(
                f"Over {MOST_PAIRS:,} pairs of faces look alike: too many to search for copies."
            )
        progress(1 - (1 - first / len(hashes)) ** 2)  # the share of the pairs that is compared
    return np.concatenate(found)


def _correlation(faces: np.ndarray, pairs: np.ndarray, mirrored: bool) -> np.ndarray:
    values = np.zeros(len(pairs), np.float32)
    for first in range(0, len(pairs), _PAIRS_AT_ONCE):
        chunk = pairs[first : first + _PAIRS_AT_ONCE]
        one = faces[chunk[:, 0]]
        two = faces[chunk[:, 1]][:, :, ::-1] if mirrored else faces[chunk[:, 1]]
        values[first : first + len(chunk)] = (standardised(one) * standardised(two)).mean(axis=1)
    return values


def leaked(duplicates: Duplicates, learnt: np.ndarray) -> np.ndarray:
    """Returns which of the other faces have a copy among those learnt, bool of shape (n,).

    Args:
        duplicates: Found among the same faces.
        learnt: Which faces a model was trained on, bool of shape (n,).
    """
    group = duplicates.groups()
    with_learnt = np.zeros(duplicates.n, bool)
    with_learnt[group[learnt & (group >= 0)]] = True
    result: np.ndarray = (group >= 0) & with_learnt[group] & ~learnt
    return result


@dataclass(frozen=True)
class Leakage:
    """A model's accuracy, 0..1, with and without the faces it met in training.

    Attributes:
        faces: Faces tested.
        leaked: How many of them have a copy in Training.
        accuracy: On all of them.
        on_leaked: On those with a copy; NaN if there are none.
        on_clean: On the others; NaN if there are none.
    """

    faces: int
    leaked: int
    accuracy: float
    on_leaked: float
    on_clean: float


def leakage(split: PredictedSplit, is_leaked: np.ndarray) -> Leakage:
    """Returns what copies in Training do to a model's accuracy on one split.

    Args:
        split: The model's predictions.
        is_leaked: bool of shape (faces of the dataset,), as from `leaked`.
    """
    right = split.predicted == split.labels
    met = is_leaked[split.rows]

    def accuracy(chosen: np.ndarray) -> float:
        return float(chosen.mean()) if len(chosen) else float("nan")

    return Leakage(
        len(split), int(met.sum()), accuracy(right), accuracy(right[met]), accuracy(right[~met])
    )


def usage_of(predictions: Predictions, n: int) -> np.ndarray:
    """Returns the split of each face as FER2013's own protocol has it, uint8 of shape (n,).

    Args:
        predictions: Of a model of protocol `fer2013`: validation is PublicTest, test PrivateTest.
        n: Number of faces; those that the predictions do not name are Training.
    """
    usage = np.zeros(n, np.uint8)
    usage[predictions.validation.rows] = USAGES.index("PublicTest")
    usage[predictions.test.rows] = USAGES.index("PrivateTest")
    return usage


def remembered_duplicates(
    faces: np.ndarray, keep: bool = True, progress: Callable[[float], object] = lambda share: None
) -> Duplicates:
    """Does what `find_duplicates` does, but searches no faces that have been searched before.

    FER2013's copies are kept with the code; those of other faces in the cache, as row numbers.

    Args:
        faces: As for `find_duplicates`.
        keep: Whether the cache may be read and written: not for what somebody uploaded.
        progress: As for `find_duplicates`.
    """
    digest = faces_digest(faces)
    committed = read_duplicates()
    if committed.digest == digest:
        return committed
    if not keep:
        return find_duplicates(faces, progress)
    path = settings().cache / "duplicates" / f"{digest[:32]}.npz"
    try:
        return read_duplicates(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        found = find_duplicates(faces, progress)
    try:
        write_duplicates(found, path)
    except FileError:
        pass  # A full or read-only disk costs the next search its speed, nothing else.
    return found


def write_duplicates(duplicates: Duplicates, path: Path = COMMITTED) -> None:
    """Writes what `read_duplicates` reads."""
    write_arrays(
        path,
        pairs=duplicates.pairs,
        correlation=duplicates.correlation.astype(np.float16),
        mirrored=duplicates.mirrored,
        exact=duplicates.exact,
        n=duplicates.n,
        digest=duplicates.digest,
    )


def read_duplicates(path: Path = COMMITTED) -> Duplicates:
    """Returns what was written; by default the duplicates of FER2013, kept with the code."""
    with np.load(path, allow_pickle=False) as file:
        return Duplicates(
            file["pairs"],
            file["correlation"].astype(np.float32),
            file["mirrored"],
            file["exact"],
            int(file["n"]),
            str(file["digest"]),
        )
