"""The one look of every chart: transparent, quiet, readable on light and dark.

Text in a chart takes no colour of its own: it inherits the font colour, which Streamlit sets to
the theme's and the HTML review to its page's. Only text on a coloured cell has a fixed one, `INK`:
Plotly's own choice falls below 4.5:1 on middle tones.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from fer_core.charts.colours import GRID, INK, PALETTE, SEQUENTIAL, model_colour, model_symbol

if TYPE_CHECKING:
    from fer_core.evaluation.intervals import Interval

LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "title": None,
}
"""Above the plot, where it neither hides data nor is far from it."""


CELLS: dict[str, Any] = {
    "showscale": False,
    "xgap": 2,
    "ygap": 2,
    "textfont": {"color": INK},
}
"""What the heatmaps that print their figures share."""


def model_marker(name: str, size: int = 13) -> dict[str, Any]:
    """Returns the Plotly marker of a model: its colour and symbol, `size` in px."""
    return {"size": size, "color": model_colour(name), "symbol": model_symbol(name)}


def whiskers(
    name: str, intervals: "Sequence[Interval]", thickness: float = 1.5, width: int = 4
) -> dict[str, Any]:
    """Returns the Plotly error bars of a model's intervals, in its colour.

    Args:
        name: Of the model.
        intervals: One for each point, about its value.
        thickness: Of the line, px.
        width: Of its ends, px.
    """
    return {
        "array": [interval.high - interval.value for interval in intervals],
        "arrayminus": [interval.value - interval.low for interval in intervals],
        "thickness": thickness,
        "width": width,
        "color": model_colour(name),
    }


_AXIS = {
    "gridcolor": GRID,
    "zeroline": False,
    "automargin": True,
    "fixedrange": True,
    "title": {"standoff": 10},
}

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        font={"family": "Source Sans, Source Sans Pro, system-ui, sans-serif", "size": 14},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        colorway=list(PALETTE),
        colorscale={"sequential": SEQUENTIAL},
        hovermode="closest",
        dragmode=False,
        bargap=0.3,
        xaxis=_AXIS,
        yaxis=_AXIS,
        legend=LEGEND,
    )
)


def new_figure(height: int = 360) -> go.Figure:
    """Returns an empty figure with the house template.

    Args:
        height: Height in pixels; the width is always that of where it is shown.
    """
    figure = go.Figure()
    figure.update_layout(
        template=TEMPLATE,
        height=height,
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
        legend=LEGEND,
        dragmode=False,
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
    )
    return figure


def percent_axis(figure: go.Figure, axis: str = "y", zero_based: bool = True) -> None:
    """Makes an axis ("x" or "y") of fractions read as percentages."""
    figure.update_layout(
        {
            f"{axis}axis": {
                "tickformat": ".0%",
                "hoverformat": ".1%",
                "rangemode": "tozero" if zero_based else "normal",
            }
        }
    )
