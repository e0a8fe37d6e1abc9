"""The pipeline at work: before and after, time, histogram, code, downloads."""

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.charts.histogram import CHANNELS, histogram
from fer_core.errors import PipelineError
from fer_core.imageops import OperationPipeline, Stage, to_script
from fer_core.imageops.full_size import result_png, zip_results
from fer_core.images import shrunk
from fer_core.settings import settings
from studio.before_after import before_after
from studio.failure import show_failure
from studio.figure import show_exhibit
from studio.imageops.sources import PREVIEW_SIDE, Preview
from studio.imageops.steps import edit_pipeline
from studio.pictures import Picture
from studio.terminal import own

_ALL = "ops_all"
"""Key in the session's state: what the zip of all results was made of, and the zip."""


def work(pictures: Sequence[Picture], preview: Preview) -> str:
    """Draws the workbench; returns the page's answer.

    Args:
        pictures: All that were chosen; the results of all download together.
        preview: The one that is shown.
    """
    left, right = st.columns([3, 2], gap="medium")
    with right:
        pipeline = edit_pipeline()
    with left, st.container(key="ops_result"):
        stages, problem = _run(pipeline, preview)
        result = stages[-1].image if stages else preview.image
        _show(preview.image, result)
        st.caption(_about(preview, result))
        if problem:
            show_failure(problem)
        _downloads(pictures, preview, pipeline, bool(problem))
    _details(pipeline, stages, preview.image, result)
    return _sentence(stages, preview.image, result)


def _run(pipeline: OperationPipeline, preview: Preview) -> tuple[list[Stage], str]:
    """Returns what the steps did, up to the first that cannot be done, and why it cannot."""
    stages: list[Stage] = []
    try:
        for stage in pipeline.stages(preview.image, preview.scale):
            stages.append(stage)
    except PipelineError as error:
        return stages, str(error)
    return stages, ""


def _show(before: np.ndarray, after: np.ndarray) -> None:
    """Draws the slider, or both pictures side by side where they cannot lie on one another."""
    proportions = [image.shape[1] / image.shape[0] for image in (before, after)]
    if 0.98 < proportions[0] / proportions[1] < 1.02:
        before_after(before, after, key="ops_slider")
        return
    columns = st.columns(2, gap="small")
    for column, image, label in zip(columns, (before, after), ("Before", "After"), strict=True):
        with column:
            st.image(shrunk(image, PREVIEW_SIDE)[0], width="stretch", alt=label)
            st.caption(label)


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]:,} × {image.shape[0]:,} px"


def _kind(image: np.ndarray) -> str:
    return "gray" if image.ndim == 2 else "colour"


def _about(preview: Preview, result: np.ndarray) -> str:
    """Returns the caption of the slider: credit, sizes, and what a preview leaves out."""
    parts = [preview.picture.credit, f"After: {_size(result)}, {_kind(result)}"]
    if preview.scale < 1:
        width, height = preview.size
        parts.append(
            f"A preview: lengths are scaled along, noise and fine edges look finer in the "
            f"download, which is made from all {width:,} × {height:,} px"
        )
    return ". ".join(sentence for sentence in parts if sentence) + "."


def _sentence(stages: Sequence[Stage], before: np.ndarray, after: np.ndarray) -> str:
    if not stages:
        return "No step is switched on: the picture is as it was."
    names = " → ".join(stage.step.operation.title for stage in stages)
    total = sum(stage.seconds for stage in stages)
    time = f"{total:.1f} s" if total >= 1 else f"{1000 * total:.1f} ms"
    if before.shape == after.shape:
        change = np.abs(before.astype(np.int16) - after).mean()
        effect = f"changes each value by **{change:.{1 if change < 10 else 0}f}** of 255 on average"
    elif before.shape[:2] == after.shape[:2]:
        effect = f"turns a {_kind(before)} picture into a **{_kind(after)}** one"
    else:
        effect = f"turns {_size(before)} into **{_size(after)}**"
    return f"{names} {effect}, in {time}."


