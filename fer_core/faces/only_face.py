"""The one face that a labelled photograph is of."""

from collections.abc import Callable

import numpy as np

from fer_core.errors import NoFaceFound
from fer_core.faces.crop import crop
from fer_core.faces.detector import AUTO, detector


def face_finder(name: str = AUTO) -> Callable[[np.ndarray], np.ndarray]:
    """Returns what cuts the largest face out of a uint8 RGB picture, as uint8 gray (48, 48).

    It raises NoFaceFound where there is none.

    Args:
        name: As `faces.detector` takes it.
    """
    finder = detector(name)

    def cut(rgb: np.ndarray) -> np.ndarray:
        boxes = finder.detect(rgb)
        if not boxes:
            raise NoFaceFound("No face was found in it. If it is a face already, take it whole.")
        largest = max(boxes, key=lambda box: box.width * box.height)
        result: np.ndarray = crop(rgb, [largest])[0]
        return result

    return cut
