"""What a shard holds, in a few lines: kept in its footer, so that its rows need no reading."""

import heapq
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fer_core.inference.batch import Row
from fer_core.scale.manifest import Entry
from fer_core.scale.places import folder_of, shown

BINS = 10
"""Steps of confidence that are told apart."""

KEPT = 12
"""How many of the least sure faces, and of the failures, are kept by name."""

_REASONS = 40
_OTHER = "other reasons"
_NUMBER = re.compile(r"\d[\d,.]*")

Cell = tuple[str, str, str, int]
"""Folder, month ("2026-11", "" where nothing tells), answer, step of confidence."""


@dataclass
class Tally:
    """Counts that can be added up.

    Attributes:
        pictures: How many were read, or tried.
        faceless: Of these, without a face.
        faces: How many faces were found.
        reasons: How many pictures could not be read, by why.
        cells: How many faces, by folder, month, answer and confidence.
        least: The least sure faces: confidence, URI, number in the picture, answer.
        failed: Some pictures that could not be read: URI, why.
        finished: When each shard was done, seconds since 1970, and how many pictures it has.
    """

    pictures: int = 0
    faceless: int = 0
    faces: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)
    least: list[tuple[float, str, int, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    finished: list[tuple[float, int]] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many pictures could not be read."""
        return self.reasons.total()

    def count(self, entry: Entry, rows: list[Row]) -> None:
        """Adds the rows of one picture."""
        self.pictures += 1
        if "error" in rows[0]:
            why = rows[0]["error"]
            self._count_reason(_without_name(why, entry), 1)
            if len(self.failed) < KEPT:
                self.failed.append((entry.uri, why))
            return
        if not rows[0]["face"]:
            self.faceless += 1
            return
        month = time.strftime("%Y-%m", time.gmtime(entry.modified)) if entry.modified else ""
        folder = folder_of(entry.uri)
        for row in rows:
            sure = row["confidence"]
            self.faces += 1
            self.cells[folder, month, row["answer"], min(int(sure * BINS), BINS - 1)] += 1
            self.least.append((sure, entry.uri, row["face"], row["answer"]))
        if len(self.least) > 100 * KEPT:
            self.least = heapq.nsmallest(KEPT, self.least)

    def add(self, other: "Tally") -> None:
        """Adds the counts of another."""
        self.pictures += other.pictures
        self.faceless += other.faceless
        self.faces += other.faces
        for why, count in other.reasons.items():
            self._count_reason(why, count)
        self.cells.update(other.cells)
        self.least = heapq.nsmallest(KEPT, [*self.least, *other.least])
        self.failed = [*self.failed, *other.failed][:KEPT]
        self.finished += other.finished

    def _count_reason(self, why: str, count: int) -> None:
        is_known = why in self.reasons or len(self.reasons) < _REASONS
        self.reasons[why if is_known else _OTHER] += count

    def to_json(self) -> str:
        """Returns it as text."""
        return json.dumps(
            {
                **self.__dict__,
                "cells": [[*cell, count] for cell, count in self.cells.items()],
                "least": heapq.nsmallest(KEPT, self.least),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> "Tally":
        """Returns what `to_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        told["reasons"] = Counter(told["reasons"])
        told["cells"] = Counter({tuple(cell): count for *cell, count in told["cells"]})
        for name in ("least", "failed", "finished"):
            told[name] = list(map(tuple, told[name]))
        return cls(**told)


def _without_name(why: str, entry: Entry) -> str:
    """Returns a reason that many pictures can share."""
    return _NUMBER.sub("#", why.replace(shown(entry.uri), "It").replace(entry.uri, "It"))
