import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.emotions import EMOTIONS
from fer_core.savedmodels import update_manifest
from fer_core.settings import ROOT, settings
from studio.markdown import plain


@pytest.fixture
def page(saved_models):
    return AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)


def tables(page: AppTest, label: str) -> list[list[list[str]]]:
    """Texts of the cells, row by row, of every table of that label."""
    bodies = [html.proto.body for html in page.get("html")]
    return [
        [
            [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr.*?</tr>", body)
        ]
        for body in bodies
        if f'aria-label="{label}"' in body
    ]


def test_a_face_is_read_and_the_best_model_named(page, saved_models):
    page.run()
    assert not page.exception
    assert not page.error
    record = json.loads((saved_models / "custom_cnn" / "evaluation.json").read_text())
    accuracy = record["test"]["metrics"]["accuracy"]["value"]
    assert (
        f"**Custom CNN** is right on {accuracy:.1%}".replace("%", "\N{NO-BREAK SPACE}%")
        in page.main.markdown[0].value
    )
    (shown,) = tables(page, "Probability of each emotion")
    assert [row[0] for row in shown] == list(EMOTIONS)


def test_ranking_puts_models_of_seven_emotions_first(page, saved_models):
    page.run()
    ((head, *rows),) = tables(page, "Saved models, best first")
    assert head[:3] == ["Model", "Emotions", "Accuracy"]
    assert [row[:2] for row in rows] == [["Custom CNN", "7"], ["ELU DCNN", "3"]]
    record = json.loads((saved_models / "dcnn_elu" / "evaluation.json").read_text())
    accuracy = record["test"]["metrics"]["accuracy"]
    assert rows[1][2] == f"{100 * accuracy['value']:.1f} %"
    assert rows[1][4] == f"{100 * accuracy['low']:.1f} % to {100 * accuracy['high']:.1f} %"


def test_optimistic_figure_is_called_so(page, saved_models):
    path = saved_models / "dcnn_elu" / "evaluation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"optimistic": True}))
    update_manifest(saved_models, "dcnn_elu")
    page.run()
    assert not page.exception
    ((_, *rows),) = tables(page, "Saved models, best first")
    assert [row[0] for row in rows] == ["Custom CNN", "ELU DCNN (optimistic)"]
    assert any("(optimistic: selected by them)" in caption.value for caption in page.caption)


def test_damaged_record_is_named_and_the_others_stay(page, saved_models):
    (saved_models / "dcnn_elu" / "evaluation.json").write_text("{}")
    page.run()
    assert not page.exception
    assert plain("dcnn_elu/evaluation.json") in page.warning[0].value
    ((_, *rows),) = tables(page, "Saved models, best first")
    assert [row[0] for row in rows] == ["Custom CNN"]


def test_damaged_model_is_named(page, saved_models):
    (saved_models / "custom_cnn" / "model.tflite").write_bytes(b"oops")
    page.run()
    assert not page.exception
    assert plain("custom_cnn/model.tflite is not the file that was saved") in page.error[0].value


def test_no_saved_model_shows_how_to_train_one(page, saved_models):
    for model in saved_models.glob("*/model.tflite"):
        model.unlink()
    page.run()
    assert not page.exception
    assert page.code[0].value == "python -m fer_core train custom_cnn"
    assert not tables(page, "Saved models, best first")


@pytest.mark.parametrize(
    ("given", "hosted", "said"),
    [
        (None, "false", "FER2013 is not on this machine"),
        ("there", "false", "FER2013 is on this machine:"),
        ("there", "true", "FER2013 is on this machine:"),
        ("gone", "false", "FER_DATA names a file that is not there"),
    ],
)
def test_data_found(page, tmp_path, monkeypatch, given, hosted, said):
    monkeypatch.delenv("FER_DATA", raising=False)
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FER_HOSTED", hosted)
    if given:
        monkeypatch.setenv("FER_DATA", str(tmp_path / "faces.parquet"))
    if given == "there":
        (tmp_path / "faces.parquet").write_bytes(b"")
    settings.cache_clear()
    page.run()
    assert not page.exception
    assert any(said in caption.value for caption in page.caption)
