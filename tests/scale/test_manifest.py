import pytest

from fer_core.scale.manifest import ROWS, Entry, Manifest, write_manifest


def numbered(count: int) -> list[Entry]:
    return [Entry(f"{n}.png", n, f"e{n}", n, -1) for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, ROWS, ROWS + 7])
def test_ranges_are_what_was_written(tmp_path, count):
    path = tmp_path / "m.parquet"
    assert write_manifest(path, iter(numbered(count))) == count
    with Manifest(path) as manifest:
        assert list(manifest.entries(0, count)) == numbered(count)
        middle = (count // 3, count - count // 5)
        assert list(manifest.entries(*middle)) == numbered(count)[slice(*middle)]
        assert list(manifest.entries(count, count)) == []
