"""Which paintings lend their manner: those that ship, and the user's."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer_core.errors import ImageError
from fer_core.images import decode_reduced, shrunk
from fer_core.settings import settings
from fer_core.styletransfer.engine import LARGEST_STYLE
from fer_core.styletransfer.paintings import PAINTINGS
from studio.failure import show_failure
from studio.markdown import plain

_CHOSEN = "style_painting"
_THUMBNAIL = 192
_FIRST = next(iter(PAINTINGS))


@dataclass(frozen=True, eq=False)
class Choice:
    """A painting to take the style of.

    Attributes:
        title: As people read it.
        picture: uint8 RGB.
        weight: Against the other paintings, above 0.
    """

    title: str
    picture: np.ndarray
    weight: float = 1.0


@st.cache_resource(max_entries=32, show_spinner=False)
def shipped(name: str, side: int | None = None) -> np.ndarray:
    """Returns a painting that ships, read once for all who use the server."""
    return PAINTINGS[name].picture(side)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _uploaded(data: bytes) -> np.ndarray:
    return decode_reduced(data, LARGEST_STYLE).rgb


def choose_paintings() -> list[Choice]:
    """Draws the gallery, the upload and, for several paintings, their weights."""
    own = _own()
    titles = {name: painting.title for name, painting in PAINTINGS.items()}
    titles |= {f"own {number}": title for number, (title, _) in enumerate(own)}
    if st.session_state.get(_CHOSEN) not in titles:
        st.session_state[_CHOSEN] = _FIRST
    st.markdown("Painting", help="Its colours and strokes are taken, not what it shows.")
    with st.container(horizontal=True, gap="xsmall", key="style_gallery"):
        for name, title in titles.items():
            is_chosen = st.session_state[_CHOSEN] == name
            with st.container(
                width=96,
                gap="xxsmall",
                horizontal_alignment="center",
                key=f"style_cell_{'chosen' if is_chosen else name}",
            ):
                picture = shipped(name, _THUMBNAIL) if name in PAINTINGS else _picture(name, own)
                st.image(_square(picture), width=96, output_format="JPEG", alt=_description(name))
                st.button(
                    f"**{plain(title)}**" if is_chosen else plain(title),
                    key=f"style_pick_{name}",
                    type="tertiary",
                    on_click=_pick,
                    args=(name,),
                )
    with st.popover("Your painting, or a mix", icon=":material/palette:"):
        _upload()
        mixed = st.multiselect(
            "Mix with",
            [name for name in titles if name != st.session_state[_CHOSEN]],
            format_func=titles.__getitem__,
            key="style_mix",
        )
        names = [st.session_state[_CHOSEN], *mixed]
        weights = {name: _weight(name, titles[name]) for name in names} if mixed else {}
    return [
        Choice(
            titles[name],
            shipped(name) if name in PAINTINGS else _picture(name, own),
            weights.get(name, 1.0),
        )
        for name in names
    ]


def _upload() -> None:
    st.file_uploader(
        "Your paintings",
        accept_multiple_files=True,
        max_upload_size=settings().max_upload_mb,
        key="style_own",
        on_change=_pick_last,
    )


def _own() -> list[tuple[str, np.ndarray]]:
    """Returns titles and pictures of the user's paintings; says which cannot be read."""
    own = []
    for file in st.session_state.get("style_own") or []:
        try:
            own.append((file.name.rsplit(".", 1)[0][:24], _uploaded(file.getvalue())))
        except ImageError as error:
            show_failure(error, ":material/broken_image:", of=file.name)
    return own


def _weight(name: str, title: str) -> float:
    return st.slider(f"Share of {plain(title)}", 1, 10, 5, key=f"style_share_{name}") / 10


def _pick(name: str) -> None:
    st.session_state[_CHOSEN] = name


def _pick_last() -> None:
    files = st.session_state.get("style_own") or []
    st.session_state[_CHOSEN] = f"own {len(files) - 1}" if files else _FIRST


def _picture(name: str, own: list[tuple[str, np.ndarray]]) -> np.ndarray:
    return own[int(name.removeprefix("own "))][1]


def _description(name: str) -> str:
    return PAINTINGS[name].description if name in PAINTINGS else "Your painting"


def _square(picture: np.ndarray) -> np.ndarray:
    """Returns the picture's middle square, small."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    small, _ = shrunk(picture[top : top + side, left : left + side], _THUMBNAIL)
    return small
