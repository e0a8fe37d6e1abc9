"""A widget for each setting of an operation."""

from typing import Any

import streamlit as st

from fer_core.imageops.parameters import Choice, Colour, Number, Parameter, Switch, Words
from fer_core.imageops.text import missing_characters

_MOST_SLIDER_STEPS = 600
_LABELS = {
    "cascade": "Haar cascade of OpenCV 4 that is searched with",
    "scale_factor": "scaleFactor: how much smaller each next copy that is searched is",
    "min_neighbors": "minNeighbors: overlapping windows that must agree",
    "min_size": "minSize: side of the smallest box, in the searched copy",
    "longest_side": "Longest side of the copy that is searched",
}


def edit_settings(
    parameters: tuple[Parameter, ...], settings: dict[str, Any], key: str
) -> dict[str, Any]:
    """Draws the widgets; returns the settings they show.

    Args:
        parameters: What can be set.
        settings: What they show at first.
        key: Prefix of the widgets' keys.
    """
    edited = {
        parameter.name: _widget(parameter, settings[parameter.name], f"{key}_{parameter.name}")
        for parameter in parameters
    }
    if "text" in edited:
        _say_what_is_missing(edited["text"], edited["font"])
    return edited


def _widget(parameter: Parameter, value: Any, key: str) -> Any:
    help_ = _LABELS.get(parameter.name)
    match parameter:
        case Number():
            return _number(parameter, value, key, help_)
        case Choice():
            options = parameter.options
            return st.selectbox(parameter.title, options, options.index(value), key=key, help=help_)
        case Switch():
            return st.toggle(parameter.title, value, key=key)
        case Colour():
            return st.color_picker(parameter.title, value, key=key).upper()
        case Words():
            return st.text_area(
                parameter.title, value, max_chars=parameter.longest, height=80, key=key
            )


def _number(parameter: Number, value: float, key: str, help_: str | None) -> float:
    """Draws a slider, or a field to type in where a slider would be too fine."""
    kind: type[int] | type[float] = int if isinstance(parameter.step, int) else float
    low, high, step = (kind(n) for n in (parameter.low, parameter.high, parameter.step))
    label = f"{parameter.title}, {parameter.unit}" if parameter.unit else parameter.title
    if (high - low) / step > _MOST_SLIDER_STEPS:
        return st.number_input(label, low, high, kind(value), step, key=key, help=help_)
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2
    return st.slider(label, low, high, kind(value), step, f"%.{decimals}f", key=key, help=help_)


def _say_what_is_missing(text: str, font: str) -> None:
    missing = missing_characters(text, font)
    if missing:
        names = " ".join(f"{character} (U+{ord(character):04X})" for character in missing[:10])
        st.warning(f"No font here has {names}; an empty box is drawn instead.")
