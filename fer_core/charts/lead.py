"""Whether a lead is real: differences with intervals, and McNemar's test for every pair."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import DIVERGING, GRAY, model_colour
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import CELLS, new_figure
from fer_core.common.numerals import p_value
from fer_core.evaluation.significance import ALPHA, Comparison


def leads(
    comparisons: Sequence[Comparison], leader: str, titles: dict[str, str], n: int
) -> Exhibit:
    """Returns by how much the leader beats each other model, with paired 95 % intervals.

    Args:
        comparisons: Every pair, from `compare_all`.
        leader: Name of the model the others are compared with.
        titles: Title of each name.
        n: Number of faces they share.
    """
    rows = []
    for comparison in comparisons:
        if leader not in (comparison.first, comparison.second):
            continue
        sign = 1 if comparison.first == leader else -1
        other = comparison.second if sign == 1 else comparison.first
        low, high = sorted((sign * comparison.difference.low, sign * comparison.difference.high))
        rows.append((other, sign * comparison.difference.value, low, high, comparison.adjusted))
    rows.sort(key=lambda row: row[1])
    figure = new_figure(height=88 + 40 * len(rows))
    figure.add_vline(0, line={"color": GRAY, "width": 1.5})
    for other, value, low, high, adjusted in rows:
        figure.add_scatter(
            x=[100 * value],
            y=[titles[other]],
            error_x={
                "array": [100 * (high - value)],
                "arrayminus": [100 * (value - low)],
                "thickness": 2,
                "width": 5,
                "color": model_colour(other),
            },
            mode="markers+text",
            marker={
                "size": 12,
                "color": model_colour(other),
                "symbol": "circle" if adjusted < ALPHA else "circle-open",
            },
            text=[f"{100 * value:+.1f}, {p_value(adjusted)}"],
            textposition="top left" if value > 0.6 * rows[-1][1] > 0 else "top center",
            cliponaxis=False,
            hoverinfo="skip",
        )
    figure.update_yaxes(showgrid=False, autorange="reversed")
    figure.update_layout(showlegend=False, xaxis_title="Percentage points more accurate")
    figure.update_xaxes(rangemode="tozero", showgrid=True)
    return Exhibit(
        "leads",
        findings.is_ahead(leader, titles[leader], comparisons),
        figure,
        f"Difference in accuracy on the same {n:,} faces, in percentage points, with its paired "
        f"95 % interval. Filled: significant at {100 * ALPHA:.0f} % by McNemar's test after Holm's "
        "correction.",
        comparison_table([c for c in comparisons if leader in (c.first, c.second)], titles),
    )


_ROOM = 24
"""Height of a row's name, px."""


def significance_matrix(
    comparisons: Sequence[Comparison], order: Sequence[str], titles: dict[str, str], n: int
) -> Exhibit:
    """Returns the matrix of differences (row minus column) and Holm-corrected p-values."""
    size = len(order)
    difference = np.full((size, size), np.nan)
    p = np.full((size, size), np.nan)
    for comparison in comparisons:
        i, j = order.index(comparison.first), order.index(comparison.second)
        difference[i, j] = 100 * comparison.difference.value
        difference[j, i] = -difference[i, j]
        p[i, j] = p[j, i] = comparison.adjusted
    shade = np.where(p < ALPHA, difference, 0.0)
    text = [
        [
            "" if np.isnan(p[i, j]) else f"{difference[i, j]:+.1f}<br>{_short(p[i, j])}"
            for j in range(size)
        ]
        for i in range(size)
    ]
    limit = float(np.nanmax(np.abs(difference))) if comparisons else 1.0
    places = list(range(1, size + 1))
    figure = new_figure(height=110 + 62 * size)
    figure.add_heatmap(
        z=np.where(np.isnan(p), np.nan, shade),
        x=places,
        y=places,
        customdata=[
            [f"{titles[row]} against {titles[column]}" for column in order] for row in order
        ],
        text=text,
        texttemplate="%{text}",
        colorscale=DIVERGING,
        zmid=0,
        zmin=-limit,
        zmax=limit,
        **{**CELLS, "ygap": _ROOM},
        hoverongaps=False,
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )
    # Names stand above their rows, where they take no width from the cells: a phone has little.
    for place, name in zip(places, order, strict=True):
        figure.add_annotation(
            x=0,
            xref="x domain",
            xanchor="left",
            y=place - 0.5,
            text=f"{place} {titles[name]}",
            showarrow=False,
        )
    figure.update_yaxes(range=[size + 0.5, 0.3], visible=False)
    figure.update_xaxes(side="top", showgrid=False, tickvals=places)
    return Exhibit(
        "significance",
        findings.differ(comparisons),
        figure,
        "Row minus column, which has the number of its row, in percentage points of accuracy on "
        f"the same {n:,} faces, and the p-value of McNemar's test after Holm's correction. Gray "
        f"cells: no significant difference at {100 * ALPHA:.0f} %.",
        comparison_table(comparisons, titles),
    )


def _short(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def comparison_table(comparisons: Sequence[Comparison], titles: dict[str, str]) -> pd.DataFrame:
    """Returns one row a pair; differences and bounds are shares, 0..1."""
    return pd.DataFrame(
        {
            "Model": titles[comparison.first],
            "Against": titles[comparison.second],
            "Difference": comparison.difference.value,
            "Low": comparison.difference.low,
            "High": comparison.difference.high,
            "Only the first right": comparison.only_first,
            "Only the second right": comparison.only_second,
            "p (McNemar)": comparison.p,
            "p (Holm)": comparison.adjusted,
        }
        for comparison in comparisons
    )