def _downloads(
    pictures: Sequence[Picture], preview: Preview, pipeline: OperationPipeline, broken: bool
) -> None:
    """Draws what can be taken along; pictures are computed at full size when asked for.

    Args:
        pictures: All that were chosen.
        preview: The one that is shown.
        pipeline: What is run.
        broken: Whether it cannot be run on the one shown, which then is not offered.
    """
    stem = PurePath(preview.picture.name).stem
    with st.container(horizontal=True):
        if not broken:
            result = partial(result_png, preview.picture.data, pipeline)
            _download("Picture", result, f"{stem}-result.png", "image/png")
        is_asked = len(pictures) > 1 and _offer_all(pictures, pipeline)
        _download("Pipeline", pipeline.to_json(), "pipeline.json", "application/json")
        _download("Python script", to_script(pipeline), "pipeline.py", "text/x-python")
    if is_asked:
        _make_all(pictures, pipeline)


def _offer_all(pictures: Sequence[Picture], pipeline: OperationPipeline) -> bool:
    """Draws the zip of all results if it is made; else offers to, and returns whether to."""
    made = st.session_state.get(_ALL)
    if made is None or made[0] != _name_of_all(pictures, pipeline):
        st.session_state.pop(_ALL, None)
        return st.button(f"Make all {len(pictures)} pictures", icon=":material/play_arrow:")
    _download(f"All {len(pictures)} pictures", made[1], "results.zip", "application/zip")
    return False


def _make_all(pictures: Sequence[Picture], pipeline: OperationPipeline) -> None:
    """Makes the zip of all results; whatever is pressed meanwhile ends it."""
    bar = st.progress(0.0, "At full size")
    st.button("Cancel", icon=":material/close:")
    everything = [(picture.name, picture.data) for picture in pictures]
    most = settings().visitor_memory // 4
    for number, result in enumerate(zip_results(everything, pipeline, most), start=1):
        if result:
            st.session_state[_ALL] = (_name_of_all(pictures, pipeline), result)
            st.rerun()
        bar.progress(number / len(pictures), f"{number} of {len(pictures)} pictures")


def _name_of_all(pictures: Sequence[Picture], pipeline: OperationPipeline) -> tuple[str, ...]:
    return pipeline.to_json(), *(picture.digest for picture in pictures)


def _download(label: str, data: object, file: str, mime: str) -> None:
    st.download_button(
        label,
        data,  # type: ignore[arg-type]
        file,
        mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"ops_download_{file.rpartition('.')[2]}",
    )


def _details(
    pipeline: OperationPipeline, stages: Sequence[Stage], before: np.ndarray, after: np.ndarray
) -> None:
    """Draws histogram and times side by side, and the code, folded."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        channel = st.segmented_control(
            "Histogram of", CHANNELS, default=CHANNELS[0], required=True, key="ops_channel"
        )
        exhibit = histogram(before, after, channel)
        show_exhibit(exhibit, key="ops_histogram")
    with right:
        _times(stages)
    with st.expander("The code that ran", icon=":material/code:", key="ops_code"):
        st.caption(
            "A script of its own, without this app. On many pictures: "
            '`python pipeline.py "photos/**/*.jpg" --out results`'
            + own(
                ", or "
                '`python -m fer_core images "photos/**/*.jpg" --pipeline pipeline.json '
                "--out results`"
            )
            + "."
        )
        st.code(to_script(pipeline), language="python", height=420)


def _times(stages: Sequence[Stage]) -> None:
    """Draws what each step took."""
    st.markdown("**Time of each step**")
    if not stages:
        st.caption("Nothing ran.")
        return
    milliseconds = [1000 * stage.seconds for stage in stages]
    st.dataframe(
        pd.DataFrame(
            {
                "Step": [stage.step.operation.title for stage in stages],
                "Time": milliseconds,
                "Then": [f"{_size(stage.image)} {_kind(stage.image)}" for stage in stages],
            }
        ),
        hide_index=True,
        column_config={
            "Time": st.column_config.ProgressColumn(
                format="%.1f ms", min_value=0, max_value=max(milliseconds), width="small"
            )
        },
        alt="Each step, the milliseconds it took and the picture after it",
    )
    st.caption("Measured on the preview, on this server, just now.")
