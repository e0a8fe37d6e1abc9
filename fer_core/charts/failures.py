"""Where a model fails: confusion matrix, figures of each class, curves with areas."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_core.charts import findings
from fer_core.charts.colours import GRAY, INK, SEQUENTIAL
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import CELLS, model_marker, new_figure, percent_axis, whiskers
from fer_core.common.numerals import percent
from fer_core.emotions import COLOURS
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.metrics import Curve, confusion_matrix, precision_recall, roc

Normalised = Literal["truth", "prediction", "counts"]

READINGS: dict[Normalised, str] = {
    "truth": "In percent; each row adds up to 100: what an emotion is read as; the diagonal is "
    "recall.",
    "prediction": "In percent; each column adds up to 100: what an answer means; the diagonal "
    "is precision.",
    "counts": "Number of faces.",
}


def confusion_of(contender: Contender) -> np.ndarray:
    """Returns the counts, shape (k, k): rows truth, columns prediction."""
    split = contender.split
    return confusion_matrix(split.labels, split.predicted, len(contender.classes))


def normalise(counts: np.ndarray, how: Normalised) -> np.ndarray:
    """Returns counts, or their shares of each row (truth) or each column (prediction)."""
    if how == "counts":
        return counts.astype(float)
    total = counts.sum(axis=1 if how == "truth" else 0, keepdims=True)
    result: np.ndarray = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    return result


def confusion(
    contender: Contender, how: Normalised = "truth", highest: float | None = None
) -> Exhibit:
    """Returns one model's confusion matrix.

    Args:
        contender: The model.
        how: Normalised by truth, by prediction, or counts.
        highest: Top of the colour scale, so that two matrices share one; own maximum if None.
    """
    cells = normalise(confusion_of(contender), how)
    classes = list(contender.classes)
    figure = new_figure(height=150 + 42 * len(classes))
    figure.add_heatmap(
        z=cells,
        x=classes,
        y=classes,
        text=[
            [f"{cell:.0f}" if how == "counts" else f"{100 * cell:.1f}" for cell in row]
            for row in cells
        ],
        texttemplate="%{text}",
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=cells.max() if highest is None else highest,
        **CELLS,
        hoverinfo="skip",
    )
    _add_doors(figure, contender, cells, how)
    ends = [-0.5, len(classes) - 0.5]  # the points would widen them
    figure.update_yaxes(range=ends[::-1], title="Truth", showgrid=False)
    figure.update_xaxes(
        range=ends, side="top", title=contender.title, showgrid=False, tickangle=-35
    )
    table = pd.DataFrame(cells, columns=classes)
    table.insert(0, "Truth", classes)
    return Exhibit(
        f"confusion-{contender.name}-{how}",
        findings.is_confused(contender),
        figure,
        f"{contender.title}, {len(contender.split):,} test faces; rows are the truth, columns the "
        f"answer. {READINGS[how]}",
        table,
        half=True,
        is_door=True,
    )


def _add_doors(figure: go.Figure, contender: Contender, cells: np.ndarray, how: Normalised) -> None:
    """Lays a point over each cell, seen only as a frame when it is chosen.

    Plotly lets nobody choose a cell of a heatmap.
    """
    classes = contender.classes
    pairs = [(truth, answer) for truth in range(len(classes)) for answer in range(len(classes))]
    figure.add_scatter(
        x=[classes[answer] for _, answer in pairs],
        y=[classes[truth] for truth, _ in pairs],
        text=[f"{cells[p]:,.0f} faces" if how == "counts" else percent(cells[p]) for p in pairs],
        customdata=[[contender.name, classes[truth], classes[answer]] for truth, answer in pairs],
        mode="markers",
        marker={"symbol": "square-open", "size": 36, "color": INK, "line_width": 3, "opacity": 0},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
        hovertemplate="%{y} read as %{x}: %{text}<extra></extra>",
    )


def highest_cell(contenders: Sequence[Contender], how: Normalised) -> float:
    """Returns the largest cell over several matrices: the top of their common colour scale."""
    return max(float(normalise(confusion_of(c), how).max()) for c in contenders)


MEASURES = ("precision", "recall", "f1")
_MEASURE_TITLES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}


def per_class(contenders: Sequence[Contender]) -> Exhibit:
    """Returns precision, recall and F1 of each class with intervals, one panel a measure."""
    figure = make_subplots(
        rows=1,
        cols=3,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=list(_MEASURE_TITLES.values()),
    )
    classes = contenders[0].classes
    figure.update_layout(new_figure(height=120 + len(classes) * (20 + 13 * len(contenders))).layout)
    offsets = np.linspace(-0.22, 0.22, len(contenders)) if len(contenders) > 1 else [0.0]
    for contender, offset in zip(contenders, offsets, strict=True):
        for column, measure in enumerate(MEASURES, start=1):
            intervals = [getattr(record, measure) for record in contender.per_class]
            figure.add_scatter(
                row=1,
                col=column,
                x=[interval.value for interval in intervals],
                y=np.arange(len(classes)) + offset,
                error_x=whiskers(contender.name, intervals, 1.5, 3),
                mode="markers",
                marker=model_marker(contender.name, size=9),
                name=contender.title,
                legendgroup=contender.name,
                showlegend=column == 1,
                hovertemplate=f"{contender.title}: %{{x:.1%}}<extra></extra>",
            )
    support = [record.support for record in contenders[0].per_class]
    figure.update_yaxes(
        autorange="reversed",
        showgrid=True,
        tickvals=list(range(len(classes))),
        ticktext=[f"{name} ({n:,})" for name, n in zip(classes, support, strict=True)],
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], tickvals=[0.2, 0.5, 0.8], showgrid=True)
    figure.update_layout(legend={"y": 1.0 + 30 / figure.layout.height + 0.06}, margin={"t": 70})
    return Exhibit(
        "per-class",
        findings.is_found(contenders[0]),
        figure,
        "Precision: how often an answer is right. Recall: how many of an emotion's faces are "
        "found. F1: their harmonic mean. Bars are 95 % intervals; in brackets the number of test "
        "faces.",
        per_class_table(contenders),
    )


def per_class_table(contenders: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row for each model and class: the classification report with bounds."""
    return pd.DataFrame(
        {
            "Model": contender.title,
            "Emotion": record.name,
            **{
                f"{_MEASURE_TITLES[measure]}{suffix}": getattr(getattr(record, measure), bound)
                for measure in MEASURES
                for bound, suffix in (("value", ""), ("low", " low"), ("high", " high"))
            },
            "Support": record.support,
        }
        for contender in contenders
        for record in contender.per_class
    )


