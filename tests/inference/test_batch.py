import csv
import os
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path
from types import ModuleType

import pytest
from waiting import wait_until

from fer_core.errors import BatchError, FileError
from fer_core.inference.batch import Reader, error_row, find_pictures, read_all
from fer_core.inference.batch_table import Results
from fer_core.picture_names import Skipped
from fer_core.settings import ROOT

CLASSES = ("happy", "sad")
SETTINGS = "haar_alt2, threshold 0"


class FakeReader(Reader[Path]):
    """Answers without looking; one file ends the process that reads it."""

    def __call__(self, item: Path):
        if item.name == "killer.png":
            os._exit(1)
        return [{"picture": str(item), "model": "fake", "face": 0}]

    def lost(self, item: Path, why: str):
        return [error_row(str(item), "fake", why)]


class CountingReader(Reader[Path]):
    """Tells how many it has read, as one would that opens its model with the first."""

    read = 0

    def __call__(self, item: Path):
        self.read += 1
        return [{"process": os.getpid(), "read": self.read}]


@pytest.fixture(autouse=True)
def plain_main(monkeypatch):
    """New processes run the main module first: not the page that an earlier test left there."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def paths(count: int, *more: str) -> list[Path]:
    return [Path(f"{number:03d}.png") for number in range(count)] + [Path(name) for name in more]


def test_rows_come_in_order_from_many_processes():
    asked = paths(60)
    rows = list(read_all(asked, FakeReader(), workers=2))
    assert [row["picture"] for (row,) in rows] == [str(path) for path in asked]


def test_each_process_keeps_its_reader():
    rows = [row for (row,) in read_all(paths(60), CountingReader(), workers=2)]
    for process in {row["process"] for row in rows}:
        read = [row["read"] for row in rows if row["process"] == process]
        assert read == list(range(1, len(read) + 1))


def test_file_that_kills_its_reader_is_a_row_and_the_others_are_read():
    asked = paths(20)
    asked.insert(9, Path("killer.png"))
    rows = list(read_all(asked, FakeReader(), workers=2))
    assert [row["picture"] for (row,) in rows] == [str(path) for path in asked]
    errors = [row["picture"] for (row,) in rows if "error" in row]
    assert errors == ["killer.png"]


def test_reader_that_dies_while_earlier_rows_are_taken_loses_no_file():
    asked = paths(120)
    asked.insert(42, Path("killer.png"))
    others = set(active_children())  # of tests before this one, such as the painter's process

    def paths_as_asked():
        for number, path in enumerate(asked):
            if number == 48:  # the first chunk that is sent after the others
                wait_until(lambda: set(active_children()) <= others)
            yield path

    rows = list(read_all(paths_as_asked(), FakeReader(), workers=2))
    assert [row["picture"] for (row,) in rows] == [str(path) for path in asked]
    assert [row["picture"] for (row,) in rows if "error" in row] == ["killer.png"]


_TELLS_ITS_POOL = """
import os, sys
from pathlib import Path
from fer_core.inference.batch import Reader, read_all
class Process(Reader):
    def __call__(self, item):
        return [{"process": os.getpid()}]
if __name__ == "__main__":
    for (row,) in read_all(map(Path, iter(str, 1)), Process(), workers=2):
        print(row["process"], flush=True)
"""


def test_pool_ends_when_the_program_is_killed(tmp_path):
    script = tmp_path / "reads.py"
    script.write_text(_TELLS_ITS_POOL)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as reading:
        pool = {int(reading.stdout.readline()) for _ in range(20)}
        reading.kill()
    wait_until(lambda: not any(map(is_alive, pool)))


def is_alive(process: int) -> bool:
    """Returns whether it runs: one that has ended may wait for somebody to take note of it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_paths_are_taken_as_they_are_needed():
    taken = []

    def endless():
        for number in range(10**9):
            taken.append(number)
            yield Path(f"{number}.png")

    rows = read_all(endless(), FakeReader(), workers=2)
    for _ in range(30):
        next(rows)
    rows.close()
    assert len(taken) < 150


