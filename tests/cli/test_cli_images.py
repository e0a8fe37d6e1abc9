import sys

import numpy as np
import pytest
from PIL import Image

from fer_core.cli import main
from fer_core.imageops import OperationPipeline, Step
from fer_core.images import decode, encode_png

HALF_GRAY = OperationPipeline((Step("grayscale"), Step("resize", {"width": 8, "height": 8})))


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs `python -m fer_core images ...`; returns exit status, standard output and error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fer_core", "images", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def folder(tmp_path):
    """Two pictures of the same name in two folders, and a pipeline beside them."""
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    for name, change in (("a/one.png", 0), ("b/one.png", 50)):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(encode_png(picture + np.uint8(change)))
    (tmp_path / "pipeline.json").write_text(HALF_GRAY.to_json())
    return tmp_path


def test_every_picture_of_a_pattern_is_written_at_full_size(run, folder):
    pattern = folder / "photos" / "**" / "*.png"
    status, out, _ = run(
        pattern, "--pipeline", folder / "pipeline.json", "--out", folder / "results"
    )
    assert status == 0
    assert "2 of 2 pictures done" in out
    for source, result in (("a/one.png", "one.png"), ("b/one.png", "one_2.png")):
        before = decode((folder / "photos" / source).read_bytes())
        after = decode((folder / "results" / result).read_bytes())
        np.testing.assert_array_equal(after[..., 0], HALF_GRAY.run(before))


def test_a_result_never_takes_the_place_of_a_picture(run, folder):
    source = folder / "photos" / "a" / "one.png"
    before = source.read_bytes()
    status, _, _ = run(source, "--pipeline", folder / "pipeline.json", "--out", source.parent)
    assert status == 0
    assert source.read_bytes() == before
    assert (source.parent / "one_2.png").exists()


def test_a_result_never_takes_the_place_of_any_file(run, folder):
    source = folder / "photos" / "a"
    Image.fromarray(decode((source / "one.png").read_bytes())).save(source / "one.jpg")
    before = (source / "one.png").read_bytes()
    status, _, _ = run(source / "*.jpg", "--pipeline", folder / "pipeline.json", "--out", source)
    assert status == 0
    assert (source / "one.png").read_bytes() == before
    assert decode((source / "one_2.png").read_bytes()).shape == (8, 8, 3)


def test_a_damaged_picture_is_named_and_the_others_are_done(run, folder):
    (folder / "photos" / "bad.png").write_bytes(b"not a picture")
    status, out, err = run(
        folder / "photos", "--pipeline", folder / "pipeline.json", "--out", folder / "results"
    )
    assert status == 1
    assert "2 of 3 pictures done" in out
    assert "bad.png: The file is text, not a picture" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere/*.jpg", "--pipeline", "pipeline.json"), "No picture matches nowhere/"),
        (("photos", "--pipeline", "missing.json"), "missing.json cannot be read: No such file"),
        (("photos", "--pipeline", "photos/a/one.png"), "not a pipeline"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, folder, monkeypatch, arguments, words):
    monkeypatch.chdir(folder)
    status, out, err = run(*arguments, "--out", "results")
    assert (status, out) == (1, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert not (folder / "results").exists()
