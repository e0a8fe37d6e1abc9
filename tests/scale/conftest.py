import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from fake_job import FAKE, FakeJob

from fer_core.scale.dest import Dest
from fer_core.scale.run import Plan, make_plan


@pytest.fixture(autouse=True)
def plain_main(monkeypatch):
    """New processes run the main module first: not the page that an earlier test left there."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture
def listed(tmp_path):
    """Makes a list of pictures that are nowhere, for the fake reader, and the plan of a run."""

    def make(names: list[str], shards: int, job: FakeJob = FAKE) -> tuple[Dest, Plan]:
        listed = tmp_path / "names.txt"
        listed.write_text("\n".join(names))
        dest = Dest(str(tmp_path / "dest"))
        return dest, replace(make_plan(dest, str(listed), job, shards), job=job)

    return make


@pytest.fixture
def folder(tmp_path, astronaut) -> Path:
    """Seven small pictures: five with a face, one without, one that is none."""
    import numpy as np

    from fer_core.images import encode_png

    place = tmp_path / "pictures"
    (place / "below").mkdir(parents=True)
    for number in range(5):
        face = np.ascontiguousarray(astronaut[:260, 80 + number : 360])
        (place / "below" / f"{number}.png").write_bytes(encode_png(face))
    (place / "blank.png").write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    (place / "bad.jpg").write_bytes(b"text")
    (place / "notes.txt").write_text("no picture")
    return place
