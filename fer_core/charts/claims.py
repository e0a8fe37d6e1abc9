"""What others claim on the same faces, beside the chosen models."""

from collections.abc import Sequence
from textwrap import wrap

import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import GRAY
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import model_marker, new_figure, percent_axis, whiskers
from fer_core.common.numerals import percent
from fer_core.evaluation.claims import CLAIMS
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import best_first

_LINE = 28
"""Letters of a name in a line, so that a phone has room for the rest."""

_SYMBOLS = {"other faces": "circle", "not known": "circle-dot", "the test faces": "circle-open"}


def claimed(contenders: Sequence[Contender]) -> Exhibit:
    """Returns one line for each published result, marked by how it was chosen, and for each model.

    Args:
        contenders: Tested on FER2013's PrivateTest.
    """
    ranked = best_first(contenders)
    figure = new_figure(height=112 + 40 * len(CLAIMS) + 40 * len(ranked))
    figure.add_scatter(
        x=[claim.accuracy for claim in CLAIMS],
        y=[claim.who for claim in CLAIMS],
        mode="markers+text",
        marker={
            "size": 12,
            "color": GRAY,
            "symbol": [_SYMBOLS[claim.chosen_by] for claim in CLAIMS],
        },
        text=[percent(claim.accuracy) for claim in CLAIMS],
        textposition="middle left",
        hovertext=[f"chosen by {claim.chosen_by}: {claim.how}" for claim in CLAIMS],
        hoverinfo="text",
        name="published",
    )
    for contender in ranked:
        figure.add_scatter(
            x=[contender.accuracy.value],
            y=[contender.title],
            error_x=whiskers(contender.name, [contender.accuracy], 2, 5),
            mode="markers",
            marker=model_marker(contender.name),
            name=contender.title,
            hovertemplate=f"{contender.title}<br>%{{x:.1%}}<extra></extra>",
        )
    rows = [*(claim.who for claim in CLAIMS), *(contender.title for contender in ranked)]
    figure.update_yaxes(
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        categoryorder="array",
        categoryarray=rows,
        tickvals=rows,
        ticktext=["<br>".join(wrap(row, _LINE, break_long_words=False)) for row in rows],
    )
    percent_axis(figure, "x", zero_based=False)
    figure.update_xaxes(showgrid=True, title="Accuracy")
    figure.update_layout(showlegend=False)
    return Exhibit("claims", findings.is_claimed(ranked), figure, _caption(ranked), claims_table())


def _caption(ranked: Sequence[Contender]) -> str:
    n = ranked[0].judged.n
    return (
        "On FER2013's seven emotions. Filled gray: epoch and networks chosen by other faces than "
        "those that test; with a dot: not known; hollow: chosen by the faces that test. Below, in "
        f"colour: the chosen models, chosen on PublicTest, with 95 % intervals over {n:,} test "
        "faces."
    )


def claims_table() -> pd.DataFrame:
    """Returns one row for each published result, with its sources."""
    return pd.DataFrame(
        {
            "Who": claim.who,
            "Published": claim.accuracy,
            "Networks": claim.networks or "several",
            "Chosen by": claim.chosen_by,
            "How": claim.how,
            "Did others come to it?": claim.reproduced,
            "Read": " ".join(claim.sources),
        }
        for claim in CLAIMS
    )
