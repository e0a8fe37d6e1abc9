import numpy as np
import pytest
from sklearn import metrics as reference

from fer_core.evaluation.metrics import (
    METRICS,
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    largest_share,
    log_losses,
    macro_f1,
    most_confused,
    per_class_metrics,
    precision_recall,
    roc,
)

LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 0, 0, 1, 1, 1, 0, 2, 0, 0])


def test_small_case_worked_by_hand() -> None:
    confusion = confusion_matrix(LABELS, PREDICTED, 3)
    assert confusion.tolist() == [[3, 1, 0], [1, 2, 0], [2, 0, 1]]
    per_class = per_class_metrics(confusion)
    assert per_class["precision"] == pytest.approx([3 / 6, 2 / 3, 1])
    assert per_class["recall"] == pytest.approx([3 / 4, 2 / 3, 1 / 3])
    assert per_class["f1"] == pytest.approx([6 / 10, 2 / 3, 2 / 4])
    assert accuracy(confusion) == pytest.approx(0.6)
    assert balanced_accuracy(confusion) == pytest.approx((3 / 4 + 2 / 3 + 1 / 3) / 3)
    assert macro_f1(confusion) == pytest.approx((0.6 + 2 / 3 + 0.5) / 3)


def test_log_loss_worked_by_hand() -> None:
    losses = log_losses(np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]), np.array([0, 0, 1]))
    assert losses[:2] == pytest.approx([np.log(2), np.log(4)])
    assert np.isfinite(losses[2])


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.choice(7, 400, p=[0.3, 0.02, 0.1, 0.2, 0.1, 0.08, 0.2])
    probabilities = rng.dirichlet(np.ones(7), 400)
    predicted = probabilities.argmax(axis=1)
    values = {name: metric.value(probabilities, labels) for name, metric in METRICS.items()}
    assert values["accuracy"] == pytest.approx(reference.accuracy_score(labels, predicted))
    assert values["balanced_accuracy"] == pytest.approx(
        reference.balanced_accuracy_score(labels, predicted)
    )
    assert values["macro_f1"] == pytest.approx(
        reference.f1_score(labels, predicted, average="macro", labels=range(7), zero_division=0)
    )
    assert values["log_loss"] == pytest.approx(
        reference.log_loss(labels, probabilities, labels=range(7))
    )


def test_stack_of_matrices_is_judged_one_by_one() -> None:
    stack = np.array([[[8, 2], [1, 9]], [[5, 5], [0, 0]]])
    assert accuracy(stack) == pytest.approx([0.85, 0.5])
    assert balanced_accuracy(stack) == pytest.approx([0.85, 0.5]), "an absent class is left out"


def answers(seed: int, skill: float, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (n, 4) that favour the truth by `skill` logits, and the truth (n,)."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1]).astype(np.uint8)
    powers = np.exp(rng.normal(0, 1, (n, 4)) + skill * np.eye(4)[labels])
    return powers / powers.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_best_where_all_is_right_and_certain(name: str) -> None:
    metric = METRICS[name]
    _, labels = answers(1, 0)
    perfect = metric.value(np.eye(4)[labels], labels)
    assert perfect == pytest.approx(1 if metric.higher_is_better else 0)
    for seed in range(5):
        value = metric.value(*answers(seed, 1.0))
        assert value < perfect if metric.higher_is_better else value > perfect
        assert 0 <= value <= 1 or not metric.is_share


@pytest.mark.parametrize("name", METRICS)
def test_no_metric_minds_the_order_of_faces_or_of_classes(name: str) -> None:
    metric = METRICS[name]
    probabilities, labels = answers(2, 1.0)
    value = metric.value(probabilities, labels)
    assert metric.value(probabilities[::-1], labels[::-1]) == pytest.approx(value)
    assert metric.value(probabilities[:, ::-1], 3 - labels) == pytest.approx(value)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_faces_twice_is_that_of_the_faces_once(name: str) -> None:
    probabilities, labels = answers(3, 1.0)
    twice = METRICS[name].value(np.tile(probabilities, (2, 1)), np.tile(labels, 2))
    assert twice == pytest.approx(METRICS[name].value(probabilities, labels))


def test_most_confused_pairs_come_as_shares_of_the_truth() -> None:
    pairs = most_confused(confusion_matrix(LABELS, PREDICTED, 3), ("a", "b", "c"), top=2)
    assert [(pair.truth, pair.predicted, pair.count) for pair in pairs] == [
        ("c", "a", 2),
        ("b", "a", 1),
    ]
    assert pairs[0].share == pytest.approx(2 / 3)


def test_largest_share_is_the_accuracy_of_one_answer() -> None:
    assert largest_share(LABELS) == pytest.approx(0.4)


def test_curves_of_a_perfect_and_a_useless_score() -> None:
    is_class = np.array([True, True, False, False])
    assert precision_recall(np.array([0.9, 0.8, 0.2, 0.1]), is_class).area == 1
    assert roc(np.array([0.9, 0.8, 0.2, 0.1]), is_class).area == 1
    assert roc(np.full(4, 0.5), is_class).area == 0.5


@pytest.mark.parametrize("decimals", [1, 2, 8], ids=["many ties", "some ties", "no tie"])
@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_curves_are_scikit_learns(decimals: int, dtype: type) -> None:
    rng = np.random.default_rng(decimals)
    is_class = rng.random(500) < 0.2
    score = np.clip(rng.normal(0.3 + 0.2 * is_class, 0.2), 0, 1).round(decimals).astype(dtype)
    drawn = precision_recall(score, is_class)
    precision, recall, _ = reference.precision_recall_curve(is_class, score)
    assert drawn.x == pytest.approx(recall)
    assert drawn.y == pytest.approx(precision)
    assert drawn.area == pytest.approx(reference.average_precision_score(is_class, score))
    drawn = roc(score, is_class)
    false_positive, true_positive, _ = reference.roc_curve(is_class, score, drop_intermediate=False)
    assert drawn.x == pytest.approx(false_positive)
    assert drawn.y == pytest.approx(true_positive)
    assert drawn.area == pytest.approx(reference.roc_auc_score(is_class, score))
