"""How a chapter of the comparison is drawn on the page."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.charts.exhibit import Exhibit
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import Ranking
from fer_core.models import ModelSpec
from fer_core.review.chapters import Chapter
from studio.comparison.choice import read_saved
from studio.figure import ink, show_exhibit
from studio.markdown import unbroken

Result = TypeVar("Result")

Behind = Callable[[list[Any] | None], None]
"""Draws what is behind a point, from its `customdata`; None if none was clicked."""

_MOST = 4
"""Sentences that are read at a glance; the others are folded."""


def tell(make: Callable[..., Chapter], *arguments: Any) -> Chapter:
    """Returns a chapter of `review.chapters`, made once for the same arguments, ready to be drawn.

    To build its figures takes most of a run's time.
    """
    return remember(_told, make, *arguments)


def _told(make: Callable[..., Chapter], *arguments: Any) -> Chapter:
    chapter = make(*arguments)
    for exhibit in chapter.exhibits:
        ink(exhibit.figure)
    return chapter


def remember(make: Callable[..., Result], *arguments: Any) -> Result:
    """Returns what a function makes of models, computed once for the same arguments; read-only.

    Results from saved models are shared by all visitors; a result with an uploaded model is kept
    for its visitor alone.

    Args:
        make: A function of a module's top level.
        arguments: What it takes: rankings, contenders, texts, functions, or sequences of them.
    """
    key = hash((_identity(make), *map(_identity, arguments)))
    saved = {id(contender) for contender in read_saved().contenders}
    is_of_all = all(id(contender) in saved for contender in _contenders(arguments))
    remembered = _of_all if is_of_all else _of_visitor
    result: Result = remembered(key, make, arguments)[1]
    return result


_Given = tuple[Any, ...]


@st.cache_resource(max_entries=48, show_spinner=False)
def _of_all(key: int, _make: Callable[..., Any], _arguments: _Given) -> tuple[_Given, Any]:
    return _arguments, _make(*_arguments)


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _of_visitor(key: int, _make: Callable[..., Any], _arguments: _Given) -> tuple[_Given, Any]:
    return _arguments, _make(*_arguments)


def _identity(argument: Any) -> Any:
    """Returns what tells an argument from others; it is kept with the result, and so is its id."""
    if isinstance(argument, Contender):
        return id(argument)
    if isinstance(argument, Ranking):
        return argument.title, _identity(argument.contenders), _identity(argument.untrained)
    if isinstance(argument, ModelSpec):
        return argument.name
    if callable(argument):
        return f"{argument.__module__}.{argument.__qualname__}"
    if isinstance(argument, Sequence) and not isinstance(argument, str):
        return tuple(map(_identity, argument))
    return argument


def _contenders(argument: Any) -> Iterator[Contender]:
    if isinstance(argument, Contender):
        yield argument
    elif isinstance(argument, Ranking):
        yield from argument.contenders
    elif isinstance(argument, Sequence) and not isinstance(argument, str):
        for item in argument:
            yield from _contenders(item)


def show_chapter(
    chapter: Chapter, top: DeltaGenerator | None = None, behind: Behind | None = None
) -> None:
    """Draws the question, the answer in words, and the exhibits; small ones two in a row.

    Args:
        chapter: What to draw.
        top: Where question and answer stand, if above the controls that the chapter hangs on.
        behind: Draws, under an exhibit that is a door, what is behind the point that was clicked;
            or, given None, that points can be.
    """
    with top or st.container():
        st.header(chapter.question, anchor=False)
        _list(chapter.sentences[:_MOST])
        if chapter.sentences[_MOST:]:
            with st.expander(f"{len(chapter.sentences) - _MOST} more"):
                _list(chapter.sentences[_MOST:])
    for is_half, run in groupby(chapter.exhibits, lambda exhibit: exhibit.half):
        exhibits = list(run)
        in_a_row = 2 if is_half and len(exhibits) > 1 else 1
        for first in range(0, len(exhibits), in_a_row):
            row = exhibits[first : first + in_a_row]
            columns = st.columns(in_a_row, gap="large")
            for column, exhibit in zip(columns, row, strict=False):
                with column:
                    if exhibit.is_door and behind:
                        _show_door(exhibit, behind)
                    else:
                        show_exhibit(exhibit, level=3)
    if chapter.missing:
        st.info(chapter.missing)


def _show_door(exhibit: Exhibit, behind: Behind) -> None:
    event = show_exhibit(exhibit, level=3, on_select="rerun", selection_mode="points")
    points = event["selection"]["points"]
    behind(points[0]["customdata"] if points else None)


def _list(sentences: tuple[str, ...]) -> None:
    if sentences:
        st.markdown(unbroken("\n".join(f"- {sentence}" for sentence in sentences)))
