"""The answers of very many faces: over time, by folder, by confidence."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from fer_core.charts.colours import GRAY
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import new_figure, percent_axis
from fer_core.common.numerals import percent
from fer_core.emotions import COLOURS, EMOTIONS

Groups = Mapping[str, Mapping[str, int]]
"""How many faces got each answer, by group."""

_TELLING = 30
"""Faces that a group must have for its shares to be named as the most or the least of all."""


def over_time(months: Groups) -> Exhibit:
    """Returns the share of each answer in each month, stacked to 100 %.

    Args:
        months: By month, as "2026-11", in order; at least one.
    """
    table = _table(months, "month")
    figure = new_figure(height=300)
    for answer in _answers(months):
        figure.add_bar(x=table["month"], y=_shares(months, answer), **_style(answer, "x"))
    figure.update_layout(barmode="stack", bargap=0.05)
    percent_axis(figure, "y")
    figure.update_yaxes(range=[0, 1], showgrid=False)
    figure.update_xaxes(type="date", tickformat="%b %Y", showgrid=False)
    faces = int(table["faces"].sum())
    return Exhibit(
        name="batch-time",
        title=_finding({_month(name): found for name, found in months.items()}, "changes", "month"),
        figure=figure,
        caption=f"Share of each answer by the month in which pictures were last changed; "
        f"{faces:,} faces with a date.",
        table=table,
    )


def by_folder(folders: Groups) -> Exhibit:
    """Returns the share of each answer in each folder.

    Args:
        folders: In the order in which they are drawn, from the top.
    """
    table = _table(folders, "folder")
    figure = new_figure(height=30 * len(folders) + 70)
    names = [f"{name} ({sum(found.values()):,})" for name, found in folders.items()]
    for answer in _answers(folders):
        style = _style(answer, "y")
        figure.add_bar(y=names, x=_shares(folders, answer), orientation="h", **style)
    figure.update_layout(barmode="stack", bargap=0.2)
    percent_axis(figure, "x")
    figure.update_xaxes(range=[0, 1], showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return Exhibit(
        name="batch-folders",
        title=_finding(folders, "differs", "folder"),
        figure=figure,
        caption="Share of each answer; in brackets how many faces the folder has.",
        table=table,
    )


def by_confidence(steps: Sequence[Mapping[str, int]]) -> Exhibit:
    """Returns how many faces were answered with which confidence, by answer.

    Args:
        steps: Equal steps of confidence, from 0 to 1.
    """
    width = 100 // len(steps)
    groups = {f"{n * width} to {(n + 1) * width} %": found for n, found in enumerate(steps)}
    while len(groups) > 1 and not sum(next(iter(groups.values())).values()):
        groups.pop(next(iter(groups)))  # seven answers share 100 %: the likeliest has some of it
    table = _table(groups, "confidence")
    first = 100 - width * len(groups)
    middles = [first + width * (n + 0.5) for n in range(len(groups))]
    figure = new_figure(height=300)
    for answer in _answers(groups):
        counts = [found.get(answer, 0) for found in groups.values()]
        style = _style(answer, "x") | {
            "customdata": list(groups),
            "hovertemplate": f"{answer}, %{{customdata}}: %{{y:,}}<extra></extra>",
        }
        figure.add_bar(x=middles, y=counts, **style)
    figure.update_layout(barmode="stack", bargap=0.05)
    figure.update_yaxes(title="Faces", tickformat="~s", rangemode="tozero")
    figure.update_xaxes(range=[first, 100], ticksuffix=" %", showgrid=False)
    return Exhibit(
        name="batch-confidence",
        title=_doubt(steps),
        figure=figure,
        caption=f"How sure the model was of its answer; {int(table['faces'].sum()):,} faces.",
        table=table,
    )


def _finding(groups: Groups, verb: str, kind: str) -> str:
    """Returns of which answer the shares are furthest apart, and where."""
    telling = {name: found for name, found in groups.items() if sum(found.values()) >= _TELLING}
    telling = telling if len(telling) > 1 else dict(groups)
    by_answer = {answer: _shares(telling, answer) for answer in _answers(telling)}
    answer, shares = max(by_answer.items(), key=lambda item: max(item[1]) - min(item[1]))
    if max(shares) == min(shares):
        return f"Every {kind} has the same shares"
    names = list(telling)
    ends = sorted((shares.index(min(shares)), shares.index(max(shares))))
    told = ", ".join(f"{percent(shares[at])} in {names[at]}" for at in ends)
    return f"“{answer}” {verb} most: {told}"


def _doubt(steps: Sequence[Mapping[str, int]]) -> str:
    faces = [sum(found.values()) for found in steps]
    below = sum(faces[: len(faces) // 2])
    if not below:
        return "Every answer is given with 50 % confidence or more"
    return f"{percent(below / sum(faces))} of the answers have less than 50 % confidence"


def _month(name: str) -> str:
    return f"{date.fromisoformat(f'{name}-01'):%B %Y}"


def _answers(groups: Groups) -> list[str]:
    """Returns the answers that occur: emotions in FER2013's order, then "not sure"."""
    there = {answer for found in groups.values() for answer in found}
    known = [name for name in EMOTIONS if name in there]
    return known + sorted(there - set(known))


def _shares(groups: Groups, answer: str) -> list[float]:
    return [found.get(answer, 0) / max(sum(found.values()), 1) for found in groups.values()]


def _style(answer: str, axis: str) -> dict[str, Any]:
    share, place = ("y", "x") if axis == "x" else ("x", "y")
    return {
        "name": answer,
        "marker": {
            "color": COLOURS.get(answer, "rgba(0, 0, 0, 0)"),  # "not sure" is hollow
            "line": {"color": GRAY, "width": 0 if answer in COLOURS else 1.5},
        },
        "hovertemplate": f"{answer}, %{{{place}}}: %{{{share}:.1%}}<extra></extra>",
    }


def _table(groups: Groups, name: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: list(groups),
            "faces": [sum(found.values()) for found in groups.values()],
            **{answer: _shares(groups, answer) for answer in _answers(groups)},
        }
    )
