"""How it is to be painted, in plain words; what is seldom changed is folded away."""

from typing import Any

import streamlit as st

from fer_core.styletransfer.options import Quality, StyleOptions
from studio.style.paintings import Choice

_SIZES = (128, 192, 256, 320, 384, 448, 512, 640, 768)
_DEFAULT = StyleOptions()
_QUALITIES: dict[Quality, str] = {"draft": "Draft", "standard": "Standard", "high": "High"}
_COLOURS = {
    "painting": "The painting's",
    "matched": "The photo's range, the painting's strokes",
    "photo": "The photo's, exactly: only light and dark are painted",
}
_POOLING = {"average": "Average: smoother", "max": "Maximum: as the network was trained"}
_STARTS = {"photo": "The photo", "noise": "Noise: freer, needs more steps"}


def choose_options(paintings: list[Choice]) -> StyleOptions:
    """Draws the options and returns them; the paintings give the weights of a mix."""
    balance = st.slider(
        "Photo or painting",
        0,
        100,
        round(100 * _DEFAULT.balance),
        step=5,
        format="%d %%",
        help="At 0 % it stays close to the photo, at 100 % the painting takes over.",
        key="style_balance",
    )
    quality = st.segmented_control(
        "Quality",
        list(_QUALITIES),
        default=_DEFAULT.quality,
        required=True,
        format_func=_QUALITIES.__getitem__,
        help="Standard does two to three times the work of a draft; high does twice that, and "
        "looks deeper.",
        key="style_quality",
    )
    size = st.select_slider(
        "Size",
        _SIZES,
        _DEFAULT.size,
        format_func=lambda side: f"{side} px",
        help="Longer side of the result.",
        key="style_size",
    )
    with st.popover("More options", icon=":material/tune:"):
        more = _choose_more()
    blend = tuple(choice.weight for choice in paintings) if len(paintings) > 1 else ()
    return StyleOptions(size=size, quality=quality, balance=balance / 100, blend=blend, **more)


def _choose_more() -> dict[str, Any]:
    return {
        "style_scale": st.slider(
            "Size of the strokes",
            0.5,
            2.0,
            _DEFAULT.style_scale,
            0.25,
            format="%.2f ×",
            key="style_scale",
        ),
        "face": st.slider(
            "Hold faces to the photo",
            0,
            100,
            round(100 * _DEFAULT.face),
            step=5,
            format="%d %%",
            help="At 0 % a face is painted like everything else and may be lost.",
            key="style_face",
        )
        / 100,
        "colours": st.radio(
            "Colours", list(_COLOURS), format_func=_COLOURS.__getitem__, key="style_colours"
        ),
        "smoothness": st.slider(
            "Smoothness", 0.0, 10.0, _DEFAULT.smoothness, 0.5, key="style_smoothness"
        ),
        "pooling": st.radio(
            "Pooling", list(_POOLING), format_func=_POOLING.__getitem__, key="style_pooling"
        ),
        "start": st.radio(
            "Begin from", list(_STARTS), format_func=_STARTS.__getitem__, key="style_start"
        ),
        "seed": st.number_input("Seed of the noise", 0, 9999, 0, key="style_seed"),
    }
