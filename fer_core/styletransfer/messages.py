"""What the server and a painting process say to one another."""

from dataclasses import dataclass

import numpy as np

from fer_core.faces import FaceBox
from fer_core.styletransfer.engine import StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.options import StyleOptions

WANT_OF_MEMORY = "The memory does not suffice for this size. Choose a smaller one."


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be painted; as `stylize` takes it."""

    photo: np.ndarray
    paintings: tuple[np.ndarray, ...]
    options: StyleOptions
    faces: tuple[FaceBox, ...] = ()


@dataclass(frozen=True)
class Fetching:
    """The network's weights are on their way: bytes there, and bytes expected or None."""

    done: int
    total: int | None


@dataclass(frozen=True, eq=False)
class Step:
    """One evaluation, as `engine.OnStep` receives it."""

    fraction: float
    picture: np.ndarray
    losses: Losses


@dataclass(frozen=True)
class Failure:
    """Why it could not be painted, for the user."""

    message: str


Message = Fetching | Step | StyleResult | Failure
