"""Which faces train, which select and which test: fixed, so that figures can be compared."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer_core.dataset.faces import FaceDataset
from fer_core.emotions import EMOTIONS, is_one_of, reindexed
from fer_core.errors import DatasetError, unknown

_USES = {"train": "to train on", "validation": "to select by", "test": "to test on"}

_R5 = ("angry", "happy", "sad", "surprise", "neutral")
_R4 = ("happy", "sad", "surprise", "neutral")
_R3 = ("happy", "sad", "neutral")


@dataclass(frozen=True)
class Split:
    """Row numbers (int32) of a dataset; labels are indices into the protocol's own classes."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Protocol:
    """Label set and split of one report.

    Attributes:
        name: Key in `PROTOCOLS`.
        title: What it is, in a sentence.
        short_title: Which faces it tests, as the comparison names them.
        classes: Emotion names in FER2013's order; a label under this protocol is an index into it.
        split: Function from a dataset to its `Split`.
    """

    name: str
    title: str
    short_title: str
    classes: tuple[str, ...]
    split: Callable[[FaceDataset], Split]

    def whole_split(self, dataset: FaceDataset, *needed: str) -> Split:
        """Returns the dataset's split.

        Args:
            dataset: What is split.
            needed: Which of "train", "validation" and "test" must hold faces; all if none is named.

        Raises:
            DatasetError: If one of them holds none.
        """
        split = self.split(dataset)
        empty = [
            use
            for part, use in _USES.items()
            if (not needed or part in needed) and not len(getattr(split, part))
        ]
        if empty:
            raise DatasetError(
                f"Protocol {self.name} finds no faces {' and none '.join(empty)} in "
                f"{dataset.source}."
            )
        return split

    def labels(self, dataset: FaceDataset, rows: np.ndarray) -> np.ndarray:
        """Returns uint8 labels of shape (len(rows),), indices into `classes`.

        Raises:
            DatasetError: If a row's emotion is none of the protocol's classes.
        """
        return reindexed(dataset.labels[rows], EMOTIONS, self.classes)


def _restricted(classes: tuple[str, ...]) -> Callable[[FaceDataset], Split]:
    """FER2013's own splits, keeping only the rows of some classes."""

    def split(dataset: FaceDataset) -> Split:
        parts = []
        for usage in ("Training", "PublicTest", "PrivateTest"):
            rows = dataset.rows(usage)
            parts.append(rows[is_one_of(dataset.labels[rows], classes)])
        return Split(*parts)

    return split


def _r3_rows(dataset: FaceDataset) -> np.ndarray:
    return np.flatnonzero(is_one_of(dataset.labels, _R3)).astype(np.int32)


def _stratified(dataset: FaceDataset, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Report R3's 90/10 split, to the letter: scikit-learn, stratified, random_state 42."""
    from sklearn.model_selection import train_test_split

    labels = dataset.labels[rows]
    try:
        rest, held_out = train_test_split(rows, stratify=labels, test_size=0.1, random_state=42)
    except ValueError as error:  # a class has one face, or the tenth has fewer faces than classes
        raise DatasetError(
            f"{dataset.source} has too few faces of some emotion for R3's stratified tenth."
        ) from error
    return rest, held_out


def _r3(dataset: FaceDataset) -> Split:
    """Tests on the report's 2,127 faces, but selects on a tenth of the others."""
    rest, test = _stratified(dataset, _r3_rows(dataset))
    train, validation = _stratified(dataset, rest)
    return Split(train, validation, test)


def _r3_report(dataset: FaceDataset) -> Split:
    """As the report did: selects on the same faces it tests on (optimistic)."""
    train, test = _stratified(dataset, _r3_rows(dataset))
    return Split(train, test, test)


_ALL = (
    Protocol(
        "fer2013",
        "FER2013: train on Training, select on PublicTest, test on PrivateTest",
        "FER2013, 7 emotions",
        EMOTIONS,
        _restricted(EMOTIONS),
    ),
    Protocol(
        "r5",
        "R5: FER2013's splits, angry, happy, sad, surprise, neutral",
        "R5, 5 emotions",
        _R5,
        _restricted(_R5),
    ),
    Protocol(
        "r4",
        "R4: FER2013's splits, happy, sad, surprise, neutral",
        "R4, 4 emotions",
        _R4,
        _restricted(_R4),
    ),
    Protocol(
        "r3",
        "R3: happy, sad, neutral; a stratified tenth tests, a tenth of the rest selects",
        "R3, 3 emotions",
        _R3,
        _r3,
    ),
    Protocol(
        "r3-report",
        "R3 as reported: selects on the faces it tests on (optimistic)",
        "R3 as reported",
        _R3,
        _r3_report,
    ),
)
PROTOCOLS: dict[str, Protocol] = {protocol.name: protocol for protocol in _ALL}
"""Every protocol by its name: those with more classes first."""


def find_protocol(name: str) -> Protocol:
    """Returns a protocol by name.

    Raises:
        DatasetError: If there is none; the message suggests the nearest name.
    """
    if name not in PROTOCOLS:
        raise DatasetError(unknown(name, list(PROTOCOLS), "protocol"))
    return PROTOCOLS[name]
