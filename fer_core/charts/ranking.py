"""Which model is best: every metric with its interval, and what to hold it against."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from fer_core.charts import findings
from fer_core.charts.colours import GRAY
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import model_marker, new_figure, percent_axis, whiskers
from fer_core.common.numerals import percent
from fer_core.evaluation.calibration import noise_floor
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.schema import ElsewhereRecord
from fer_core.evaluation.sentences import figure_text, interval_text
from fer_core.models import ModelSpec

HUMAN = (0.60, 0.70)
"""Accuracy of people on FER2013's seven classes, 65 +- 5 % (Goodfellow et al. 2013)."""


def ranking(
    contenders: Sequence[Contender], metric: str = "accuracy", untrained: Sequence[ModelSpec] = ()
) -> Exhibit:
    """Returns one line for each model: its figure, its 95 % interval, and its report's claim.

    Args:
        contenders: Tested on the same faces.
        metric: Key of `METRICS`.
        untrained: Architectures of which only the report's claim can be shown.
    """
    ranked = best_first(contenders, metric)
    claims = metric == "accuracy"
    ghosts = [spec for spec in untrained if claims and spec.reported_accuracy is not None]
    figure = new_figure(height=112 + 38 * (len(ranked) + len(ghosts)))
    if claims:
        _references(figure, ranked)
    for contender in ranked:
        _dot(figure, contender, metric)
    if claims:
        _reported(figure, ranked, ghosts)
    figure.update_yaxes(
        range=[len(ranked) + len(ghosts) - 0.5, -0.95],
        showgrid=False,
        categoryorder="array",
        categoryarray=[c.title for c in ranked] + [_ghost_title(spec) for spec in ghosts],
    )
    figure.update_layout(showlegend=False, xaxis_title=METRICS[metric].title)
    figure.update_xaxes(showgrid=True)
    if METRICS[metric].is_share:
        percent_axis(figure, "x", zero_based=False)
    return Exhibit(
        f"ranking-{metric}",
        findings.is_best(contenders, metric),
        figure,
        _caption(ranked, metric),
        ranking_table(contenders),
    )


def _dot(figure: go.Figure, contender: Contender, metric: str) -> None:
    interval = contender.judged.metrics[metric]
    figure.add_scatter(
        x=[interval.value],
        y=[contender.title],
        error_x=whiskers(contender.name, [interval], 2, 5),
        mode="markers+text",
        marker=model_marker(contender.name),
        text=[figure_text(metric, interval.value)],
        textposition="top center",
        cliponaxis=False,
        name=contender.title,
        hovertemplate=f"{contender.title}<br>{interval_text(metric, interval)}<extra></extra>",
    )


def _references(figure: go.Figure, ranked: list[Contender]) -> None:
    """The accuracy of always one answer as a line, that of people as a band."""
    if not ranked:
        return
    baseline = ranked[0].judged.baseline
    figure.add_vline(baseline, line={"color": GRAY, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=baseline, y=1, yref="paper", yanchor="bottom", text="always one answer", showarrow=False
    )
    if _have_people_judged(ranked):
        figure.add_vrect(*HUMAN, fillcolor=GRAY, opacity=0.16, line_width=0, layer="below")
        figure.add_annotation(
            x=sum(HUMAN) / 2, y=1, yref="paper", yanchor="bottom", text="people", showarrow=False
        )


def _have_people_judged(ranked: list[Contender]) -> bool:
    """Whether people's accuracy is known on these faces: FER2013's, all seven emotions."""
    return all(c.protocol == "fer2013" and len(c.classes) == 7 for c in ranked)


def _reported(figure: go.Figure, ranked: list[Contender], ghosts: list[ModelSpec]) -> None:
    claims = [
        (c.title, c.reported_accuracy, c.reported)
        for c in ranked
        if c.reported_accuracy is not None
    ] + [(_ghost_title(spec), spec.reported_accuracy, spec.reported) for spec in ghosts]
    figure.add_scatter(
        x=[accuracy for _, accuracy, _ in claims],
        y=[title for title, _, _ in claims],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 10, "color": GRAY, "line": {"width": 3}},
        hovertext=[f"reported: {claim}" for _, _, claim in claims],
        hoverinfo="text",
        name="reported",
    )


def _ghost_title(spec: ModelSpec) -> str:
    return f"{spec.title} (not trained)"


def _caption(ranked: list[Contender], metric: str) -> str:
    if not ranked:
        return "No model to show."
    n = ranked[0].judged.n
    better = "Right is better" if METRICS[metric].higher_is_better else "Left is better"
    caption = f"{better}. Bars are 95 % bootstrap intervals over {n:,} test faces."
    if not METRICS[metric].covers:
        floors = [noise_floor(contender.split.probabilities) for contender in ranked]
        caption = (
            f"{better}. Bars are the spread over resamples of {n:,} test faces, no interval of the "
            "true value: chance alone lifts the ECE, and a perfectly calibrated model as sure as "
            f"these would show {percent(min(floors))} to {percent(max(floors))}."
        )
    if metric == "accuracy":
        caption += (
            " Dotted: always answering the most frequent class"
            f" ({percent(ranked[0].judged.baseline)})."
            " Gray tick: what the model's own report claims, on its own split."
        )
        if _have_people_judged(ranked):
            caption += " Band: people, 65 ± 5 %."
    return caption


def elsewhere_column(record: ElsewhereRecord) -> str:
    """Returns the heading of the column for other data."""
    return f"Elsewhere: {record.name}"


def ranking_table(contenders: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row for each model, best first: figures as numbers, with their bounds.

    Right answers on other data have a column for each, of shares of all its pictures.
    """
    rows = []
    for contender in best_first(contenders):
        row: dict[str, object] = {"Model": contender.title, "Report": contender.report}
        for key, metric in METRICS.items():
            interval = contender.judged.metrics[key]
            row |= {
                metric.title: interval.value,
                f"{metric.title} low": interval.low,
                f"{metric.title} high": interval.high,
            }
        cost = contender.cost
        row |= {
            "Parameters": cost.parameters if cost else None,
            "MMACs": cost.macs / 1e6 if cost else None,
            "Size, MB": cost.size / 1e6 if cost else None,
            "ms per face": cost.milliseconds if cost else None,
            "Reported": contender.reported,
            "n": contender.judged.n,
        }
        row |= {elsewhere_column(one): one.right.value for one in contender.elsewhere}
        rows.append(row)
    return pd.DataFrame(rows)
