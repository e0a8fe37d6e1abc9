from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.sentences import (
    confused_sentences,
    headline,
    judge_training,
    lead_sentence,
    optimistic_sentence,
    photographs_sentence,
    robustness_sentence,
)
from fer_core.evaluation.significance import Comparison, compare_all

TITLES = {"a": "Model A", "b": "Model B"}


def comparison(value: float, low: float, high: float, p: float) -> Comparison:
    return Comparison("a", "b", 10, 5, Interval(value=value, low=low, high=high), p, p)


def test_real_lead_names_the_winner_first_whichever_way_round() -> None:
    sentence = (
        "Model B beats Model A by 6.1 points (95 % interval 4.4 to 7.8; corrected p < 0.001)."
    )
    assert lead_sentence(comparison(-0.061, -0.078, -0.044, 1e-6), TITLES) == sentence


def test_doubtful_lead_is_called_chance() -> None:
    sentence = lead_sentence(comparison(0.004, -0.016, 0.023, 0.72), TITLES)
    assert sentence.startswith("Model A is 0.4 points ahead of Model B, which may be chance")
    assert "p = 0.720" in sentence


def test_equal_models_are_level() -> None:
    assert "are level" in lead_sentence(comparison(0.0, -0.01, 0.01, 1.0), TITLES)


@pytest.fixture(scope="module")
def seven(made_up_five):
    contenders = read_field(made_up_five).contenders
    ranked = best_first([c for c in contenders if c.protocol == "fer2013"])
    right = {contender.name: contender.right for contender in ranked}
    return ranked, compare_all(right)


def test_headline_says_who_leads_and_whether_it_is_real(seven) -> None:
    ranked, comparisons = seven
    assert ranked[0].name == "slim_vgg"
    accuracy = f"{100 * ranked[0].accuracy.value:.1f} %"
    text = headline(ranked, comparisons)
    assert text.startswith(f"Slim VGG leads at {accuracy}; its lead over VGG16, fine-tuned may be")
    without = [ranked[0], ranked[2]]
    assert "its lead over Custom CNN is real (p < 0.001)" in headline(without, comparisons)
    assert f"reads {accuracy} of 3,589 test faces correctly" in headline(ranked[:1], [])


def test_headline_obeys_the_metric_and_names_it(seven) -> None:
    ranked, comparisons = seven
    least = min(ranked, key=lambda one: one.judged.metrics["log_loss"].value)
    text = headline(ranked, comparisons, "log_loss")
    assert text.startswith(f"{least.title} is best by log-loss: ")
    value = least.judged.metrics["log_loss"]
    assert f"{value.value:.3f} (95 % interval {value.low:.3f} to {value.high:.3f})" in text
    assert text.endswith(("and their intervals overlap.", "and their intervals lie apart."))
    most = max(ranked, key=lambda one: one.judged.metrics["macro_f1"].value)
    assert headline(ranked, comparisons, "macro_f1").startswith(f"{most.title} is best by macro-F1")


def test_headline_says_no_more_than_certainty_of_chance(seven) -> None:
    assert told(seven, (0.01, 1.0), (0.02, 1.0)) == (
        "; its lead over B and C may be chance (p = 1.000)."
    )


def told(seven, *gaps: tuple[float, float]) -> str:
    """The headline of a leader and others that are so far behind it, with such p-values."""
    leader = replace(seven[0][0], name="a", title="A")
    ranked = [leader]
    comparisons = []
    for name, (gap, p) in zip("bcdef", gaps, strict=False):
        ranked.append(replace(leader, name=name, title=name.upper()))
        difference = Interval(value=-gap, low=-gap - 0.02, high=-gap + 0.02)
        comparisons.append(Comparison(name, "a", 10, 10, difference, p, p))
    return headline(ranked, comparisons).split(" %", 1)[1]


def test_headline_says_of_a_tie_that_it_is_one(seven) -> None:
    assert told(seven, (0, 1.0)) == "."
    assert told(seven, (0, 1.0), (0.05, 1e-9)) == "; A's lead over C is real (p < 0.001)."
    leader = replace(seven[0][0], title="A")
    ranked = [leader, *(replace(leader, name=name, title=name.upper()) for name in "bc")]
    text = headline(ranked, compare_all({c.name: c.right for c in ranked}))
    assert text.startswith("A, B and C are level at ")


def test_headline_names_a_doubtful_lead_behind_a_real_one(seven) -> None:
    text = told(seven, (0.02, 1e-4), (0.03, 0.2))
    assert text == (
        "; its lead over B is real (p < 0.001), its lead over C may be chance (p = 0.200)."
    )


