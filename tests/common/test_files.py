import errno
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from full_disk import a_disk_of

from fer_core.common import files
from fer_core.common.files import (
    put_folder,
    read_bytes,
    regular,
    replacing,
    write_arrays,
    write_bytes,
    write_json,
    write_text,
    writing,
    writing_text,
)
from fer_core.errors import FileError, VideoError

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_written_is_there_and_nothing_else(tmp_path):
    write_bytes(tmp_path / "a.bin", b"\0\1")
    write_text(tmp_path / "a.txt", "größer\r\n")
    write_json(tmp_path / "a.json", {"a": [1]})
    write_arrays(tmp_path / "a.npz", numbers=np.arange(3))
    with writing_text(tmp_path / "deep" / "er" / "a.csv") as file:
        file.write("ä,b\r\n")
    assert (tmp_path / "deep" / "er" / "a.csv").read_bytes() == "ä,b\r\n".encode()
    (tmp_path / "deep" / "er" / "a.csv").unlink()
    (tmp_path / "deep" / "er").rmdir()
    (tmp_path / "deep").rmdir()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["numbers"], [0, 1, 2])
    (tmp_path / "a.npz").unlink()
    assert contents(tmp_path) == {
        "a.bin": b"\0\1",
        "a.txt": "größer\r\n".encode(),
        "a.json": b'{\n "a": [\n  1\n ]\n}\n',
    }


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_full_disk_leaves_what_was_there_and_names_the_file(tmp_path, before):
    path = tmp_path / "table.csv"
    if before is not None:
        path.write_bytes(before)
    with (
        a_disk_of(1000),
        pytest.raises(FileError, match=r"table\.csv cannot be written: File too large\."),
    ):
        write_bytes(path, bytes(5000))
    assert contents(tmp_path) == ({} if before is None else {"table.csv": before})


def test_disk_that_is_found_full_only_at_the_end_leaves_nothing(tmp_path, monkeypatch):
    def refuse(_: int) -> None:
        raise NO_ROOM

    monkeypatch.setattr(files.os, "fsync", refuse)
    with pytest.raises(FileError, match="No space left on device: free some room"):
        write_bytes(tmp_path / "a", b"a")
    assert contents(tmp_path) == {}


def test_error_within_passes_and_leaves_nothing(tmp_path):
    with pytest.raises(VideoError, match="broken"), writing(tmp_path / "a") as file:
        file.write(b"half")
        raise VideoError("broken")
    assert contents(tmp_path) == {}


def test_error_of_another_file_is_not_said_of_this_one(tmp_path):
    with pytest.raises(FileNotFoundError), writing(tmp_path / "a"):
        (tmp_path / "other").read_bytes()
    assert contents(tmp_path) == {}


def test_reader_sees_the_old_or_the_new_never_half(tmp_path):
    path = tmp_path / "a"
    write_bytes(path, b"old")
    with writing(path) as file:
        file.write(b"new, half")
        file.flush()
        assert path.read_bytes() == b"old"
        file.write(b" and whole")
    assert path.read_bytes() == b"new, half and whole"


def test_a_file_is_flushed_to_the_disk_before_it_takes_the_place(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(files.os, "fsync", lambda handle: (done.append("sync"), sync(handle)))
    monkeypatch.setattr(
        Path, "replace", lambda part, path: (done.append("replace"), replace(part, path))
    )
    write_bytes(tmp_path / "a", b"a")
    assert done == ["sync", "replace", "sync"]  # the last one is the folder's


def test_permissions_of_the_file_before_are_kept_and_new_ones_are_the_usual(tmp_path):
    (tmp_path / "usual").touch()
    before = tmp_path / "before"
    before.touch()
    before.chmod(0o604)
    for path in (before, tmp_path / "new"):
        write_bytes(path, b"a")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"usual": modes["usual"], "new": modes["usual"], "before": 0o604}


def test_link_stays_a_link(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "file")
    write_bytes(link, b"a")
    assert link.is_symlink()
    assert contents(tmp_path / "folder") == {"file": b"a"}


def test_part_has_the_suffixes_of_the_file(tmp_path):
    with replacing(tmp_path / "head.weights.h5") as part:
        assert part.parent == tmp_path
        assert part.name.endswith(".weights.h5")
        assert part.name.startswith(".")


