"""How every chart is shown: the figure, how to read it, and the same figures as a table."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from fer_core.charts.exhibit import Exhibit
from studio import compat
from studio.markdown import unbroken

_CONFIG = {"displayModeBar": False, "responsive": True}


def show(
    figure: go.Figure,
    caption: str,
    table: pd.DataFrame | None = None,
    key: str | None = None,
    **selection: Any,
) -> Any:
    """Draws a chart with its caption, and its table, folded, for who reads rather than looks.

    Args:
        figure: Made by `fer_core.charts`, with the house template.
        caption: How to read it; also the chart's alternative text.
        table: The same figures as rows and columns; scrolls, and downloads as CSV.
        key: Streamlit key, needed where two charts of a page could be alike.
        selection: `on_select` and `selection_mode` of a chart to point at, which then zooms too.

    Returns:
        What `st.plotly_chart` does: with `selection`, what is selected.
    """
    if figure.layout.font.color != compat.darkest_gray():
        ink(figure)
    config = {**_CONFIG, "scrollZoom": bool(selection)}
    event = st.plotly_chart(
        figure, theme="streamlit", config=config, key=key, alt=caption, **selection
    )
    st.caption(unbroken(caption))
    if table is not None:
        with st.expander("The same as a table", icon=":material/table:"):
            st.dataframe(table, hide_index=True)
    return event


def show_exhibit(exhibit: Exhibit, key: str | None = None, level: int = 2, **selection: Any) -> Any:
    """Draws an exhibit under its finding, with its caption and table; see `show`.

    Args:
        exhibit: What to draw.
        key: Streamlit key; its name if none is given.
        level: Of the heading: 2 right under the page's title.
        selection: As `show` takes it.
    """
    st.markdown(f"{'#' * level} {unbroken(exhibit.title)}")
    return show(
        exhibit.figure, exhibit.caption, exhibit.table, key=key or exhibit.name, **selection
    )


def ink(figure: go.Figure) -> None:
    """Gives all text the theme's darkest gray, a token that the browser fills in.

    The gray that Streamlit gives charts otherwise is 3.7:1 on white, too faint to read.
    """
    ink = compat.darkest_gray()
    figure.update_layout(font_color=ink, legend_font_color=ink)
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont_color=ink, title_font_color=ink)
