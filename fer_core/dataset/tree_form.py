"""Faces as picture files: `train/<class>/*.png`, `validation/...`, `test/...`, of any size."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from fer_core.dataset.collector import Collector
from fer_core.dataset.face_decoder import Cut, Decoder, middle_square
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.dataset.member import Member
from fer_core.dataset.spellings import usage_in
from fer_core.emotions import EMOTIONS, canonical
from fer_core.errors import DatasetError, ImageError, NoFaceFound
from fer_core.settings import settings

_OWN_SPLITS = ("training", "publictest", "privatetest")
_OWN_NAMES = ("fer2013", "fer-2013", "fer_2013", "fer 2013")
_OWN_COUNTS = (4953, 547, 5121, 8989, 6077, 4002, 6198)
"""Faces of each class in FER2013, by which its order can be known."""

_LIKE = 0.1
_FEWEST = 1000

CLASSES = ("classes.txt", "labels.txt", "class_names.txt")
"""Names of a file that says which emotion each numbered folder holds."""

_LONGEST_LIST = 10_000


def read_tree(members: Sequence[Member], source: str, cut: Cut = middle_square) -> FaceDataset:
    """Reads pictures of which a folder names the class and one above it, or below, the split.

    Faces are cut out of the pictures; one of 48x48 is a face already. A file name that starts
    with a FER2013 split (`PublicTest_123.jpg`, as in Kaggle's copies) decides before the folder.
    Folders that are numbers are those of FER2013's order where something says so; a folder that
    holds another's pictures once more is left out.

    Raises:
        DatasetError: If no picture can be used, they have too many pixels, or nothing says what
            the numbers of the folders mean.
    """
    collector = Collector()
    decoder = Decoder(source, cut)
    pictures = [member for member in members if member.is_picture]
    pictures, copies = _without_copies(pictures)
    numbers = _meaning_of_numbers(pictures, members, source)
    has_splits = any(member.usage for member in pictures)
    left_out: Counter[str] = Counter()
    for member in sorted(pictures, key=lambda member: member.name):
        emotion = member.emotion or numbers.get(_number(member))
        usage = member.usage or (None if has_splits else "Training")
        if emotion is None or usage is None:
            left_out[str(PurePosixPath(member.name).parent)] += 1
            continue
        try:  # `decode` refuses one byte more
            face = decoder.face(member.read(settings().max_upload_mb * 2**20 + 1))
        except ImageError as error:
            collector.problems.append(f"{member.name}: {error}")
            if isinstance(error, NoFaceFound):
                collector.unfound.append((EMOTIONS.index(emotion), USAGES.index(usage)))
            continue
        collector.add(face, EMOTIONS.index(emotion), USAGES.index(usage), member.name)
    for folder, count in left_out.items():
        collector.problems.append(
            f"Folder {folder}: {count} picture{'s' * (count > 1)} left out; its name is none of "
            "the seven emotions, "
            "or the folder above it none of train, validation, test."
        )
    collector.notes += [*copies, *_notes(pictures, has_splits)]
    return collector.dataset(source)


def has_tree(members: Sequence[Member]) -> bool:
    """Returns whether there are pictures in folders of emotions, or of numbers."""
    return any((m.emotion or m.number is not None) and m.is_picture for m in members)


def _number(member: Member) -> int:
    return -1 if member.number is None else member.number


def _meaning_of_numbers(
    pictures: Sequence[Member], members: Sequence[Member], source: str
) -> Mapping[int, str]:
    """Returns which emotion each numbered folder holds.

    Raises:
        DatasetError: If no folder names an emotion, and nothing says what the numbers mean.
    """
    numbered = [m for m in pictures if m.emotion is None and m.number is not None]
    if not numbered:
        return {}
    if lists := [member for member in members if member.file_name.lower() in CLASSES]:
        return _listed(lists[0], source)
    if _are_fer2013s(numbered, source):
        return dict(enumerate(EMOTIONS))
    if len(numbered) < len(pictures) and any(member.emotion for member in pictures):
        return {}
    found = ", ".join(map(str, sorted({_number(member) for member in numbered})[:10]))
    raise DatasetError(
        f"{source} has folders named {found}, and nothing says which emotion each number is. Name "
        "the folders after the emotions, or put beside them a file classes.txt with a line for "
        f"each number from 0. In FER2013's order the lines are {', '.join(EMOTIONS)}."
    )


def _are_fer2013s(numbered: Sequence[Member], source: str) -> bool:
    """Returns whether names or counts say that numbers are FER2013's."""
    if any(_number(member) >= len(EMOTIONS) for member in numbered):
        return False
    words = {source.lower(), *(folder.lower() for m in numbered for folder in m.folders)}
    if any(name in word for word in words for name in _OWN_NAMES) or words & {*_OWN_SPLITS}:
        return True
    if any(member.usage_by_name for member in numbered):
        return True
    counts = np.bincount([_number(m) for m in numbered], minlength=len(EMOTIONS))
    own = np.array(_OWN_COUNTS) / sum(_OWN_COUNTS)
    return len(numbered) >= _FEWEST and bool(
        (np.abs(counts / counts.sum() - own) < _LIKE * own).all()
    )


def _listed(member: Member, source: str) -> dict[int, str]:
    """Returns what a file of classes says: a line for each, "0 angry" or the name alone."""
    lines = member.read(_LONGEST_LIST).decode("utf-8-sig", "replace").split("\n")
    names = {}
    for place, line in enumerate(line for line in lines if line.strip()):
        digits = "".join(filter(str.isdigit, line))
        emotion = canonical(line.replace(",", " "))
        if emotion is not None:
            names[int(digits) if digits else place] = emotion
    if not names:
        raise DatasetError(f"{source}, {member.name} names none of the seven emotions.")
    return names


def _without_copies(pictures: Sequence[Member]) -> tuple[list[Member], list[str]]:
    """Returns the pictures without those of folders that hold another's once more, and a note."""
    roots: dict[str, dict[str, Member]] = defaultdict(dict)
    for member in pictures:
        root, below = _root(member)
        roots[root][below] = member
    kept: list[str] = []
    notes = []
    for root in sorted(roots, key=lambda root: (-len(roots[root]), len(root), root)):
        like = next((other for other in kept if _is_copy(roots[root], roots[other])), None)
        if like is None:
            kept.append(root)
        else:
            notes.append(
                f"Folder {root or '.'} holds {len(roots[root]):,} pictures of folder {like or '.'} "
                "once more: they are read once."
            )
    return [member for root in kept for member in roots[root].values()], notes


def _root(member: Member) -> tuple[str, str]:
    """Returns the part of a path above its split and class, and the rest."""
    parts = PurePosixPath(member.name).parts
    first = next(
        (n for n, part in enumerate(parts[:-1]) if usage_in(part) or canonical(part)),
        len(parts) - 1,
    )
    return "/".join(parts[:first]), "/".join(parts[first:])


def _is_copy(some: Mapping[str, Member], of: Mapping[str, Member]) -> bool:
    same = all(path in of and of[path].size == member.size for path, member in some.items())
    return same and all(of[path].read() == member.read() for path, member in some.items())


def _notes(pictures: Sequence[Member], has_splits: bool) -> list[str]:
    if not has_splits:
        return ["There are no train and test folders: every face counts as Training."]
    if any(member.usage_by_name for member in pictures):
        return ["The splits are those that the file names tell."]
    names = Counter(member.usage for member in pictures)
    if names["PrivateTest"] and not names["PublicTest"]:
        return ["There is no validation folder: test is taken as PrivateTest, PublicTest is empty."]
    return []
