"""What a run's tally says: shares of answers, over time, by folder, by confidence."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from fer_core.scale.tally import BINS, Cell

Shares = dict[str, Counter[str]]
"""How many faces got each answer, by what they are grouped by."""

OTHERS = "others"


def answers(cells: Mapping[Cell, int]) -> Counter[str]:
    """Returns how many faces got each answer."""
    found: Counter[str] = Counter()
    for (_, _, answer, _), count in cells.items():
        found[answer] += count
    return found


def by_month(cells: Mapping[Cell, int]) -> Shares:
    """Returns the answers of each month, in order; of pictures without a date nothing."""
    found = _grouped((month, answer, n) for (_, month, answer, _), n in cells.items() if month)
    return dict(sorted(found.items()))


def by_confidence(cells: Mapping[Cell, int]) -> list[Counter[str]]:
    """Returns the answers of each step of confidence, from the least sure."""
    steps: list[Counter[str]] = [Counter() for _ in range(BINS)]
    for (_, _, answer, step), count in cells.items():
        steps[step][answer] += count
    return steps


def by_folder(cells: Mapping[Cell, int], most: int = 12) -> Shares:
    """Returns the answers of each folder, the one with most faces first.

    Folders are told apart as far down as there are no more than `most`; where even the first level
    has more, the smallest are put together as `OTHERS`.
    """
    folders = {folder for folder, *_ in cells}
    parts = {folder: folder.split("/") for folder in folders}
    common = _common(parts.values())
    deepest = max((len(part) for part in parts.values()), default=0)
    depth = common + 1
    while depth < deepest and len({tuple(p[: depth + 1]) for p in parts.values()}) <= most:
        depth += 1
    name = {f: "/".join(part[common:depth]) or part[-1] or "." for f, part in parts.items()}
    found = _grouped((name[folder], answer, n) for (folder, _, answer, _), n in cells.items())
    ranked = sorted(found, key=lambda folder: -found[folder].total())
    kept = {folder: found[folder] for folder in ranked[:most]}
    if ranked[most:]:
        kept[OTHERS] = sum((found[folder] for folder in ranked[most:]), Counter())
    return kept


def _grouped(faces: Iterable[tuple[str, str, int]]) -> Shares:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group, answer, count in faces:
        found[group][answer] += count
    return found


def _common(paths: Iterable[list[str]]) -> int:
    """Returns how many parts all paths begin with, but for the last of the shortest."""
    count = 0
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        count += 1
    return count
