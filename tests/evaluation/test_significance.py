import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from fer_core.evaluation.intervals import mean_interval, resample_weights
from fer_core.evaluation.significance import compare_all, holm, mcnemar_p, paired_interval

COUNTS = (0, 1, 2, 5, 9, 12, 21, 24, 25, 40, 80, 120, 400, 500)


@pytest.mark.parametrize("first", COUNTS)
@pytest.mark.parametrize("second", COUNTS)
def test_p_is_that_of_the_exact_test(first, second) -> None:
    expected = mcnemar([[80, first], [second, 9]], exact=True).pvalue
    assert mcnemar_p(first, second) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    if first + second:
        assert mcnemar_p(first, second) == pytest.approx(
            binomtest(first, first + second).pvalue, rel=1e-9, abs=1e-300
        )


def test_exact_test_worked_by_hand() -> None:
    assert mcnemar_p(9, 2) == pytest.approx(2 * (1 + 11 + 55) / 2**11)


@pytest.mark.parametrize("each", [0, 1, 25, 500])
def test_a_tie_is_no_difference_at_all(each) -> None:
    assert mcnemar_p(each, each) == 1


@pytest.mark.parametrize("seed", range(5))
def test_correction_is_holms(seed: int) -> None:
    p = np.random.default_rng(seed).random(15) ** 3
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_interval_of_counts_is_that_of_resampled_faces() -> None:
    difference = np.repeat([1.0, -1.0, 0.0], [140, 90, 770])
    by_faces = mean_interval(difference, resample_weights(1000))
    by_counts = paired_interval(140, 90, 1000)
    assert by_counts.value == pytest.approx(by_faces.value)
    assert by_counts.low == pytest.approx(by_faces.low, abs=0.003)
    assert by_counts.high == pytest.approx(by_faces.high, abs=0.003)


def test_all_pairs_are_corrected_together_and_the_interval_agrees() -> None:
    face = np.arange(2000)
    right = {
        "good": face < 1400,
        "also good": (face >= 20) & (face < 1415),  # 20 lost, 15 gained
        "poor": face < 1200,
    }
    pairs = {(c.first, c.second): c for c in compare_all(right)}
    assert len(pairs) == 3
    lead = pairs["good", "poor"]
    assert (lead.only_first, lead.only_second) == (200, 0)
    assert lead.is_real
    assert lead.difference.low > 0
    assert lead.difference.value == pytest.approx(0.1)
    close = pairs["good", "also good"]
    assert (close.only_first, close.only_second) == (20, 15)
    assert not close.is_real
    assert close.difference.low <= 0 <= close.difference.high


def test_one_model_alone_has_no_pairs() -> None:
    assert compare_all({"only": np.array([True])}) == []