def test_pictures_of_a_folder_are_found_by_name_in_order(tmp_path):
    for name in ("b.JPG", "a.png", "x/z.heic", "x/c.webp", "notes.txt", "x/film.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("._a.png", ".hidden/a.png", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c").write_bytes(b"\xff\xd8\xff\xe0")
    named, skipped = Path("named.whatever"), Skipped()
    found = list(find_pictures([named, Path("._named.jpg"), tmp_path], skipped))
    names = ("a.png", "b.JPG", "c", "x/c.webp", "x/z.heic")
    assert found == [named, *(tmp_path / name for name in names)]
    assert skipped.sentence == (
        f"2 files are no pictures and were left out: {tmp_path}/notes.txt, {tmp_path}/x/film.mp4."
    )


def test_pipe_named_as_a_picture_is_left_out(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    assert list(find_pictures([tmp_path])) == [tmp_path / "gone.png"]


def face_rows(name: str, faces: int) -> list[dict]:
    return [
        {"picture": name, "model": "m", "face": n + 1, "label": "happy", "happy": 0.9, "sad": 0.1}
        for n in range(faces)
    ]


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["picture"], row["face"]) for row in csv.DictReader(file)]


def write(path: Path, *pictures: tuple[str, int]) -> None:
    with Results(path, CLASSES, "m", SETTINGS) as results:
        for name, faces in pictures:
            if name not in results.done:
                results.add(face_rows(name, faces))


def test_table_cut_short_anywhere_is_completed(tmp_path):
    pictures = (("ä.png", 1), ('odd "name",\nwith a break é.png', 3), ("ç.png", 2))
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    write(whole, *pictures)
    data = whole.read_bytes()
    for length in range(len(data)):
        if not data[:length].startswith(data[: data.index(b"\r\n") + 2]):
            continue  # the header is written at once
        part.write_bytes(data[:length])
        write(part, *pictures)
        assert sorted(read(part)) == sorted(read(whole)), length


def test_pictures_of_the_last_two_rows_are_done_again(tmp_path):
    path = tmp_path / "t.csv"
    write(path, ("a.png", 1), ("b.png", 1), ("c.png", 1))
    with Results(path, CLASSES, "m", SETTINGS) as results:
        assert results.done == {"a.png"}


def test_table_that_is_no_text_further_on_is_continued(tmp_path):
    path = tmp_path / "t.csv"
    write(path, ("a.png", 1), ("b.png", 1), ("c.png", 1))
    with path.open("ab") as file:
        file.write(b"\xff\xfe\x00" * 50)
    write(path, ("a.png", 1), ("b.png", 1), ("c.png", 1))
    assert sorted(name for name, _ in read(path)) == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize("other", ["yunet, threshold 0", "haar_alt2, threshold 0.5", "whole"])
def test_table_of_other_settings_is_not_continued(tmp_path, other):
    path = tmp_path / "t.csv"
    write(path, ("a.png", 1))
    before = path.read_bytes()
    with pytest.raises(BatchError, match=r"begun with the model m \(haar_alt2, threshold 0\)"):
        Results(path, CLASSES, "m", other)
    assert path.read_bytes() == before


def test_damaged_table_says_so(tmp_path):
    path = tmp_path / "t.csv"
    write(path, ("a.png", 1))
    with path.open("a") as file:
        file.write('"' + "x" * 200_000)
    with pytest.raises(BatchError, match="is damaged"):
        Results(path, CLASSES, "m", SETTINGS)
    with pytest.raises(FileError, match="is a folder"):
        Results(tmp_path, CLASSES, "m", SETTINGS)


def test_errors_are_kept(tmp_path):
    path = tmp_path / "t.csv"
    with Results(path, CLASSES, "m", SETTINGS) as results:
        results.add([error_row("bad.png", "m", 'It is, well, "bad".')])
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["error"], row["face"]) == ('It is, well, "bad".', "0")


def test_other_tables_are_not_overwritten(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("my,own,table\n1,2,3\n")
    with pytest.raises(BatchError, match="not a table of this model"):
        Results(path, CLASSES, "m", SETTINGS)
    write(path.with_name("u.csv"), ("a.png", 1), ("b.png", 1))
    with pytest.raises(BatchError, match="begun with the model m"):
        Results(path.with_name("u.csv"), CLASSES, "another", SETTINGS)
    assert path.read_text() == "my,own,table\n1,2,3\n"


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(BatchError, match="No such file"):
        Results(tmp_path / "none" / "t.csv", CLASSES, "m", SETTINGS)
