import json

import pytest

from fer_core.cli import main
from fer_core.models import REGISTRY


def _run(monkeypatch, capsys, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["fer_core", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_models_json_counts_in_the_code_itself(saved_models, monkeypatch, capsys):
    status, out, _ = _run(monkeypatch, capsys, "models", "--json")
    found = json.loads(out)
    assert status == 0 and set(found) == set(REGISTRY)
    assert found["mini_xception"] == {
        "classes": 7,
        "parameters": 58_423,
        "trainable": 56_951,
        "saved": False,
    }
    assert found["custom_cnn"]["saved"] and found["dcnn_elu"]["classes"] == 3


def test_models_lists_what_is_saved_and_how_to_train_the_rest(saved_models, monkeypatch, capsys):
    _, out, _ = _run(monkeypatch, capsys, "models")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["custom_cnn"].endswith("saved")
    assert lines["vgg16"].endswith("python -m fer_core train vgg16")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "custom_cn"), "Did you mean 'custom_cnn'?"),
        (("train",), "Name one model, or give --all."),
        (("train", "slim_vgg", "--recipe", "report"), "No report describes slim_vgg"),
        (("train", "custom_cnn", "--recipe", "mine"), "choose `ours` or `report`"),
        (("train", "custom_cnn", "--protocol", "r9"), "no protocol 'r9'"),
        (("train", "custom_cnn", "--data", "/nowhere.csv"), "/nowhere.csv"),
        (("export", "custom_cn"), "Did you mean 'custom_cnn'?"),
    ],
)
def test_a_command_that_cannot_run_says_why_in_one_sentence(
    words, said, saved_models, monkeypatch, capsys
):
    status, _, err = _run(monkeypatch, capsys, *words)
    assert status == 1 and said in err and "Traceback" not in err


def test_training_without_a_dataset_says_how_to_get_one(saved_models, monkeypatch, capsys):
    from fer_core.settings import settings

    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()
    status, _, err = _run(monkeypatch, capsys, "train", "custom_cnn")
    assert status == 1 and "python -m fer_core data fetch" in err
