import numpy as np
import pytest

from fer_core.evaluation.calibration import (
    brier,
    coverage,
    fit_temperature,
    noise_floor,
    reliability,
)
from fer_core.savedmodels.temperature import apply_temperature


def _calibrated(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers right exactly as often as they say, and labels drawn from them."""
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(7, 0.4), n)
    draw = rng.random(n)[:, None]
    return probabilities, (probabilities.cumsum(axis=1) < draw).sum(axis=1).clip(max=6)


def test_ece_of_a_perfectly_calibrated_model_tends_to_zero() -> None:
    eces = [reliability(*_calibrated(n)).ece for n in (500, 200_000)]
    assert eces[1] < eces[0]
    assert eces[1] < 0.005
    assert reliability(*_calibrated(200_000)).mce < 0.03


def test_noise_floor_is_the_mean_ece_of_perfectly_calibrated_models() -> None:
    rng = np.random.default_rng(1)
    probabilities, _ = _calibrated(1500)
    edges = probabilities.cumsum(axis=1)
    eces = [
        reliability(probabilities, (edges < rng.random((1500, 1))).sum(axis=1).clip(max=6)).ece
        for _ in range(400)
    ]
    assert noise_floor(probabilities) == pytest.approx(np.mean(eces), rel=0.05)
    assert noise_floor(np.tile(probabilities, (4, 1))) == pytest.approx(
        noise_floor(probabilities) / 2
    )


def test_ece_worked_by_hand() -> None:
    probabilities = np.array([[0.8, 0.2]] * 10 + [[0.6, 0.4]] * 10)
    labels = np.array([0] * 6 + [1] * 4 + [0] * 6 + [1] * 4)
    bins = reliability(probabilities, labels)
    assert bins.count.tolist() == [10, 10]
    assert bins.accuracy == pytest.approx([0.6, 0.6])
    assert bins.ece == pytest.approx(0.5 * 0.2 + 0.5 * 0.0)
    assert bins.mce == pytest.approx(0.2)


def test_a_nearly_empty_bin_does_not_make_the_maximum() -> None:
    probabilities = np.array([[0.6, 0.4]] * 20 + [[0.99, 0.01]])
    labels = np.array([0] * 12 + [1] * 8 + [1])
    assert reliability(probabilities, labels).mce == pytest.approx(0, abs=1e-9)


def test_fitted_temperature_undoes_a_distortion() -> None:
    probabilities, labels = _calibrated(20_000)
    sharpened = apply_temperature(probabilities, 1 / 1.8)
    temperature = fit_temperature(sharpened, labels)
    assert temperature == pytest.approx(1.8, rel=0.05)
    mended = apply_temperature(sharpened, temperature)
    assert reliability(mended, labels).ece < reliability(sharpened, labels).ece / 5


def test_temperature_that_mends_nothing_is_left_at_one() -> None:
    """Nearly all are as right as they are sure; for the few others log-loss would bend all."""
    shares = np.repeat([[0.7, 0.3], [0.9, 0.1]], [1900, 100], axis=0)
    labels = np.concatenate([np.arange(1900) >= 1330, np.zeros(100)]).astype(np.uint8)
    assert fit_temperature(shares, labels) == 1.0
    assert fit_temperature(shares, (np.arange(2000) % 2).astype(np.uint8)) > 1


def test_temperature_keeps_rows_sums_and_answers() -> None:
    probabilities, _ = _calibrated(200)
    softened = apply_temperature(probabilities, 3.0)
    assert softened.sum(axis=1) == pytest.approx(np.ones(200))
    assert (softened.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    assert apply_temperature(probabilities, 1.0) == pytest.approx(probabilities, abs=1e-6)


def test_brier_worked_by_hand() -> None:
    assert brier(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1])) == pytest.approx(0.25)


def test_refusing_the_unsure_raises_accuracy_to_the_sure_ones() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.55, 0.45]])
    curve = coverage(probabilities, np.array([0, 1, 0, 0]))
    assert curve.threshold.tolist() == [0.9, 0.8, 0.6, 0.55]
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.accuracy == pytest.approx([1, 1, 2 / 3, 3 / 4])
