"""A job whose reader answers by a picture's name, without looking."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from fer_core.common.files import write_text
from fer_core.inference.batch import Reader, Row, error_row
from fer_core.scale.job import Job
from fer_core.scale.manifest import Entry

CLASSES = ("happy", "sad")


class FakeReader(Reader[Entry]):
    """`bad` in a name is an error, `none` no face, `pair` two faces, `killer` ends the process.

    At `held` it writes which process it is to a file `<path>.held` and waits for `<path>.go`.
    """

    at_once = 1

    def __call__(self, item: Entry) -> list[Row]:
        name = item.uri
        if "killer" in name:
            os._exit(1)
        if "held" in name and not Path(f"{name}.go").exists():
            write_text(Path(f"{name}.held"), str(os.getpid()))  # whole, or not there yet
            while not Path(f"{name}.go").exists():
                time.sleep(0.01)
        if "bad" in name:
            return [error_row(name, "fake", f"{name} is bad.")]
        if "none" in name:
            return [{"picture": name, "model": "fake", "face": 0}]
        return [self._face(name, number + 1) for number in range(2 if "pair" in name else 1)]

    def lost(self, item: Entry, why: str) -> list[Row]:
        return [error_row(item.uri, "fake", why)]

    def _face(self, name: str, number: int) -> Row:
        happy = round(0.5 + (sum(name.encode()) + number) % 50 / 100, 4)
        return {
            "picture": name,
            "face": number,
            **dict.fromkeys(("left", "top", "width", "height"), 7),
            "landmarks": [],
            "score": 0.9,
            "unreadable": "",
            "answer": "happy",
            "label": "happy",
            "confidence": happy,
            "happy": happy,
            "sad": 1 - happy,
        }


@dataclass(frozen=True)
class FakeJob(Job):
    """Reads by a `FakeReader`."""

    def reader(self) -> FakeReader:
        return FakeReader()

    def refuse_other_here(self) -> None:
        pass


FAKE = FakeJob("fake", "0" * 64, CLASSES, "haar_alt2", 0.5, False, "0")
