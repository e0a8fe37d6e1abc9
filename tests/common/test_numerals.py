import pytest

from fer_core.common.numerals import p_value, percent


def test_share_has_one_decimal() -> None:
    assert percent(0.69138) == "69.1 %"


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "p < 0.001"), (0.001, "p = 0.001"), (0.2, "p = 0.200")]
)
def test_p_value_never_reads_as_zero(p: float, text: str) -> None:
    assert p_value(p) == text