def precision_recall_curves(contender: Contender) -> Exhibit:
    """Returns one precision-recall curve a class; areas are average precisions."""
    return _curves(contender, precision_recall, "precision-recall", "Recall", "Precision")


def roc_curves(contender: Contender) -> Exhibit:
    """Returns one ROC curve a class against the rest; areas are AUCs."""
    return _curves(contender, roc, "roc", "False positive rate", "True positive rate")


def _curves(
    contender: Contender,
    curve_of: Callable[[np.ndarray, np.ndarray], Curve],
    name: str,
    x: str,
    y: str,
) -> Exhibit:
    figure = new_figure(height=430)
    split = contender.split
    rows = []
    for index, emotion in enumerate(contender.classes):
        is_class = split.labels == index
        if not is_class.any():
            continue
        curve = curve_of(split.probabilities[:, index], is_class)
        keep = _thinned(curve.x)
        figure.add_scatter(
            x=curve.x[keep].round(4),
            y=curve.y[keep].round(4),
            mode="lines",
            line={"color": COLOURS[emotion], "width": 2},
            name=f"{emotion} {curve.area:.2f}",
            hovertemplate=f"{emotion}<br>{x} %{{x:.1%}}, {y.lower()} %{{y:.1%}}<extra></extra>",
        )
        rows.append({"Emotion": emotion, "Area": curve.area, "Support": int(is_class.sum())})
    if name == "roc":
        figure.add_scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": GRAY, "dash": "dot", "width": 1},
            showlegend=False,
            hoverinfo="skip",
        )
    figure.update_layout(xaxis_title=x, yaxis_title=y, margin={"t": 90})
    percent_axis(figure, "x")
    percent_axis(figure, "y")
    area = "average precision" if name == "precision-recall" else "area under the curve"
    table = pd.DataFrame(rows)
    return Exhibit(
        f"{name}-{contender.name}",
        findings.is_told_apart(contender, table),
        figure,
        f"{contender.title}: each emotion against the rest over {len(split):,} test faces; beside "
        f"each name its {area} (mean {table['Area'].mean():.2f}).",
        table,
        half=True,
    )


def _thinned(x: np.ndarray, points: int = 150) -> np.ndarray:
    """Returns which points of a curve to draw: at most `points`, even in x, both ends kept."""
    steps = np.flatnonzero(np.diff(x, prepend=np.inf) != 0)
    chosen = steps[np.linspace(0, len(steps) - 1, min(points, len(steps))).astype(int)]
    return np.unique(np.append(chosen, len(x) - 1))
