"""Colours and markers of every chart; nothing here needs Plotly.

Marks use the colours below, each at least 3:1 against both backgrounds. Emotions take
`fer_core.emotions.COLOURS`.
"""

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
_OTHERS = ("#57534E", "#0E7490", "#BE123C", "#4D7C0F")


def model_colour(name: str) -> str:
    """Returns the fixed colour of a model; any other takes one of four more."""
    names = list(REGISTRY)
    if name not in names:
        return _OTHERS[crc32(name.encode()) % len(_OTHERS)]
    return PALETTE[names.index(name) % len(PALETTE)]


def model_symbol(name: str) -> str:
    """Returns the fixed marker of a model, so that colour is never alone in telling them apart."""
    names = list(REGISTRY)
    return _SYMBOLS[names.index(name) % len(_SYMBOLS)] if name in names else "circle-open"
