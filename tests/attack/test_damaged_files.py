"""Files damaged at random, read as the app reads them: a sentence is all that comes of it."""

import pytest

from benchmarks.attack import FORMS, attack


@pytest.mark.parametrize("form", FORMS)
def test_damage_costs_no_more_than_a_sentence(form):
    counts, _ = attack(form, first=0, times=12)
    assert set(counts) <= {"read", "refused"}
    assert sum(counts.values()) == 12


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_much_damage_costs_no_more_than_a_sentence(form):
    counts, _ = attack(form, first=1000, times=2000)
    assert set(counts) <= {"read", "refused"}