def test_headline_gives_the_least_p_of_all_doubtful_leads(seven) -> None:
    text = told(seven, (0.01, 0.9), (0.02, 0.06))
    assert text == "; its lead over B and C may be chance (p = 0.060 or more)."
    text = told(seven, (0.01, 0.9), (0.02, 0.3), (0.03, 0.1), (0.04, 1e-5))
    assert text == "; its lead over B and 2 others may be chance (p = 0.100 or more)."


def test_disturbances_keep_their_capitals_in_a_sentence(seven) -> None:
    contender = seven[0][0]
    points = tuple(
        point.model_copy(
            update={"accuracy": Interval(value=0.1 if key == "jpeg" else 0.5, low=0, high=1)}
        )
        for point in contender.robustness.points
        for key in [point.corruption]
    )
    measured = replace(
        contender, robustness=contender.robustness.model_copy(update={"points": points})
    )
    assert "10.0 % with JPEG at severity 5; blur at" in robustness_sentence(measured)


def test_photographs_are_told_beside_the_faces_cut_out_with_the_worst_case(seven) -> None:
    contender = seven[0][0]
    plain, worst = contender.end_to_end.points[0], contender.end_to_end.points[-1]
    said = photographs_sentence(contender)
    assert f"reads {100 * plain.right.value:.1f} %" in said and "1,050 faces" in said
    assert f"{100 * contender.end_to_end.cut.value:.1f} % (" in said
    assert f"lowest, to {100 * worst.right.value:.1f} %, under “Noise”" in said
    assert said.endswith(f"where {100 * worst.found.value:.1f} % are found.")
    alone = contender.end_to_end.model_copy(update={"points": (plain,), "cut": None})
    assert photographs_sentence(replace(contender, end_to_end=alone)).endswith("upright).")


def test_optimistic_models_are_named_with_the_reason(seven) -> None:
    contender = seven[0][0]
    assert optimistic_sentence([contender]) is None
    said = optimistic_sentence([contender, replace(contender, title="X", optimistic=True)])
    assert said == "Optimistic, because the same faces chose the best epoch: X."


def test_confused_pairs_in_words(seven) -> None:
    sentences = confused_sentences(seven[0][0], 2)
    assert len(sentences) == 2
    assert all(" faces are read as " in sentence for sentence in sentences)


def history(val_loss: np.ndarray, val_accuracy: np.ndarray) -> pd.DataFrame:
    epochs = np.arange(1, len(val_loss) + 1)
    return pd.DataFrame(
        {
            "epoch": epochs,
            "loss": 1.5 / np.sqrt(epochs),
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
        }
    )


def test_training_whose_validation_loss_turns_overfits_from_there() -> None:
    epochs = np.arange(30)
    fit = judge_training(history(1 + 0.02 * np.abs(epochs - 11), 0.6 - 0.001 * abs(epochs - 11)))
    assert "from epoch 12" in fit


def test_training_that_still_gains_climbs() -> None:
    epochs = np.arange(20)
    fit = judge_training(history(1.5 - 0.03 * epochs, 0.4 + 0.01 * epochs))
    assert "still climbs at epoch 20" in fit


def test_training_whose_schedule_ended_is_not_said_to_climb_still() -> None:
    epochs = np.arange(20)
    fit = judge_training(history(1.5 - 0.03 * epochs, 0.4 + 0.01 * epochs), schedule_ended=True)
    assert "still climbs" not in fit
    assert "learning rate reached its end at epoch 20" in fit


def test_least_validation_loss_is_that_of_the_curve_not_of_its_mean() -> None:
    val_loss = np.array([1.2, 1.0, 1.0, 1.01, 1.0, 0.95, 1.08, 1.0, 1.0, 1.0])
    fit = judge_training(history(val_loss, np.full(10, 0.6)))
    assert "least validation loss is at epoch 6" in fit


def test_training_that_settles_has_levelled_off() -> None:
    epochs = np.arange(40)
    fit = judge_training(history(1 + np.exp(-epochs / 4), 0.65 - 0.3 * np.exp(-epochs / 4)))
    assert fit.startswith("levels off; ")


def test_short_histories_are_judged_too() -> None:
    for epochs in (1, 2):
        fit = judge_training(history(np.ones(epochs), np.full(epochs, 0.5)))
        assert fit.startswith(("levels off; ", "still climbs "))
