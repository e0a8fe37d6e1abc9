"""The course of a face's expression over time."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from fer_core.charts.colours import GRAY
from fer_core.charts.template import new_figure, percent_axis
from fer_core.common.numerals import percent
from fer_core.emotions import COLOURS


def emotion_lines(
    seconds: np.ndarray, probabilities: np.ndarray, classes: Sequence[str], span: float
) -> go.Figure:
    """Returns a line for each emotion over the last seconds.

    Args:
        seconds: Array (n,), from -span to 0: now is at the right.
        probabilities: Array (n, classes), 0..1; rows of NaN leave a gap.
        classes: Emotion names.
        span: Seconds shown.
    """
    figure = new_figure(height=280)
    for name, share in zip(classes, probabilities.T, strict=True):
        figure.add_scatter(
            x=np.round(seconds, 2),
            y=np.round(share, 3),
            mode="lines",
            name=name,
            line={"color": COLOURS[name], "width": 2.5},
            hovertemplate=f"{name}: %{{y:.1%}}<extra></extra>",
        )
    percent_axis(figure, "y")
    figure.update_yaxes(range=[0, 1.02])
    figure.update_xaxes(range=[-span, 0], ticksuffix=" s", showgrid=False)
    return figure


def emotion_areas(
    seconds: np.ndarray, probabilities: np.ndarray, classes: Sequence[str], end: float
) -> go.Figure:
    """Returns the emotions stacked to 100 % over the length of a video.

    Args:
        seconds: Array (n,), middles of equal bins.
        probabilities: Array (n, classes), 0..1; rows of NaN, where the face is away, stay empty.
        classes: Emotion names.
        end: Length of the video, s.
    """
    figure = new_figure(height=300)
    for name, share in zip(classes, probabilities.T, strict=True):
        figure.add_scatter(
            x=np.round(seconds, 2),
            y=np.round(np.nan_to_num(share), 3),
            mode="lines",
            name=name,
            stackgroup="face",
            line={"color": COLOURS[name], "width": 0, "shape": "hvh"},
            fillcolor=COLOURS[name],
            hovertemplate=f"%{{x:.1f}} s, {name}: %{{y:.1%}}<extra></extra>",
        )
    percent_axis(figure, "y")
    figure.update_yaxes(range=[0, 1], showgrid=False)
    figure.update_xaxes(range=[0, end], ticksuffix=" s", showgrid=False)
    return figure


def share_bars(shares: Mapping[str, float]) -> go.Figure:
    """Returns a bar for the share of each answer, in the order given; "not sure" is hollow."""
    figure = new_figure(height=34 * len(shares) + 16)
    figure.add_bar(
        x=list(shares.values()),
        y=list(shares),
        orientation="h",
        marker={
            "color": [COLOURS.get(answer, "rgba(0, 0, 0, 0)") for answer in shares],
            "line": {
                "color": GRAY,
                "width": [0 if answer in COLOURS else 1.5 for answer in shares],
            },
        },
        text=[percent(share) for share in shares.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1.2], showticklabels=False, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 4}, showlegend=False)
    return figure
