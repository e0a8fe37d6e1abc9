"""How a model trained: curves, their distribution over epochs, and the learning rate."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_core.charts import findings
from fer_core.charts.colours import GRAY, model_colour
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import new_figure
from fer_core.evaluation.comparison import Contender

_PANELS = (("accuracy", "Accuracy"), ("loss", "Loss"), ("learning_rate", "Learning rate"))


def training_curves(contender: Contender) -> Exhibit:
    """Returns accuracy, loss and learning rate over epochs; the epoch that was kept is marked."""
    history = _history(contender)
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.07,
        row_heights=[0.42, 0.4, 0.18],
        subplot_titles=[title for _, title in _PANELS],
    )
    figure.update_layout(new_figure(height=620).layout)
    colour = model_colour(contender.name)
    for row, (column, title) in enumerate(_PANELS, start=1):
        for name, key, line in (
            ("training", column, {"color": GRAY, "dash": "dot"}),
            ("validation", f"val_{column}", {"color": colour}),
        ):
            if key not in history and key != column:
                continue
            only = column == "learning_rate"
            figure.add_scatter(
                row=row,
                col=1,
                x=history["epoch"],
                y=history[key],
                mode="lines+markers" if len(history) < 3 else "lines",
                line={"width": 2.5, **line, **({"dash": "solid", "shape": "hv"} if only else {})},
                name=name,
                legendgroup=name,
                showlegend=row == 1,
                hovertemplate=f"epoch %{{x}}: {title.lower()} %{{y:.4g}}<extra></extra>",
            )
    if contender.best_epoch is not None:
        _mark(figure, contender.best_epoch, int(history["epoch"].max()))
    figure.update_yaxes(tickformat=".0%", row=1)
    rates = history["learning_rate"][history["learning_rate"] > 0]
    figure.update_yaxes(
        tickformat=".0e",
        type="log",
        row=3,
        dtick=1,
        # A decade of its own, so that every rate lies inside with a mark below and above it.
        range=[np.floor(np.log10(rates.min())) - 0.1, np.ceil(np.log10(rates.max())) + 0.1],
    )
    figure.update_xaxes(title="Epoch", row=3)
    figure.update_layout(margin={"t": 66}, legend={"y": 1.07})
    return Exhibit(
        f"training-{contender.name}",
        findings.trained_so(contender),
        figure,
        f"{contender.title}, {len(history)} epochs: a gap that widens between training and "
        "validation is overfitting. Training accuracy is measured with augmentation and dropout "
        "on, which lowers it.",
        history,
        half=True,
    )


def _mark(figure: go.Figure, best: int, last: int) -> None:
    """Draws a line at the epoch that was kept, its label on the side that has more room."""
    figure.add_vline(best, line={"color": GRAY, "width": 1})
    figure.add_annotation(
        x=best,
        y=0,
        yref="y domain",
        yanchor="bottom",
        text=f"kept: epoch {best}",
        showarrow=False,
        xanchor="right" if best > last / 2 else "left",
    )


def epoch_violins(
    contenders: Sequence[Contender], what: Literal["accuracy", "loss"] = "accuracy"
) -> Exhibit:
    """Returns how accuracy or loss was distributed over epochs, training beside validation."""
    figure = new_figure(height=380)
    rows = []
    for contender in contenders:
        history = _history(contender)
        for column, name, side, colour in (
            (what, "training", "negative", GRAY),
            (f"val_{what}", "validation", "positive", model_colour(contender.name)),
        ):
            figure.add_violin(
                x=[contender.title] * len(history),
                y=history[column],
                side=side,
                line={"color": colour, "width": 1.5},
                meanline={"visible": True},
                points="all" if len(history) < 6 else False,
                spanmode="hard",
                scalemode="width",
                width=0.85,
                name=name,
                showlegend=False,
                hoverinfo="y",
            )
            quartiles = history[column].quantile([0, 0.25, 0.5, 0.75, 1])
            rows.append(
                {
                    "Model": contender.title,
                    "Faces": name,
                    "Epochs": len(history),
                    **dict(
                        zip(("Least", "25 %", "Median", "75 %", "Most"), quartiles, strict=True)
                    ),
                }
            )
    table = pd.DataFrame(rows)
    figure.update_layout(violingap=0.15, violinmode="overlay", yaxis_title=what.capitalize())
    if what == "accuracy":
        figure.update_yaxes(tickformat=".0%")
    return Exhibit(
        f"epochs-{what}",
        findings.lies_apart(table, what),
        figure,
        f"Left half, gray: training; right half: validation. Wide where {what} stayed for many of "
        f"the epochs ({', '.join(str(len(_history(one))) for one in contenders)}); the line is "
        "the mean.",
        table,
        half=True,
    )


def _history(contender: Contender) -> pd.DataFrame:
    assert contender.history is not None
    return contender.history
