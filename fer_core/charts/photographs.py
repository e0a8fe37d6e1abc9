"""What is left of a model's figure on a photograph, where the face must first be found."""

from collections.abc import Sequence

import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import GRID
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import model_marker, new_figure, percent_axis, whiskers
from fer_core.common.numerals import percent
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.end_to_end import CONDITIONS
from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.schema import EndToEndPoint
from fer_core.faces import DETECTORS

CUT = "Cut out already"

_SPREAD = 0.7
"""Of a condition's row that its models' marks share."""


def read_on_photographs(contenders: Sequence[Contender]) -> Exhibit:
    """Returns one row a condition, in it one mark a model: found and read correctly, of all faces.

    Args:
        contenders: Each with an end-to-end record.
    """
    rows = _rows(contenders)
    figure = new_figure(height=130 + len(rows) * (24 + 13 * len(contenders)))
    for place, contender in enumerate(contenders):
        shift = _SPREAD * ((place + 0.5) / len(contenders) - 0.5)
        found = _shares(contender)
        there = [title for title in rows if title in found]
        figure.add_scatter(
            x=[found[title].value for title in there],
            y=[rows.index(title) + shift for title in there],
            error_x=whiskers(contender.name, [found[title] for title in there], 1.5, 3),
            mode="markers",
            marker=model_marker(contender.name, 9),
            name=contender.title,
            customdata=there,
            hovertemplate=f"{contender.title}<br>%{{customdata}}: %{{x:.1%}}<extra></extra>",
        )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=rows,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
    )
    for edge in range(1, len(rows)):
        figure.add_hline(edge - 0.5, line={"width": 1, "color": GRID})
    percent_axis(figure, "x")
    figure.update_xaxes(showgrid=True, title="Of all faces, found and read correctly")
    return Exhibit(
        "photographs",
        findings.is_read_on_photographs(contenders),
        figure,
        _caption(contenders),
        photographs_table(contenders),
    )


def _rows(contenders: Sequence[Contender]) -> list[str]:
    """Returns the titles of what was measured of any, the faces as they come first."""
    known = {title for one in contenders for title in _shares(one)}
    return [title for title in (CUT, *(c.title for c in CONDITIONS.values())) if title in known]


def _shares(contender: Contender) -> dict[str, Interval]:
    """Returns the share read correctly by the title of the row."""
    assert contender.end_to_end is not None
    cut = contender.end_to_end.cut
    shares = {} if cut is None else {CUT: cut}
    return shares | {CONDITIONS[p.condition].title: p.right for p in _points(contender)}


def _points(contender: Contender) -> list[EndToEndPoint]:
    """Returns what was measured under the conditions that are known here."""
    assert contender.end_to_end is not None
    return [point for point in contender.end_to_end.points if point.condition in CONDITIONS]


def _caption(contenders: Sequence[Contender]) -> str:
    found: dict[str, str] = {}
    finders = set()
    for point in (point for one in contenders for point in _points(one)):
        found.setdefault(CONDITIONS[point.condition].title, percent(point.found.value))
        finders.add(DETECTORS[point.system].title if point.system in DETECTORS else point.system)
    n = max((c.end_to_end.n for c in contenders if c.end_to_end), default=0)
    shares = ", ".join(f"{title} {share}" for title, share in found.items())
    return (
        f"Right is better; a face that is not found is wrong. {n:,} test faces, laid into scenes "
        "drawn by code, 640 × 480 px, upright and of 160 px where nothing else is said. Bars are "
        f"95 % intervals. Found by {' and '.join(sorted(finders))}: {shares}."
    )


def photographs_table(contenders: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row for each model and condition."""
    return pd.DataFrame(
        {
            "Model": contender.title,
            "Condition": CONDITIONS[point.condition].title,
            "Found": point.found.value,
            "Right of found": point.right_of_found.value,
            "End to end": point.right.value,
            "Low": point.right.low,
            "High": point.right.high,
            "Answered": point.answered.value,
            "Right of answered": point.right_of_answered.value,
            "Boxes about nothing": point.false,
            "Detector": point.system,
            "n": contender.end_to_end.n,
        }
        for contender in contenders
        if contender.end_to_end is not None
        for point in _points(contender)
    )
