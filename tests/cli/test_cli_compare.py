import json

import pandas as pd
import pytest
from command_line import run
from full_disk import a_disk_of

from fer_core.errors import EvaluationError, FileError, ModelNotFound
from fer_core.review import pdf
from fer_core.savedmodels import update_manifest


def test_two_models_are_compared_in_words(five_models) -> None:
    result = run("compare", "custom_cnn", "slim_vgg")
    assert result.exit_code == 0
    assert "Slim VGG leads at" in result.stdout
    assert "Slim VGG beats Custom CNN by" in result.stdout
    assert "Recommended: Slim VGG" in result.stdout
    assert "VGG16" not in result.stdout


def test_optimistic_figures_are_called_so(five_models) -> None:
    assert "ptimistic" not in run("compare", "dcnn_elu").stdout
    path = five_models / "dcnn_elu" / "evaluation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"optimistic": True}))
    update_manifest(five_models, "dcnn_elu")
    said = run("compare", "dcnn_elu").stdout
    assert "ELU DCNN (optimistic) reads" in said
    assert "Optimistic, because the same faces chose the best epoch" in said


def test_review_is_written_with_a_part_for_each_protocol(five_models, tmp_path) -> None:
    out = tmp_path / "deep" / "review.html"
    result = run("compare", "slim_vgg", "dcnn_elu", "--out", str(out))
    assert f"Written to {out}." in result.stdout
    html = out.read_text()
    assert "<h2>FER2013, 7 emotions</h2>" in html
    assert "<h2>R3, 3 emotions</h2>" in html
    assert "<h2>Faces common to all</h2>" in html


def test_review_on_a_full_disk_names_the_file_and_leaves_nothing(five_models, tmp_path) -> None:
    out = tmp_path / "review.html"
    with a_disk_of(10_000), pytest.raises(FileError, match=r"review\.html cannot be written"):
        run("compare", "slim_vgg", "--out", str(out))
    assert list(tmp_path.glob("*.html")) == []


def test_unreadable_model_is_named_and_the_others_compared(five_models) -> None:
    (five_models / "custom_cnn" / "predictions.npz").write_bytes(b"")
    result = run("compare")
    assert "custom_cnn is left out" in result.stderr
    assert "Slim VGG leads" in result.stdout


def test_unknown_name_suggests_the_nearest(five_models) -> None:
    with pytest.raises(ModelNotFound, match="'custom_cnn'"):
        run("compare", "custum_cnn")


def test_pdf_without_chromium_says_so(five_models, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(EvaluationError, match="needs Chromium"):
        run("compare", "slim_vgg", "--pdf", str(tmp_path / "review.pdf"))


def test_reports_writes_the_reproduction_table(five_models) -> None:
    result = run("compare", "--reports")
    assert "| R3 | `dcnn_elu` | r3 | 82.42 % (374 of 2,127 wrong) |" in result.stdout
    table = pd.read_csv(five_models / "reproduction.csv").set_index("model")
    assert table.loc["dcnn_elu", "test_n"] == 2127
    assert table.loc["bolarinwa_resnet101", "state"] == "not trained"
