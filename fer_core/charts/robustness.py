"""Whether a model survives the real world: accuracy under disturbances of growing severity."""

from collections.abc import Sequence

import pandas as pd
from plotly.subplots import make_subplots

from fer_core.charts import findings
from fer_core.charts.colours import model_colour, model_symbol
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import new_figure, whiskers
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.schema import RobustnessPoint

COLUMNS = 3


def robustness_curves(contenders: Sequence[Contender], corruptions: Sequence[str]) -> Exhibit:
    """Returns one panel a disturbance: accuracy against severity, one line for each model.

    Args:
        contenders: Those without a robustness record are left out.
        corruptions: Keys of `CORRUPTIONS`.
    """
    measured = [c for c in contenders if c.robustness is not None]
    columns = min(COLUMNS, len(corruptions))
    rows = -(-len(corruptions) // columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.12 / rows + 0.03,
        subplot_titles=[CORRUPTIONS[name].title for name in corruptions],
    )
    figure.update_layout(new_figure(height=130 + 190 * rows).layout)
    for place, corruption in enumerate(corruptions):
        for contender in measured:
            points = _points(contender, corruption)
            if len(points) == 1:  # it was recorded before there was this kind
                continue
            figure.add_scatter(
                row=place // columns + 1,
                col=place % columns + 1,
                x=[point.severity for point in points],
                y=[point.accuracy.value for point in points],
                error_y=whiskers(contender.name, [point.accuracy for point in points], 1, 2),
                mode="lines+markers",
                line={"color": model_colour(contender.name), "width": 2},
                marker={"size": 7, "symbol": model_symbol(contender.name)},
                customdata=[
                    [contender.name, corruption if point.severity else "none", point.severity]
                    for point in points
                ],
                name=contender.title,
                legendgroup=contender.name,
                showlegend=place == 0,
                hovertemplate=f"{contender.title}<br>severity %{{x}}: %{{y:.1%}}<extra></extra>",
            )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_xaxes(tickvals=[0, 1, 2, 3, 4, 5])
    figure.update_xaxes(title="Severity", row=rows)
    figure.update_layout(margin={"t": 76}, legend={"y": 1 + 44 / (figure.layout.height - 90)})
    n = max((c.robustness.n for c in measured if c.robustness), default=0)
    return Exhibit(
        "robustness",
        findings.hurts_most(measured, corruptions),
        figure,
        f"Severity 0 is the face as it is; every point is the same {n:,} test faces, disturbed. "
        f"Bars are 95 % intervals. {_unseen_text(corruptions)}{levels_text(corruptions)}",
        robustness_table(measured),
        is_door=True,
    )


def _points(contender: Contender, corruption: str) -> list[RobustnessPoint]:
    """The undisturbed faces, then the severities of one disturbance."""
    assert contender.robustness is not None
    wanted = ("none", corruption)
    return [point for point in contender.robustness.points if point.corruption in wanted]


def _unseen_text(corruptions: Sequence[str]) -> str:
    """Returns which of the disturbances no training has used, in a sentence."""
    unseen = [CORRUPTIONS[name].title for name in corruptions if CORRUPTIONS[name].is_unseen]
    return f"No training has used {', '.join(unseen).lower()}. " if unseen else ""


def levels_text(corruptions: Sequence[str]) -> str:
    """Returns what the severities 1 to 5 of each disturbance set."""
    parts = []
    for name in corruptions:
        corruption = CORRUPTIONS[name]
        levels = ", ".join(f"{level:g}" for level in corruption.levels)
        parts.append(f"{corruption.title} ({corruption.unit}): {levels}")
    return "; ".join(parts) + "."


def robustness_table(contenders: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row for each model, disturbance and severity."""
    return pd.DataFrame(
        {
            "Model": contender.title,
            "Disturbance": CORRUPTIONS[point.corruption].title if point.severity else "none",
            "Severity": point.severity,
            "Accuracy": point.accuracy.value,
            "Low": point.accuracy.low,
            "High": point.accuracy.high,
            "n": contender.robustness.n,
        }
        for contender in contenders
        if contender.robustness is not None
        for point in contender.robustness.points
    )
