"""The steps of the pipeline: add, order, switch, tune, remove; kept for the session."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from fer_core.errors import PipelineError
from fer_core.imageops import OPERATIONS, OperationPipeline, Step
from fer_core.imageops.parameters import Number, Switch, Words
from fer_core.imageops.pipeline import MOST_STEPS
from fer_core.imageops.presets import PRESETS
from studio.failure import show_failure
from studio.imageops.settings import edit_settings
from studio.markdown import plain

_STATE = "ops_steps"


@dataclass
class _Row:
    """A step and the number that its widgets are named after while it moves."""

    number: int
    step: Step


@dataclass
class _Editor:
    rows: list[_Row]
    open: int | None
    numbers: Iterator[int]


def edit_pipeline() -> OperationPipeline:
    """Draws the steps and what can be done with them; returns the pipeline they make."""
    editor = _editor()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_preset()
        _open_file()
    for place, row in enumerate(editor.rows):
        with st.container(border=True, gap="small"):
            _draw_row(editor, place, row)
    if not editor.rows:
        st.caption("No step yet: the picture stays as it is. Add one below, or start from above.")
    _add_step(editor)
    return OperationPipeline(tuple(row.step for row in editor.rows))


def _editor() -> _Editor:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _Editor([], None, count())
        _take(next(iter(PRESETS.values())))
    result: _Editor = st.session_state[_STATE]
    return result


def _take(pipeline: OperationPipeline) -> None:
    """Replaces the steps by those of a pipeline."""
    editor = st.session_state[_STATE]
    editor.rows = [_Row(next(editor.numbers), step) for step in pipeline.steps]
    editor.open = None


def _choose_preset() -> None:
    def take() -> None:
        if name := st.session_state["ops_preset"]:
            _take(PRESETS[name])
            st.session_state["ops_preset"] = None

    st.selectbox(
        "Start from",
        list(PRESETS),
        index=None,
        placeholder="An example",
        on_change=take,
        key="ops_preset",
    )


def _open_file() -> None:
    """Offers to read a pipeline's file."""

    def take() -> None:
        file = st.session_state["ops_pipeline_file"]
        st.session_state["ops_pipeline_error"] = ""
        if file is None:
            return
        try:
            _take(OperationPipeline.from_json(file.getvalue()))
        except PipelineError as error:
            st.session_state["ops_pipeline_error"] = str(error)

    with st.popover("Open", icon=":material/folder_open:"):
        st.file_uploader(
            "pipeline.json, as this page saves it",
            "json",
            max_upload_size=1,
            on_change=take,
            key="ops_pipeline_file",
        )
        if error := st.session_state.get("ops_pipeline_error"):
            show_failure(error)


def _draw_row(editor: _Editor, place: int, row: _Row) -> None:
    """Draws one step: its switch, its buttons and, if it is open, its settings."""
    operation, key = row.step.operation, f"ops_{row.number}"

    def move(by: int) -> None:
        rows = editor.rows
        rows[place], rows[place + by] = rows[place + by], rows[place]

    def remove() -> None:
        editor.rows.remove(row)

    def open_or_close() -> None:
        editor.open = None if editor.open == row.number else row.number

    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        on = st.toggle(
            f"{place + 1}. {operation.title}", row.step.on, key=f"{key}_on", width="stretch"
        )
        is_open = editor.open == row.number
        if operation.parameters:
            _icon(
                "tune",
                f"Close settings of step {place + 1}" if is_open else f"Tune step {place + 1}",
                f"tune-{row.number}",
                open_or_close,
            )
        last = place == len(editor.rows) - 1
        _icon("arrow_upward", f"Move step {place + 1} up", f"up-{row.number}", move, place == 0, -1)
        _icon("arrow_downward", f"Move step {place + 1} down", f"down-{row.number}", move, last, 1)
        _icon("close", f"Remove step {place + 1}", f"remove-{row.number}", remove)
    settings = row.step.settings
    if is_open:
        st.caption(operation.summary)
        settings = edit_settings(operation.parameters, settings, key)
    elif settings:
        st.caption(_in_words(row.step))
    row.step = replace(row.step, settings=settings, on=on)


def _icon(
    icon: str, label: str, key: str, action: Callable[..., None], disabled: bool = False, *by: int
) -> None:
    """Draws a button of one icon; its label is read aloud, and shown when pointed at."""
    st.button(
        label,
        key=f"step-icon-{key}",
        help=label,
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=disabled,
        on_click=action,
        args=by,
    )


def _in_words(step: Step) -> str:
    """Returns the settings of a step in one line."""
    parts = []
    for parameter in step.operation.parameters:
        value, title = step.settings[parameter.name], parameter.title.lower()
        match parameter:
            case Number():
                parts.append(f"{title} {value:g} {parameter.unit}".rstrip().replace(" °", "°"))
            case Switch():
                parts.append(title if value else f"{title}: no")
            case Words():
                parts.append(f"“{value}”")
            case _:
                parts.append(f"{title} {value}")
    return plain(", ".join(parts))


def _add_step(editor: _Editor) -> None:
    """Draws the list of operations, by group; choosing one adds it at the end, open."""

    def add() -> None:
        name = st.session_state["ops_add"]
        if name is None:
            return
        row = _Row(next(editor.numbers), Step(name))
        editor.rows.append(row)
        editor.open = row.number
        st.session_state["ops_add"] = None

    full = len(editor.rows) >= MOST_STEPS
    st.selectbox(
        "Add a step",
        list(OPERATIONS),
        index=None,
        placeholder=f"At most {MOST_STEPS} steps" if full else "Choose an operation",
        format_func=lambda name: f"{OPERATIONS[name].title} ({OPERATIONS[name].group.lower()})",
        on_change=add,
        disabled=full,
        key="ops_add",
    )
