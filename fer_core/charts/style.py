"""Charts of a style transfer: what it lowered, and what became of an emotion."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.charts.colours import ACCENT, GRAY
from fer_core.charts.template import new_figure, percent_axis
from fer_core.common.numerals import percent
from fer_core.emotions import COLOURS


def emotion_shift(classes: Sequence[str], before: np.ndarray, after: np.ndarray) -> go.Figure:
    """Returns a line for each emotion from its probability in the photo to that in the painting.

    Args:
        classes: Emotion names.
        before: Probabilities in the photo, shape (classes,); hollow rings.
        after: Probabilities in the painting, likewise; filled dots.
    """
    figure = new_figure(height=34 * len(classes) + 40)
    for name, first, second in zip(classes, before, after, strict=True):
        figure.add_scatter(
            x=[float(first), float(second)],
            y=[name, name],
            mode="lines",
            line={"color": COLOURS[name], "width": 3},
            hoverinfo="skip",
            showlegend=False,
        )
    colours = [COLOURS[name] for name in classes]
    for label, values, symbol in (("photo", before, "circle-open"), ("painting", after, "circle")):
        figure.add_scatter(
            x=[float(value) for value in values],
            y=list(classes),
            mode="markers",
            marker={"color": colours, "size": 13, "symbol": symbol, "line": {"width": 2.5}},
            marker_line_color=colours,
            customdata=[percent(float(value)) for value in values],
            showlegend=False,
            hovertemplate=f"%{{y}}, {label}: %{{customdata}}<extra></extra>",
        )
    figure.add_scatter(
        x=np.maximum(before, after).astype(float) + 0.07,
        y=list(classes),
        mode="text",
        text=[
            f"{percent(float(first))} → {percent(float(second))}"
            for first, second in zip(before, after, strict=True)
        ],
        textposition="middle right",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )
    percent_axis(figure, "x")
    # Room on the right for the figures beside a dot at 100 %.
    figure.update_xaxes(range=[-0.05, 1.5], tickvals=[0, 0.5, 1], ticktext=["0 %", "50 %", "100 %"])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 4})
    return figure


def loss_curves(table: pd.DataFrame) -> go.Figure:
    """Returns total, content and weighted style over evaluations; a rule where the size changes.

    Args:
        table: As `loss_table` returns it.
    """
    figure = new_figure(height=320)
    for column, colour, dash in (
        ("total", ACCENT, "solid"),
        ("content", GRAY, "solid"),
        ("style, weighted", GRAY, "dot"),
    ):
        figure.add_scatter(
            x=table["evaluation"],
            y=table[column],
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            name=column,
            hovertemplate=f"evaluation %{{x}}: {column} %{{y:.3g}}<extra></extra>",
        )
    for level, start in table.groupby("size, px", sort=False)["evaluation"].min().items():
        figure.add_vline(start, line={"color": GRAY, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=start, y=1, yref="y domain", text=f"{level} px", showarrow=False, xanchor="left"
        )
    figure.update_yaxes(type="log", title="Loss", dtick=1, exponentformat="power")
    figure.update_xaxes(title="Evaluation")
    figure.update_layout(legend={"y": 1.08})
    return figure


def loss_table(
    levels: Sequence[int], losses: Sequence[tuple[float, ...]], style_weight: float
) -> pd.DataFrame:
    """Returns one row for each evaluation.

    Args:
        levels: Longer side in pixels at each evaluation.
        losses: Total, content, style and variation of each.
        style_weight: What the style is multiplied by in the total.
    """
    total, content, style, variation = np.asarray(losses, float).reshape(-1, 4).T
    return pd.DataFrame(
        {
            "evaluation": np.arange(1, len(total) + 1),
            "size, px": list(levels),
            "total": total,
            "content": content,
            "style, weighted": style * style_weight,
            "variation": variation,
        }
    )
