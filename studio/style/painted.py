"""The paintings of this session, the newest last; before there is one, a sample."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer_core.samples import ASSETS, SAMPLES
from fer_core.styletransfer.engine import StyleResult
from fer_core.styletransfer.export import from_png, to_png

_PAINTED, _SHOWN = "style_painted", "style_shown"
MOST = 8
"""Paintings kept in a session; the oldest go first."""


@dataclass(frozen=True, eq=False)
class Painted:
    """A painting and what it was made from.

    Attributes:
        name: File name of the photo, or who is on the sample.
        photo: uint8 RGB, as it was painted.
        result: The painting.
        paintings: Titles of the paintings whose style it has.
    """

    name: str
    photo: np.ndarray
    result: StyleResult
    paintings: tuple[str, ...]

    @property
    def what(self) -> str:
        """Who or what is painted, and in whose style."""
        manner = " and ".join(f"“{title}”" for title in self.paintings)
        return f"{self.name} in the style of {manner}"

    def png(self) -> bytes:
        """Returns the file to download."""
        return to_png(self.result, self.paintings)


@st.cache_resource(show_spinner=False)
def sample() -> Painted:
    """Returns the painting that ships, made by `python -m fer_core stylize` from the sample."""
    result, paintings = from_png((ASSETS / "style_sample.png").read_bytes())
    return Painted(SAMPLES[0].title, SAMPLES[0].picture(), result, paintings)


def all_painted() -> list[Painted]:
    """Returns this session's paintings, the oldest first."""
    result: list[Painted] = st.session_state.setdefault(_PAINTED, [])
    return result


def keep(painting: Painted) -> None:
    """Adds a painting and shows it."""
    st.session_state[_PAINTED] = [*all_painted(), painting][-MOST:]
    show(painting)


def show(painting: Painted) -> None:
    """Makes it the one that the page shows."""
    st.session_state[_SHOWN] = painting


def shown() -> Painted:
    """Returns the one that the page shows."""
    return st.session_state.get(_SHOWN) or sample()
