from typing import get_args

import pytest

from fer_core.errors import StyleError
from fer_core.styletransfer.options import LARGEST_SIZE, SMALLEST_SIZE, Quality, StyleOptions


def test_the_pyramid_grows_by_the_root_of_two():
    assert StyleOptions(size=256).levels == ((128, 40), (181, 20), (256, 70))
    assert StyleOptions(size=128, quality="draft").levels == ((128, 40),)
    sides = [side for side, _ in StyleOptions(size=768).levels]
    assert sides == [136, 192, 272, 384, 543, 768]


def test_work_counts_megapixels_and_evaluations():
    assert StyleOptions(size=128, quality="draft").work == pytest.approx(40 * 128**2 / 1e6)
    high, standard = StyleOptions(quality="high").work, StyleOptions().work
    assert high == pytest.approx(2 * standard)


@pytest.mark.parametrize("size", range(SMALLEST_SIZE, LARGEST_SIZE + 1, 8))
def test_each_quality_is_worth_its_name_at_every_size(size):
    """The page says: two to three times the work of a draft, and high twice that."""
    draft, standard, high = (StyleOptions(size=size, quality=q).work for q in get_args(Quality))
    assert round(standard / draft) in (2, 3)
    assert round(high / standard, 1) == 2


def test_a_pyramid_of_few_levels_has_the_long_run_at_its_last():
    assert StyleOptions(size=128).levels == ((128, 70),)
    assert StyleOptions(size=192).levels == ((136, 40), (192, 70))
    assert StyleOptions(size=192, quality="draft").levels == ((136, 40), (192, 20))
    assert [count for _, count in StyleOptions(size=768).levels] == [40, 20, 70, 20, 20, 20]


def test_balance_is_logarithmic():
    weights = [StyleOptions(balance=balance).style_weight for balance in (0, 0.5, 1)]
    assert weights == pytest.approx([10**0.5, 100, 10**3.5])


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 64},
        {"size": 2000},
        {"balance": -0.1},
        {"style_scale": 3},
        {"quality": "best"},
        {"colours": "sepia"},
        {"blend": (0.0, 0.0)},
        {"blend": (1.0, -1.0)},
        {"blend": (float("inf"),)},
        {"blend": (1.0, float("nan"))},
        {"seed": -1},
        {"face": float("nan")},
    ],
)
def test_what_is_out_of_range_is_named(wrong):
    name = "weights" if "blend" in wrong else next(iter(wrong))
    with pytest.raises(StyleError, match=name):
        StyleOptions(**wrong)
