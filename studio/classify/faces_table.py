"""The table of every face, as pictures and batches show it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from fer_core.emotions import COLOURS

_LOOK = "look"
_WIDTHS = {"picture": 110, "face": 50, "answer": 80, "unreadable": 95}


def faces_table(
    table: pd.DataFrame, emotions: Sequence[str], faces: Sequence[str] = (), **opening: Any
) -> None:
    """Draws one row for each face; why faces show too little stands in a column where some do.

    Args:
        table: Columns as `inference.records.as_table` gives them.
        emotions: Its columns of probabilities, 0..1.
        faces: A `data:` address of each face, shown first; may be empty.
        opening: `key`, `on_select` and `selection_mode` of a table whose rows can be opened.
    """
    shares = ["confidence", *emotions]
    marked = ["unreadable"] if (table["unreadable"] != "").any() else []
    shown = table.assign(**{name: 100 * table[name] for name in shares})
    if any(faces):
        shown.insert(0, _LOOK, list(faces))
    st.dataframe(
        shown,
        hide_index=True,
        column_order=[
            *([_LOOK] if any(faces) else []),
            "picture",
            "face",
            "answer",
            *marked,
            *shares,
        ],
        row_height=52 if any(faces) else None,
        column_config={
            _LOOK: st.column_config.ImageColumn("", width=60, help="The face, as it was cut out"),
            **{
                name: st.column_config.Column(name.capitalize(), width=width)
                for name, width in _WIDTHS.items()
            },
            "confidence": st.column_config.NumberColumn("Confidence", format="%.1f %%", width=90),
            **{
                name: st.column_config.ProgressColumn(
                    format="%.1f %%", min_value=0, max_value=100, color=COLOURS[name], width=78
                )
                for name in emotions
            },
        },
        alt="One row for each face with the probability of each emotion",
        **opening,
    )
