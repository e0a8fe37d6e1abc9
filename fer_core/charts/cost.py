"""What accuracy costs: the Pareto front over time, operations, parameters or size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import GRAY
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import model_marker, new_figure, percent_axis, whiskers
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.schema import CostRecord


@dataclass(frozen=True)
class Cost:
    """One way to count cost.

    Attributes:
        title: With its unit.
        of: The figure of a cost record.
    """

    title: str
    of: Callable[[CostRecord], float]


COSTS: dict[str, Cost] = {
    "milliseconds": Cost("Time per face, ms", lambda cost: cost.milliseconds),
    "macs": Cost("Operations per face, million multiply-adds", lambda cost: cost.macs / 1e6),
    "parameters": Cost("Parameters, million", lambda cost: cost.parameters / 1e6),
    "size": Cost("Size on disk, MB", lambda cost: cost.size / 1e6),
}

_Box = tuple[float, float, float, float]
"""Left, right, bottom and top, pixels."""

WIDE = 10
"""From this ratio of the dearest to the cheapest on, the axis is logarithmic."""


def pareto_front(contenders: Sequence[Contender], cost: str) -> list[Contender]:
    """Returns those that no other beats in accuracy at the same cost or less, cheapest first."""
    priced = sorted(
        (c for c in contenders if c.cost is not None),
        key=lambda c: (_cost(c, cost), -c.accuracy.value),
    )
    front: list[Contender] = []
    for contender in priced:
        if not front or contender.accuracy.value > front[-1].accuracy.value:
            front.append(contender)
    return front


def _cost(contender: Contender, cost: str) -> float:
    assert contender.cost is not None
    return COSTS[cost].of(contender.cost)


def accuracy_against_cost(contenders: Sequence[Contender], cost: str = "milliseconds") -> Exhibit:
    """Returns accuracy against one of `COSTS`; models without a cost record are left out."""
    priced = [c for c in contenders if c.cost is not None]
    values = {c.name: _cost(c, cost) for c in priced}
    front = pareto_front(priced, cost)
    log = bool(values) and max(values.values()) > WIDE * min(values.values())
    places = _places(priced, values, log) if priced else {}
    figure = new_figure(height=440)
    if len(front) > 1:
        figure.add_scatter(
            x=[values[c.name] for c in front],
            y=[c.accuracy.value for c in front],
            mode="lines",
            line={"color": GRAY, "width": 2, "dash": "dot", "shape": "hv"},
            hoverinfo="skip",
            showlegend=False,
        )
    for contender in priced:
        interval = contender.accuracy
        figure.add_scatter(
            x=[values[contender.name]],
            y=[interval.value],
            error_y=whiskers(contender.name, [interval]),
            name=contender.title,
            showlegend=contender.name not in places,
            mode="markers+text" if contender.name in places else "markers",
            marker=model_marker(contender.name),
            text=[f"  {contender.title}  "],
            textposition=places.get(contender.name),
            cliponaxis=False,
            hovertemplate=f"{contender.title}<br>%{{x:.3g}}, %{{y:.1%}}<extra></extra>",
        )
    figure.update_layout(yaxis_title="Accuracy")
    figure.update_xaxes(title=COSTS[cost].title + (", log scale" if log else ""))
    if log:
        figure.update_xaxes(type="log", tickvals=_TICKS, ticktext=[f"{tick:g}" for tick in _TICKS])
    percent_axis(figure, "y", zero_based=False)
    machines = sorted({c.cost.machine for c in priced if c.cost})
    n = max((one.judged.n for one in priced), default=0)
    caption = (
        "Up and to the left is better. The dotted line is the Pareto front: on it, nothing cheaper "
        f"is as accurate. Bars are 95 % intervals over {n:,} test faces."
    )
    if len(places) < len(priced):
        caption += " Models without room for a label are in the legend."
    if cost == "milliseconds" and machines:
        caption += f" One face at a time, warm, one thread, {', '.join(machines)}."
    return Exhibit(
        f"cost-{cost}",
        findings.is_worth_it(front, priced),
        figure,
        caption,
        cost_table(priced, front),
    )


_TICKS = [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)]
"""Marks of a logarithmic axis; Plotly's own leave out the power of ten: 2, 5, 1, 2."""


_WIDTH, _HEIGHT = 520, 370
"""Pixels of the plot that labels are set for; on a wider one they only stand freer."""
_NARROW = 300
"""Width of the plot on a phone, px: no label may leave it there."""
_SIDES = ("top right", "bottom right", "top left", "bottom left")


def _places(priced: Sequence[Contender], values: Mapping[str, float], log: bool) -> dict[str, str]:
    """Returns where each model's label goes, the most accurate placed first.

    A model whose label would cover another's, or a marker, on every side has none.
    """
    points, whisker = _pixels(priced, values, log)
    taken = [(x - 8, x + 8, y - 8, y + 8) for x, y in points.values()]
    taken += [(x - 4, x + 4, *whisker[name]) for name, (x, _) in points.items()]
    places = {}
    for contender in sorted(priced, key=lambda c: -c.accuracy.value):
        for side in _SIDES:
            box = _label_box(*points[contender.name], contender.title, side)
            if _stays_inside(box, points[contender.name][0]) and not any(
                _overlap(box, other) for other in taken
            ):
                places[contender.name] = side
                taken.append(box)
                break
    return places


def _pixels(
    priced: Sequence[Contender], values: Mapping[str, float], log: bool
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """Returns where each model's marker lies, in pixels from the lower left corner.

    And the lower and the upper end of its interval.
    """
    across = np.array([values[c.name] for c in priced])
    across = np.log(across) if log else across
    low, high = min(c.accuracy.low for c in priced), max(c.accuracy.high for c in priced)
    width = np.ptp(across) or 1.0
    xs = _WIDTH * (0.05 + 0.9 * (across - across.min()) / width)

    def height(share: float) -> float:
        return float(_HEIGHT * (0.05 + 0.9 * (share - low) / ((high - low) or 1.0)))

    points = {c.name: (float(x), height(c.accuracy.value)) for c, x in zip(priced, xs, strict=True)}
    return points, {c.name: (height(c.accuracy.low), height(c.accuracy.high)) for c in priced}


def _label_box(x: float, y: float, title: str, side: str) -> _Box:
    wide = 7.5 * len(title)
    left = x + 9 if side.endswith("right") else x - 9 - wide
    bottom = y + 2 if side.startswith("top") else y - 20
    return left, left + wide, bottom, bottom + 18


def _stays_inside(box: _Box, x: float) -> bool:
    """Returns whether a label stays inside the plot of a phone, where its marker is at `x`."""
    shift = x * _NARROW / _WIDTH - x
    return box[0] + shift >= 0 and box[1] + shift <= _NARROW


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def cost_table(contenders: Sequence[Contender], front: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row for each model, cheapest first."""
    names = {contender.name for contender in front}
    rows = [
        {
            "Model": contender.title,
            "Accuracy": contender.accuracy.value,
            **{cost.title: cost.of(contender.cost) for cost in COSTS.values()},
            "On the front": contender.name in names,
        }
        for contender in contenders
        if contender.cost is not None
    ]
    return pd.DataFrame(rows).sort_values(COSTS["milliseconds"].title) if rows else pd.DataFrame()
