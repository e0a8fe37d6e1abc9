"""Bars without a chart library: a visitor's browser draws them at once, a screen reader reads them.

Measured here: a page with one Plotly chart costs Chromium 1.6 s of processor time more than one
with these, and one with `st.dataframe` 0.9 s more; that is most of what Home may take.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from fer_core.common.numerals import percent
from fer_core.emotions import COLOURS


def show_emotions(
    classes: Sequence[str], probabilities: np.ndarray, threshold: float = 0.0
) -> None:
    """Draws a bar for each emotion, from the first class down, the likeliest in bold.

    Args:
        classes: Emotion names.
        probabilities: Array of shape (classes,), 0..1.
        threshold: Confidence below which the answer is "not sure": a dotted line, if not 0.
    """
    best = int(np.argmax(probabilities))
    rows = [
        f'<tr class="{"best" if number == best else "other"}"><th scope="row">{name}</th>'
        f"<td>{track(float(p), COLOURS[name], threshold)}</td>"
        f"<td>{percent(float(p))}</td></tr>"
        for number, (name, p) in enumerate(zip(classes, probabilities, strict=True))
    ]
    st.html(
        '<table class="bars emotions" aria-label="Probability of each emotion">'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    caption = "Probability of each emotion; the bars add up to 100 %."
    if threshold > 0:
        caption += f" Dotted: {100 * threshold:.0f} %, below which the answer is “not sure”."
    st.caption(caption)


def track(
    share: float, colour: str, mark: float = 0.0, interval: tuple[float, float] | None = None
) -> str:
    """Returns the HTML of one bar.

    Args:
        share: Length, 0..1.
        colour: Of the bar, as CSS takes it.
        mark: Where a dotted line stands, 0..1; none at 0.
        interval: Ends of a line across the bar's end, 0..1.
    """
    parts = [
        f'<div class="bar" style="width:{100 * share:.2f}%;background:{escape(colour)}"></div>'
    ]
    if mark > 0:
        parts.append(f'<div class="mark" style="left:{100 * mark:.2f}%"></div>')
    if interval:
        low, high = interval
        place = f"left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"
        parts.append(f'<div class="interval" style="{place}"></div>')
    return f'<div class="track">{"".join(parts)}</div>'
