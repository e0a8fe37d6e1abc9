import numpy as np
import pytest

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import read_contender
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.reproduction import in_short, reproduction_table
from fer_core.savedmodels import (
    PredictedSplit,
    Predictions,
    open_model,
    update_manifest,
    write_predictions,
)
from fer_core.savedmodels.ensemble import read_ensemble
from fer_core.training.ensemble import choose, fit_weights, save_ensemble


def test_weights_of_least_log_loss_found_by_hand():
    """The mean gives truth .9 w + .1 (1 - w) on 3 of 4 faces, .1 w + .9 (1 - w) on the fourth: the
    loss is least where the first is .75, so w = .8125."""
    right = np.array([[0.9, 0.9, 0.9, 0.1], [0.1, 0.1, 0.1, 0.9]])
    np.testing.assert_allclose(fit_weights(right), [0.8125, 0.1875], atol=1e-4)


def test_model_that_adds_nothing_gets_no_weight_and_is_not_chosen():
    rng = np.random.default_rng(0)
    good = rng.uniform(0.3, 1, 500)
    right = {"good": good, "worse": 0.5 * good, "other": rng.uniform(0.3, 1, 500)}
    assert choose(right)[0] in ("good", "other") and set(choose(right)) == {"good", "other"}
    assert fit_weights(np.stack([good, 0.5 * good]))[1] < 1e-3


def test_ensemble_is_judged_by_its_members_stored_answers(five_models):
    record = save_ensemble()
    members = read_ensemble(five_models / "ensemble").members
    assert {member.name for member in members} <= {"slim_vgg", "custom_cnn", "vgg16_finetuned"}
    mean = sum(m.weight * open_model(m.name).predictions().test.probabilities for m in members)
    labels = open_model("slim_vgg").predictions().test.labels
    assert record.test.metrics["accuracy"].value == pytest.approx(
        (mean.argmax(axis=1) == labels).mean(), abs=1e-3
    )
    own = [read_evaluation(open_model(member.name)).cost for member in members]
    assert record.cost.milliseconds == pytest.approx(
        sum(cost.milliseconds for cost in own), abs=1e-4
    )
    assert record.cost.parameters == sum(cost.parameters for cost in own)
    assert record == read_evaluation(open_model("ensemble"))
    assert "weighted mean" in open_model("ensemble").file("card.md").read_text()


def test_ensemble_is_compared_and_listed_like_any_other(five_models):
    record = save_ensemble()
    contender = read_contender(open_model("ensemble"))
    assert (contender.title, contender.history) == ("Ensemble", None)
    assert contender.accuracy == record.test.metrics["accuracy"]
    table = reproduction_table(five_models)
    assert table["model"].iloc[-1] == "ensemble"
    assert "| `ensemble` | ours | 7 |" in in_short(table)


def test_test_faces_choose_nothing(five_models):
    before = save_ensemble()
    members = read_ensemble(five_models / "ensemble")
    for name in ("slim_vgg", "custom_cnn", "vgg16_finetuned"):
        saved = open_model(name)
        told = saved.predictions()
        wrong = PredictedSplit(told.test.probabilities[::-1], told.test.labels, told.test.rows)
        write_predictions(
            saved.folder / "predictions.npz", Predictions(told.classes, told.validation, wrong)
        )
        update_manifest(five_models, name)
    after = save_ensemble()
    assert read_ensemble(five_models / "ensemble") == members
    assert after.calibration.temperature == pytest.approx(before.calibration.temperature, 1e-4)
    assert after.test.metrics["accuracy"].value < before.test.metrics["accuracy"].value


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("slim_vgg",), "at least two"),
        (("slim_vgg", "dcnn_elu"), "different faces or emotions"),
        (("slim_vgg", "ensemble"), "an ensemble itself"),
    ],
)
def test_what_has_no_mean_is_refused(five_models, names, said):
    if "ensemble" in names:
        save_ensemble()
    with pytest.raises(EvaluationError, match=said):
        save_ensemble(names)
