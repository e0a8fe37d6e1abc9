"""What accuracy costs: the Pareto front over time, operations, parameters or size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from fer_core.charts.exhibit import Exhibit
from fer_core.charts.look import GRAY
from fer_core.charts.template import model_marker, new_figure, percent_axis, whiskers
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.record import CostRecord


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
    figure = new_figure(height=440)
    if len(front) > 1:
        figure.add_scatter(
            x=[values[c.name] for c in front],
            y=[c.accuracy.value for c in front],
            mode="lines",
            line={"color": GRAY, "width": 2, "dash": "dot", "shape": "hv"},
            hoverinfo="skip",
        )
    for contender in priced:
        interval = contender.accuracy
        figure.add_scatter(
            x=[values[contender.name]],
            y=[interval.value],
            error_y=whiskers(contender.name, [interval]),
            mode="markers+text",
            marker=model_marker(contender.name),
            text=[f"  {contender.title}  "],
            textposition=_beside(priced, values, contender),
            cliponaxis=False,
            hovertemplate=f"{contender.title}<br>%{{x:.3g}}, %{{y:.1%}}<extra></extra>",
        )
    log = bool(values) and max(values.values()) > WIDE * min(values.values())
    figure.update_layout(showlegend=False, yaxis_title="Accuracy")
    figure.update_xaxes(title=COSTS[cost].title + (", log scale" if log else ""))
    if log:
        figure.update_xaxes(type="log", tickvals=_TICKS, ticktext=[f"{tick:g}" for tick in _TICKS])
    percent_axis(figure, "y", zero_based=False)
    machines = sorted({c.cost.machine for c in priced if c.cost})
    caption = (
        "Up and to the left is better. The dotted line is the Pareto front: on it, nothing cheaper "
        "is as accurate. Bars are 95 % intervals."
    )
    if cost == "milliseconds" and machines:
        caption += f" One face at a time, warm, one thread, {', '.join(machines)}."
    return Exhibit(
        f"cost-{cost}", "Accuracy against cost", figure, caption, cost_table(priced, front)
    )


_TICKS = [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)]
"""Marks of a logarithmic axis; Plotly's own leave out the power of ten: 2, 5, 1, 2."""


def _beside(priced: list[Contender], values: dict[str, float], contender: Contender) -> str:
    """Where a label goes: the dearer half's to the left, to stay inside the plot; above and below
    in turn down the ranking, so that neighbours do not hide each other's.
    """
    low, high = min(values.values()), max(values.values())
    middle = (low * high) ** 0.5 if high > WIDE * low else (low + high) / 2
    ranked = sorted(priced, key=lambda c: -c.accuracy.value)
    height = "top" if [c.name for c in ranked].index(contender.name) % 2 == 0 else "bottom"
    return f"{height} {'left' if values[contender.name] > middle else 'right'}"


def cost_table(contenders: Sequence[Contender], front: Sequence[Contender]) -> pd.DataFrame:
    """Returns one row a model, cheapest first."""
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
