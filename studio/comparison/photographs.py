"""What does a person get on a photograph?"""

from typing import Any

import pandas as pd
import streamlit as st

from fer_core.charts.photographs import CUT
from fer_core.common.numerals import percent
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.end_to_end import CONDITIONS
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import photographs
from fer_core.savedmodels import saved_names
from studio.comparison.chapter import remember, show_chapter, tell
from studio.terminal import offer


def show_photographs(chosen: Ranking) -> None:
    """Draws what is read end to end, as a chart and as a table; says how the rest is measured."""
    show_chapter(tell(photographs, chosen))
    measured = tuple(one for one in chosen.contenders if one.end_to_end is not None)
    if measured:
        table, config = remember(_table, measured)
        st.markdown("### Found, and read correctly of all")
        st.dataframe(table, hide_index=True, column_config=config)
    saved = saved_names()
    missing = [c.name for c in chosen.contenders if c.end_to_end is None and c.name in saved]
    if missing:
        offer(
            f"python -m fer_core evaluate {missing[0]} --photographs --write",
            "A saved model of all seven emotions is measured on FER2013 by this command; a "
            "selection of common faces is not measured.",
        )


def _table(contenders: tuple[Contender, ...]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Returns one row a condition: the share found, and one column a model; and its looks."""
    rows: dict[str, dict[str, str]] = {}
    for contender in contenders:
        assert contender.end_to_end is not None
        if cut := contender.end_to_end.cut:
            rows.setdefault(CUT, {})[contender.title] = percent(cut.value)
        for point in contender.end_to_end.points:
            if point.condition in CONDITIONS:
                row = rows.setdefault(CONDITIONS[point.condition].title, {})
                row["Found"] = percent(point.found.value)
                row[contender.title] = percent(point.right.value)
    table = pd.DataFrame({"Faces": title, **row} for title, row in rows.items())
    columns = ["Faces", "Found", *(one.title for one in contenders)]
    return table.reindex(columns=columns).fillna("–"), {
        "Faces": st.column_config.TextColumn(pinned=True)
    }
