import pytest

from fer_core.common.numerals import clock, p_value, percent


def test_share_has_one_decimal() -> None:
    assert percent(0.69138) == "69.1 %"


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "p < 0.001"), (0.001, "p = 0.001"), (0.2, "p = 0.200")]
)
def test_p_value_never_reads_as_zero(p: float, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (0.96, "1.0 s"), (9.94, "9.9 s"), (10, "0:10"), (754, "12:34")],
)
def test_tenths_count_in_what_is_short(seconds: float, text: str) -> None:
    assert clock(seconds) == text
