"""Colours and markers of every chart; nothing here needs Plotly.

Marks use the colours below, each at least 3:1 against both backgrounds. Emotions take
`fer_core.emotions.COLOURS`.
"""

from colorsys import hls_to_rgb
from zlib import crc32

from fer_core.models.registry import REGISTRY

GRAY = "#8A8F98"
"""Reference lines, intervals and whatever is not a series of its own."""

GRID = "rgba(138, 143, 152, 0.22)"

ACCENT = "#6366F1"
"""A single series that is neither an emotion nor a model."""

INK = "#14161B"
"""Text on the cells of a matrix: at least 5:1 on every tone of the two scales below."""

SEQUENTIAL = [[0.0, "#F1F2FE"], [0.5, "#C4C7FA"], [1.0, "#7C80F3"]]
"""Low to high, one hue: confusion matrices, votes."""

DIVERGING = [[0.0, "#D97706"], [0.5, "#E5E7EB"], [1.0, "#7C80F3"]]
"""Worse, equal, better."""

PALETTE = (
    "#6366F1",
    "#D97706",
    "#0D9488",
    "#DB2777",
    "#65A30D",
    "#0284C7",
    "#DC2626",
    "#9333EA",
    "#A16207",
    "#059669",
    "#64748B",
    "#C026D3",
    "#EA580C",
)
_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "x",
    "pentagon",
    "triangle-down",
    "hexagon",
    "bowtie",
    "star-diamond",
    "hourglass",
)
_LUMINANCE = 0.17
"""Of a generated colour: 3:1 and more against white and against the dark background."""


def model_colour(name: str) -> str:
    """Returns the fixed colour of a model, by its place in the registry; any other's by its name.

    Places beyond the palette take hues a golden angle apart, so that no two are alike.
    """
    place = _place(name)
    return PALETTE[place] if place < len(PALETTE) else _generated(place * 0.618034 % 1)


def model_symbol(name: str) -> str:
    """Returns the fixed marker of a model, so that colour is never alone in telling them apart."""
    if name not in REGISTRY:
        return "circle-open-dot"
    turn, symbol = divmod(_place(name), len(_SYMBOLS))
    return _SYMBOLS[symbol] + ("", "-open", "-dot", "-open-dot")[turn % 4]


def _place(name: str) -> int:
    return list(REGISTRY).index(name) if name in REGISTRY else crc32(name.encode()) + len(PALETTE)


def _generated(hue: float) -> str:
    """Returns a colour of that hue (0..1) and of `_LUMINANCE`, as WCAG 2 computes it."""
    linear = [(channel + 0.05) ** 2.2 for channel in hls_to_rgb(hue, 0.5, 0.6)]
    luminance = sum(
        weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )
    scaled = [min(channel * _LUMINANCE / luminance, 1) ** (1 / 2.2) for channel in linear]
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in scaled)
