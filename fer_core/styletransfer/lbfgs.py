"""L-BFGS for a picture: values stay in 0..1, and its memory is float32.

Nocedal & Wright (2006), algorithm 7.4, with the projection of Bertsekas (1982): a value at a bound
that the gradient holds there takes no part in a step, and a step is cut at the bounds.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

Measure = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Gives a picture's loss and its gradient."""

_SUFFICIENT = 1e-4
"""Part of the fall that the slope promises with which a step is taken (Armijo)."""

_FIRST_STEP = 0.02
"""Largest change of a value in the first step, of which nothing is known yet."""

_SHORTEST = 1e-5
"""Part of a step below which none is tried."""

_BOLDEST_CUT = 0.01
"""To which part of itself a step is cut at most at once: where the picture's features come to life
the loss may be a thousand times what the slope promised."""


def minimise(measure: Measure, start: np.ndarray, evaluations: int, memory: int) -> None:
    """Lowers the loss from a picture on; `measure` sees, and may keep, what is tried.

    Args:
        measure: May raise to end it.
        start: float32, 0..1.
        evaluations: How often the loss may be measured, after the start's.
        memory: Steps that are remembered; each takes twice the memory of the picture.
    """
    picture = start
    loss, gradient = measure(picture)
    steps: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=memory)
    while evaluations > 0:
        is_held = ((picture <= 0) & (gradient > 0)) | ((picture >= 1) & (gradient < 0))
        direction = _direction(np.where(is_held, 0, gradient), steps)
        direction[is_held] = 0
        if np.vdot(direction, gradient) >= 0:
            if not steps:
                return  # nothing can fall
            steps.clear()  # what is remembered misleads
            continue
        part = 1.0
        while evaluations > 0:
            tried = np.clip(picture + np.float32(part) * direction, 0, 1)
            evaluations -= 1
            new_loss, new_gradient = measure(tried)
            promised = float(np.vdot(tried - picture, gradient))
            if new_loss <= loss + _SUFFICIENT * promised:
                break
            # Where the parabola through both losses and the slope is lowest.
            lowest = -promised / (2 * (new_loss - loss - promised))
            part *= min(max(lowest, _BOLDEST_CUT), 0.5)
            if part < _SHORTEST:
                break
        else:
            return
        if part < _SHORTEST:
            if not steps:
                return
            steps.clear()  # what is remembered misleads
            continue
        step, change = tried - picture, new_gradient - gradient
        product = float(np.vdot(step, change))
        if product > 1e-10 * float(np.vdot(change, change)):
            steps.append((step, change, product))
        picture, loss, gradient = tried, new_loss, new_gradient


def _direction(
    gradient: np.ndarray, steps: deque[tuple[np.ndarray, np.ndarray, float]]
) -> np.ndarray:
    """Returns the step that the remembered ones suggest: Nocedal & Wright's two loops."""
    if not steps:
        return gradient * np.float32(-_FIRST_STEP / max(float(np.abs(gradient).max()), 1e-30))
    direction = -gradient
    shares = []
    for step, change, product in reversed(steps):
        share = float(np.vdot(step, direction)) / product
        direction -= np.float32(share) * change
        shares.append(share)
    _, change, product = steps[-1]
    direction *= np.float32(product / float(np.vdot(change, change)))
    for (step, change, product), share in zip(steps, reversed(shares), strict=True):
        direction += np.float32(share - float(np.vdot(change, direction)) / product) * step
    return direction
