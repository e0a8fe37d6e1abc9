import pytest
from plotly.colors import sample_colorscale, unlabel_rgb

from fer_core.charts.colours import DIVERGING, INK, SEQUENTIAL


def luminance(red: float, green: float, blue: float) -> float:
    """WCAG 2's relative luminance of 0..255."""
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (red / 255, green / 255, blue / 255)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scale", [SEQUENTIAL, DIVERGING], ids=["sequential", "diverging"])
def test_text_on_every_tone_of_a_matrix_can_be_read(scale) -> None:
    ink = luminance(*bytes.fromhex(INK[1:]))
    for tone in sample_colorscale(scale, [step / 20 for step in range(21)]):
        contrast = (luminance(*unlabel_rgb(tone)) + 0.05) / (ink + 0.05)
        assert contrast >= 4.5, tone
