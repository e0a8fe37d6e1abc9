import io
import zipfile

import pytest

from fer_core.common import archives
from fer_core.common.archives import opened_zip
from fer_core.errors import BatchError


def zipped(count: int = 3, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for number in range(count):
            archive.writestr(f"{number}.png", bytes(1000))
    return file.getvalue()


def names(file, most_files: int = 10) -> list[str]:
    with opened_zip(file, "a.zip", BatchError, most_files) as archive:
        return archive.namelist()


def test_zip_in_memory_or_in_a_file_is_lent(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped())
    assert names(zipped()) == names(path) == ["0.png", "1.png", "2.png"]


def test_too_many_files_are_refused_before_they_are_listed(monkeypatch, tmp_path):
    crowd = zipped(21)
    path = tmp_path / "a.zip"
    path.write_bytes(crowd)
    with pytest.raises(BatchError, match=r"a\.zip lists 21 files; the limit is 10"):
        names(path)
    monkeypatch.setattr(archives.zipfile, "ZipFile", None)
    with pytest.raises(BatchError, match=r"a\.zip lists 21 files; the limit is 10"):
        names(crowd)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_may_unpack_to_gigabytes_at_once_is_refused(packing):
    with pytest.raises(BatchError, match="ordinary zip"):
        names(zipped(packing=packing))


def test_encrypted_zip_is_refused():
    data = bytearray(zipped(1))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BatchError, match="without a password"):
        names(bytes(data))


def test_name_that_is_no_text_is_damage():
    data = bytearray(zipped(1))
    at = data.index(b"PK\x01\x02")
    data[at + 9] |= 0x08  # names are UTF-8
    data[at + 46] = 0xFF
    with pytest.raises(BatchError, match="damaged, or no zip"):
        names(bytes(data))


def test_damage_found_while_it_is_read_is_an_error():
    data = bytearray(zipped(1))
    data[30 + len("0.png")] = 0b111  # a kind of block that deflate does not have
    with (
        pytest.raises(BatchError, match="invalid block type"),
        opened_zip(bytes(data), "a.zip", BatchError, 10) as archive,
    ):
        archive.read("0.png")
