"""A model's card: its layers drawn, and what `card.md` says of it."""

from html import escape

import streamlit as st

from fer_core.common.numerals import percent
from fer_core.errors import FerError
from fer_core.models import REGISTRY
from fer_core.models.spec import ModelSpec, Stage
from fer_core.savedmodels import SavedModel, open_model, saved_names
from fer_core.savedmodels.manifest import licence
from studio.failure import show_failure
from studio.loaders import title
from studio.markdown import unbroken
from studio.terminal import without_commands

_ASKED = "card"
"""Part of an address of Model comparison: whose card is to be open."""


def address(name: str) -> str:
    """Returns the address, from any page, at which a model's card is open."""
    return f"Model_comparison?{_ASKED}={name}"


def open_asked() -> None:
    """Opens the card that the page's address asks for, once."""
    if (asked := st.query_params.pop(_ASKED, "")) and asked in saved_names():
        open_card(asked)


def open_card(name: str) -> None:
    """Shows a saved model's card over the page."""

    @st.dialog(title(name), width="large")
    def card() -> None:
        try:
            _show(open_model(name))
        except FerError as error:
            show_failure(error)

    card()


def _show(saved: SavedModel) -> None:
    text = without_commands(saved.file("card.md").read_text(encoding="utf-8"))
    summary, *rest = text.split("\n\n", 1)[1].split("\n## ")  # without its title, which is above
    st.markdown(unbroken(summary))
    spec = REGISTRY.get(saved.name)
    if spec is not None and spec.stages:
        _show_layers(spec)
    for section in rest:
        st.markdown(unbroken(f"### {section}"))
    st.markdown(f"### Licence\n\n{licence(saved.folder)}")
    if not saved.is_ensemble:
        with st.expander("The recipe in full", icon=":material/receipt_long:"):
            st.json(saved.run().recipe_fields, expanded=1)


def _show_layers(spec: ModelSpec) -> None:
    st.markdown("### Layers")
    largest = max(stage.side for stage in spec.stages)
    rows = "".join(_row(stage, largest) for stage in spec.stages)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("What", "Gives", "Parameters"))
    st.html(
        f'<table class="layers" aria-label="Layers of {escape(spec.title)}, from the face down">'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    frozen = f" Hatched: kept as trained on ImageNet ({spec.trunk})." if spec.is_frozen else ""
    st.caption(
        unbroken(
            f"From the face to the answer, counted in the network's code: {spec.parameters:,} "
            f"parameters, {percent(spec.trainable / spec.parameters)} of them trained. A bar is as "
            f"wide as the maps are, and as high as there are layers.{frozen}"
        )
    )


def _row(stage: Stage, largest: int) -> str:
    count = sum(stage.layers.values())
    width = 100 * stage.side / largest if stage.side else 3
    height = 0.9 + 0.3 * min(count, 10)
    is_kept = stage.parameters and not stage.trainable
    bar = (
        f'<div class="stage{" kept" if is_kept else ""}" '
        f'style="width:{width:.0f}%;height:{height:.1f}rem"></div>'
    )
    what = ", ".join(_counted(kind, n) for kind, n in stage.layers.items()) or "a face, gray"
    gives = (
        f"{stage.side} × {stage.side} × {stage.maps}" if stage.side else f"{stage.maps:,} values"
    )
    parameters = f"{stage.parameters:,}" if stage.parameters else ""
    cells = "".join(f"<td>{cell}</td>" for cell in (bar, escape(what), gives, parameters))
    return f"<tr>{cells}</tr>"


def _counted(kind: str, count: int) -> str:
    if count == 1:
        return kind
    word, *kernel = kind.split(" × ", 1)
    noun, _, size = word.rpartition(" ")
    plural = f"{noun}s {size}" if kernel else f"{kind}s"
    return f"{count} {' × '.join([plural, *kernel])}"