@pytest.mark.parametrize("name", ["x" * 255, "a." + "y" * 253, "a" + ".b" * 127])
def test_longest_names_can_be_written(tmp_path, name):
    write_bytes(tmp_path / name, b"a")
    assert contents(tmp_path) == {name: b"a"}


def test_folder_in_the_way_is_named(tmp_path):
    with pytest.raises(FileError, match="is a folder; name a file to write"):
        write_bytes(tmp_path, b"a")


def test_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"a\.txt cannot be written: "):
        write_bytes(tmp_path / "file" / "a.txt", b"a")


@pytest.mark.parametrize("use", [lambda path: write_bytes(path, b"a"), read_bytes, regular])
def test_pipes_and_devices_are_refused_at_once_and_stay(tmp_path, use):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="pipe is a pipe; name a file"):
        use(pipe)
    assert pipe.is_fifo()
    with pytest.raises(FileError, match="/dev/zero is a device; name a file"):
        use(Path("/dev/zero"))


def test_reading_says_what_is_wrong(tmp_path):
    with pytest.raises(FileError, match="none cannot be read: No such file"):
        read_bytes(tmp_path / "none")
    with pytest.raises(FileError, match="is a folder"):
        read_bytes(tmp_path)
    (tmp_path / "a").write_bytes(b"a")
    assert read_bytes(tmp_path / "a") == b"a"


def folder(path: Path) -> Path:
    """Makes a folder that holds one file, called like the folder."""
    path.mkdir()
    (path / path.name).touch()
    return path


@pytest.fixture(params=[True, False], ids=["swapped", "renamed twice"])
def can_swap(request, monkeypatch) -> bool:
    """Whether the system exchanges two names in one step."""
    if not request.param:
        monkeypatch.setattr(files, "_swap", lambda one, other: False)
    return request.param


def test_folder_takes_the_place_of_another(tmp_path, can_swap):
    put_folder(folder(tmp_path / "fresh"), folder(tmp_path / "saved").resolve())
    assert [path.name for path in tmp_path.rglob("*")] == ["saved", "fresh"]


def test_folder_that_cannot_be_put_leaves_the_one_before(tmp_path, can_swap):
    folder(tmp_path / "saved")
    with pytest.raises(FileNotFoundError):
        put_folder(tmp_path / "none", tmp_path / "saved")
    assert [path.name for path in tmp_path.rglob("*")] == ["saved", "saved"]


def test_folder_is_put_where_none_was(tmp_path, can_swap):
    put_folder(folder(tmp_path / "fresh"), tmp_path / "saved")
    assert [path.name for path in tmp_path.rglob("*")] == ["saved", "fresh"]


class Killed(BaseException):
    """What nobody catches."""


def killed_at(monkeypatch, step: int) -> None:
    """Ends `put_folder` after so many renames and removals, as a kill would."""
    left = iter([None] * step)

    def counted(function):
        def call(*arguments, **options):
            if next(left, Killed) is Killed:
                raise Killed
            return function(*arguments, **options)

        return call

    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    monkeypatch.setattr(files.shutil, "rmtree", counted(files.shutil.rmtree))


@pytest.mark.skipif(sys.platform == "win32", reason="cannot swap")
@pytest.mark.parametrize("step", range(2))
def test_a_kill_at_any_step_leaves_one_of_both_folders(tmp_path, monkeypatch, step):
    fresh, saved = folder(tmp_path / "fresh"), folder(tmp_path / "saved")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_at(patch, step)
        put_folder(fresh, saved)
    assert (saved / ["saved", "fresh"][step]).exists()


@pytest.mark.parametrize("step", range(4))
def test_what_a_kill_set_aside_is_put_back(tmp_path, monkeypatch, step):
    """Where names cannot be swapped: the next call, though it fails, finds a folder in place."""
    fresh, saved = folder(tmp_path / "fresh"), folder(tmp_path / "saved")
    monkeypatch.setattr(files, "_swap", lambda one, other: False)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_at(patch, step)
        put_folder(fresh, saved)
    with pytest.raises(FileNotFoundError):
        put_folder(tmp_path / "none", saved)
    assert (saved / ("saved" if step < 3 else "fresh")).exists()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".before")]
