"""The same operation in OpenCV, Pillow and Matplotlib or NumPy, side by side."""

from collections.abc import Sequence

import streamlit as st

from fer_core.common.numerals import percent
from fer_core.imageops import OPERATIONS, Step
from fer_core.imageops.twins import TWINS, TwinResult, compare, compare_opening
from fer_core.images import shrunk
from studio.imageops.settings import edit_settings
from studio.imageops.sources import Preview
from studio.markdown import plain

_SIDE = 640
"""Longest side of the picture that is compared, px: NumPy's way takes its time on larger ones."""
_OPEN = "open"
_FIRST = ("grayscale", "gaussian_blur", "resize", "draw_text")
_CHOICES = (_OPEN, *_FIRST, *(name for name in TWINS if name not in _FIRST))


def compare_libraries(preview: Preview) -> str:
    """Draws the comparison; returns the page's answer."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = st.selectbox(
            "Operation",
            _CHOICES,
            index=_CHOICES.index("gaussian_blur"),
            format_func=lambda n: "Open a file" if n == _OPEN else OPERATIONS[n].title,
            key="twins_operation",
        )
    with right:
        settings = {}
        if name != _OPEN and OPERATIONS[name].parameters:
            operation = OPERATIONS[name]
            with st.container(border=True):
                settings = edit_settings(operation.parameters, operation.defaults, f"twins_{name}")
    if name == _OPEN:
        results = compare_opening(preview.picture.data)
    else:
        results = compare(Step(name, settings), shrunk(preview.image, _SIDE)[0])
    _columns(results)
    _code(results)
    _explain(name, results[0].library)
    return _sentence(name, results)


def _columns(results: Sequence[TwinResult]) -> None:
    """Draws a column for each library: its result and its figures."""
    for column, result in zip(st.columns(len(results), gap="medium"), results, strict=True):
        with column:
            st.markdown(f"**{result.library}**")
            if result.image is None:
                st.info(plain(result.problem), icon=":material/block:")
            else:
                shown = shrunk(result.image, _SIDE)[0]
                st.image(shown, width="stretch", alt=f"Result of {result.library}")
                st.markdown(f"{_milliseconds(result)} · {_difference(result, results[0])}")


def _code(results: Sequence[TwinResult]) -> None:
    """Draws the code of each library, one at a time and as wide as it needs."""
    st.markdown("**The code that ran**")
    libraries = [result.library for result in results]
    for tab, result in zip(st.tabs(libraries, key="twins_code"), results, strict=True):
        tab.code(result.code, language="python")


def _milliseconds(result: TwinResult) -> str:
    return (
        f"**{result.milliseconds:.2g} ms**"
        if result.milliseconds < 10
        else (f"**{result.milliseconds:.0f} ms**")
    )


def _difference(result: TwinResult, first: TwinResult) -> str:
    """Returns how far a result is from the first one, in words."""
    if result is first:
        return "the others are measured against it"
    if first.image is None:
        return "nothing to compare with"
    if result.largest_difference is None:
        height, width = result.image.shape[:2] if result.image is not None else (0, 0)
        return f"another size, {width} × {height} px"
    if result.largest_difference == 0:
        return "the same in every pixel"
    return (
        f"differs by at most {result.largest_difference} of 255, "
        f"in {percent(result.differing or 0.0)} of the pixels"
    )


def _explain(name: str, first: str) -> None:
    """Says how the comparison was made, and what only OpenCV has."""
    picture = "the file as it is" if name == _OPEN else f"the picture at {_SIDE} px"
    st.caption(
        f"Made with {picture}; times are the median of up to five runs on this server and hold "
        f"Pillow's copies from and to arrays. Differences are from {first}'s result. The code is "
        "that of exactly the functions that ran. CLAHE, Canny, the bilateral filter, adaptive "
        "thresholds and Haar cascades are OpenCV's alone; noise has no twin, since no two "
        "libraries draw the same random numbers."
    )


def _sentence(name: str, results: Sequence[TwinResult]) -> str:
    title = "Opening this file" if name == _OPEN else OPERATIONS[name].title
    able = [result for result in results if result.image is not None]
    if len(able) < 2:
        return f"{title}: only {able[0].library if able else 'none of the libraries'} can do it."
    fastest = min(able, key=lambda result: result.milliseconds)
    slowest = max(able, key=lambda result: result.milliseconds)
    times = slowest.milliseconds / max(fastest.milliseconds, 1e-6)
    differences = [r.largest_difference for r in able[1:] if r.largest_difference is not None]
    if name == "draw_text":
        agreement = "the letters are each library's own"
    elif not differences:
        agreement = "their results have different sizes"
    elif max(differences) == 0:
        agreement = "all agree in every pixel"
    else:
        agreement = f"no pixel differs by more than **{max(differences)}** of 255"
    return (
        f"{title}: {fastest.library} is fastest, {slowest.library} takes "
        f"**{times:.1f} times** as long; {agreement}."
    )
