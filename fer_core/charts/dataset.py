"""What a dataset holds: its classes by split, its gray values, its votes, its copies."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fer_core.audit.duplicates import Leakage
from fer_core.charts import findings
from fer_core.charts.colours import GRAY, SEQUENTIAL, model_colour
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import CELLS, new_figure, percent_axis
from fer_core.common.numerals import percent
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.dataset.statistics import BINS, FaceMap
from fer_core.emotions import COLOURS, EMOTIONS, is_one_of
from fer_core.images import FACE_SIZE

PER_CLASS = 7
"""Report R3 shows a grid of 7 faces of each of 7 emotions."""

_FILLED = (1.0, 0.4, 0.0)
"""How much of its colour fills a bar of each split, in the order of `USAGES`."""


def class_shares(counts: np.ndarray, classes: Sequence[str]) -> Exhibit:
    """Returns what share of each split every class has.

    Args:
        counts: Faces by split and class, shape (3, classes).
        classes: Emotion names of the columns.
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    present = [split for split in range(len(USAGES)) if counts[split].sum()]
    figure = new_figure(height=90 + 24 * len(present) * len(classes))
    for split in present:
        figure.add_bar(
            x=shares[split],
            y=list(classes),
            orientation="h",
            name=USAGES[split],
            marker=_bars(classes, split),
            # The first emotion's bars carry the split's name too.
            text=[
                percent(share) + ("" if place else f" of {USAGES[split]}")
                for place, share in enumerate(shares[split])
            ],
            textposition="outside",
            cliponaxis=False,
            customdata=counts[split],
            hovertemplate=f"{USAGES[split]}, %{{y}}: %{{text}}<br>%{{customdata:,}} faces"
            "<extra></extra>",
        )
    figure.update_layout(barmode="group", bargap=0.22, bargroupgap=0.08, showlegend=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    percent_axis(figure, "x")
    figure.update_xaxes(range=[0, float(shares.max()) * 1.3], showticklabels=False, showgrid=False)
    filled = ("filled", "pale", "hollow")
    names = ", ".join(f"{filled[s]}: {USAGES[s]} (n = {counts[s].sum():,})" for s in present)
    return Exhibit(
        "class-shares",
        findings.is_frequent(counts, classes),
        figure,
        f"Share of its split that shows each emotion; {names}.",
        _count_table(counts, classes),
    )


def class_counts(counts: np.ndarray, classes: Sequence[str]) -> Exhibit:
    """Returns the number of faces of each class, split on split: report R3's `countplot`.

    Args:
        counts: Faces by split and class, shape (3, classes).
        classes: Emotion names of the columns.
    """
    figure = new_figure(height=380)
    for split in range(len(USAGES)):
        if not counts[split].sum():
            continue
        figure.add_bar(
            x=list(classes),
            y=counts[split],
            name=USAGES[split],
            marker=_bars(classes, split),
            hovertemplate=f"{USAGES[split]}, %{{x}}: %{{y:,}} faces<extra></extra>",
        )
    totals = counts.sum(axis=0)
    figure.add_scatter(
        x=list(classes),
        y=totals,
        mode="text",
        text=[f"{total:,}" for total in totals],
        textposition="top center",
        hoverinfo="skip",
        cliponaxis=False,
    )
    figure.update_layout(barmode="stack", showlegend=False)
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(title="Faces", rangemode="tozero")
    filled = zip(("filled", "pale", "hollow"), USAGES, strict=True)
    order = ", ".join(
        f"{how}: {name}" for (how, name), n in zip(filled, counts, strict=True) if n.sum()
    )
    return Exhibit(
        "class-counts",
        findings.is_frequent(counts, classes),
        figure,
        f"Number of faces of each emotion, {totals.sum():,} in all; {order}.",
        _count_table(counts, classes),
    )


def sample_grid(dataset: FaceDataset, classes: Sequence[str], seed: int) -> Exhibit:
    """Returns 7 faces of each class, drawn at random, one class a row: report R3's grid.

    Args:
        dataset: The faces.
        classes: Emotion names, from the top row down.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    mosaic = np.full((len(classes) * FACE_SIZE, PER_CLASS * FACE_SIZE), 128, np.uint8)
    drawn = []
    for line, name in enumerate(classes):
        rows = np.flatnonzero(dataset.labels == EMOTIONS.index(name))
        for place, row in enumerate(rng.permutation(rows)[:PER_CLASS]):
            top, left = line * FACE_SIZE, place * FACE_SIZE
            mosaic[top : top + FACE_SIZE, left : left + FACE_SIZE] = dataset.images[row]
            drawn.append({"Emotion": name, "Row": int(row)})
    figure = new_figure(height=100 * len(classes))
    figure.add_image(z=np.repeat(mosaic[..., None], 3, axis=2), hoverinfo="skip")
    centres = [line * FACE_SIZE + FACE_SIZE / 2 for line in range(len(classes))]
    figure.update_xaxes(visible=False)
    figure.update_yaxes(tickvals=centres, ticktext=list(classes), showgrid=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 4})
    return Exhibit(
        "sample-grid",
        "Faces of each class",
        figure,
        f"{PER_CLASS} faces of each emotion, drawn at random; one emotion a row.",
        pd.DataFrame(drawn),
    )


def _bars(classes: Sequence[str], split: int) -> dict[str, Any]:
    """Returns the Plotly marker of a split's bars: outlined, and filled as `_FILLED` says."""
    channels = [[int(COLOURS[name][at : at + 2], 16) for at in (1, 3, 5)] for name in classes]
    return {
        "color": [
            f"rgba({red}, {green}, {blue}, {_FILLED[split]})" for red, green, blue in channels
        ],
        "line": {"color": [COLOURS[name] for name in classes], "width": 1.5},
    }


def _count_table(counts: np.ndarray, classes: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(counts.T, columns=list(USAGES))
    table.insert(0, "Emotion", list(classes))
    table["All"] = counts.sum(axis=0)
    totals = counts.sum(axis=0) / max(counts.sum(), 1)
    table["Share of all"] = [percent(share) for share in totals]
    return table


def intensity_histograms(histograms: np.ndarray, classes: Sequence[str], faces: int) -> Exhibit:
    """Returns the distribution of gray values in each class.

    Args:
        histograms: Share of pixels in each bin, shape (7, bins), rows as in `EMOTIONS`.
        classes: Emotions to draw.
        faces: How many faces of theirs were counted.
    """
    figure = new_figure(height=360)
    gray = (np.arange(BINS) + 0.5) * 256 / BINS
    shown = [name for name in classes if histograms[EMOTIONS.index(name)].sum()]
    for name in shown:
        figure.add_scatter(
            x=gray,
            y=histograms[EMOTIONS.index(name)],
            mode="lines",
            line={"color": COLOURS[name], "width": 2.5, "shape": "spline"},
            name=name,
            hovertemplate=f"{name}, gray %{{x:.0f}}: %{{y:.1%}} of pixels<extra></extra>",
        )
    percent_axis(figure, "y")
    figure.update_layout(xaxis_title="Gray value, 0 black to 255 white")
    figure.update_yaxes(title="Pixels")
    table = pd.DataFrame({"Gray value": gray} | {n: histograms[EMOTIONS.index(n)] for n in shown})
    means = {name: float(histograms[EMOTIONS.index(name)] @ gray) for name in shown}
    ranked = sorted(shown, key=means.__getitem__)
    extremes = ""
    if len(ranked) > 1:
        dark, bright = ranked[0], ranked[-1]
        extremes = (
            f" Brightest are the faces of {bright} (mean gray {means[bright]:.0f}), darkest those "
            f"of {dark} ({means[dark]:.0f})."
        )
    return Exhibit(
        "intensity",
        findings.is_bright(means),
        figure,
        f"Share of a class's pixels in each of {BINS} bins of gray.{extremes} n = {faces:,} faces.",
        table,
    )


def face_map(points: FaceMap, classes: Sequence[str]) -> Exhibit:
    """Returns the faces as points, coloured by label; `customdata` holds their rows.

    Args:
        points: Where each face lies.
        classes: Emotions to draw.
    """
    figure = new_figure(height=520)
    shown = 0
    for name in classes:
        chosen = points.labels == EMOTIONS.index(name)
        shown += int(chosen.sum())
        figure.add_scattergl(
            x=points.points[chosen, 0],
            y=points.points[chosen, 1],
            mode="markers",
            marker={"color": COLOURS[name], "size": 6, "opacity": 0.75},
            name=name,
            customdata=points.rows[chosen],
            hovertemplate=f"row %{{customdata}}, labelled {name}<extra></extra>",
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(clickmode="event+select", legend={"itemsizing": "constant", "y": -0.02})
    table = pd.DataFrame(
        {
            "Row": points.rows,
            "Label": np.array(EMOTIONS)[points.labels],
            "x": points.points[:, 0],
            "y": points.points[:, 1],
        }
    )
    return Exhibit(
        "map",
        findings.lie_together(points, classes),
        figure,
        f"{shown:,} faces: {points.method}. Faces near each other look alike to it; the axes have "
        "no unit. Colour is the label in the dataset.",
        table[is_one_of(points.labels, classes)],
    )


def votes(counts: np.ndarray, names: Sequence[str]) -> Exhibit:
    """Returns how FER+'s annotators voted on one face.

    Args:
        counts: Votes for each category.
        names: Of the categories, as from `quality.vote_names`.
    """
    figure = new_figure(height=26 * len(names) + 16)
    figure.add_bar(
        x=counts,
        y=list(names),
        orientation="h",
        marker={"color": [COLOURS.get(name, GRAY) for name in names]},
        text=[str(count) if count else "" for count in counts],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x} votes<extra></extra>",
    )
    figure.update_xaxes(range=[0, max(10, int(counts.max())) * 1.1], visible=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 4}, showlegend=False)
    return Exhibit(
        "votes",
        findings.voted(counts, names),
        figure,
        f"What {counts.sum()} annotators of FER+ saw in it.",
        pd.DataFrame({"Answer": names, "Votes": counts}),
    )


def vote_matrix(table: pd.DataFrame) -> Exhibit:
    """Returns what FER+'s majority answers to each label.

    Args:
        table: Counts, as from `quality.vote_table`: rows labels, columns answers.
    """
    shares = table.div(table.sum(axis=1).clip(lower=1), axis=0)
    figure = new_figure(height=150 + 42 * len(table))
    figure.add_heatmap(
        z=shares.to_numpy(),
        x=list(table.columns),
        y=list(table.index),
        customdata=table.to_numpy(),
        text=[[f"{100 * share:.0f}" for share in row] for row in shares.to_numpy()],
        texttemplate="%{text}",
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=1,
        **CELLS,
        hovertemplate="labelled %{y}, FER+ says %{x}: %{z:.1%}, %{customdata:,} faces"
        "<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", title="Label", showgrid=False)
    figure.update_xaxes(side="top", title="FER+ majority", showgrid=False, tickangle=-35)
    return Exhibit(
        "ferplus",
        findings.agree(table),
        figure,
        f"Rows are FER2013's label, columns what most of FER+'s ten annotators saw; each row, in "
        f"percent, adds up to 100. n = {int(table.to_numpy().sum()):,} faces.",
        table.reset_index(),
    )


def leakage_effect(effects: Mapping[str, Leakage], titles: Mapping[str, str]) -> Exhibit:
    """Returns each model's accuracy on all test faces and on those without a copy in Training.

    Args:
        effects: Leakage by model name.
        titles: Model names as people read them.
    """
    figure = new_figure(height=90 + 34 * len(effects))
    for name, effect in effects.items():
        figure.add_scatter(
            x=[effect.accuracy, effect.on_clean],
            y=[titles[name]] * 2,
            mode="lines+markers",
            line={"color": model_colour(name), "width": 2},
            marker={"size": 11, "color": model_colour(name), "symbol": ["circle-open", "circle"]},
            hovertemplate=f"{titles[name]}: %{{x:.1%}}<extra></extra>",
        )
    values = [value for e in effects.values() for value in (e.accuracy, e.on_clean)]
    figure.update_layout(showlegend=False, xaxis_title="Accuracy")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    percent_axis(figure, "x", zero_based=False)
    figure.update_xaxes(
        range=[np.nanmin(values) - 0.03, np.nanmax(values) + 0.03], nticks=6, tickangle=0
    )
    table = pd.DataFrame(
        {
            "Model": [titles[name] for name in effects],
            "Test faces": [e.faces for e in effects.values()],
            "With a copy in Training": [e.leaked for e in effects.values()],
            "Accuracy on all": [e.accuracy for e in effects.values()],
            "On faces with a copy": [e.on_leaked for e in effects.values()],
            "On the others": [e.on_clean for e in effects.values()],
        }
    )
    tested = " or ".join(f"{n:,}" for n in sorted({e.faces for e in effects.values()}))
    return Exhibit(
        "leakage",
        findings.leaks(effects, titles),
        figure,
        f"Open circle: accuracy on all test faces, {tested}; filled: on those without a copy in "
        "Training. The copies are not spread evenly over the emotions, so the two differ for that "
        "reason too.",
        table,
    )
