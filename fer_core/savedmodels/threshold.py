"""The confidence below which a model says "not sure", unless it is told otherwise."""

import numpy as np

RIGHT = 0.8
"""Share of the answered faces that are to be right ..."""
LEFT_OUT = 0.25
"""... but no more than this share of all is left unanswered."""


def default_threshold(confidence: np.ndarray, right: np.ndarray) -> float:
    """Returns the lowest threshold, in hundredths, at which enough of the answers are right.

    Args:
        confidence: Of the likeliest class of each validation face, calibrated, shape (n,).
        right: Whether that class is right, shape (n,).
    """
    for hundredths in range(101):
        answered = confidence >= hundredths / 100
        if 1 - answered.mean() > LEFT_OUT:
            return max(0, hundredths - 1) / 100
        if right[answered].mean() >= RIGHT:
            return hundredths / 100
    return 1.0
