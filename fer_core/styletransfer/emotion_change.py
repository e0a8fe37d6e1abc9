"""Whether an emotion survives the brush: the same faces read before and after."""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.faces import FaceBox, crop
from fer_core.inference import Pipeline


@dataclass(frozen=True, eq=False)
class EmotionChange:
    """One face, read in the photo and at the same place in the painting.

    Attributes:
        box: Where it is in the painting.
        classes: Emotion names.
        before: Probabilities in the photo, float32 of shape (classes,).
        after: Probabilities in the painting.
    """

    box: FaceBox
    classes: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray

    @property
    def is_same_emotion(self) -> bool:
        """Whether the likeliest emotion is the same."""
        return bool(self.before.argmax() == self.after.argmax())


def emotion_changes(
    pipeline: Pipeline, photo: np.ndarray, painted: np.ndarray
) -> list[EmotionChange]:
    """Reads every face of the photo, and what became of it, the largest first.

    Both are read at the painting's size and at the places found in the photo, so that only the
    brush differs.

    Args:
        pipeline: Detector and classifier.
        photo: uint8 RGB of shape (h, w, 3).
        painted: uint8 RGB of the same proportions.
    """
    height, width = painted.shape[:2]
    small = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    scale = width / photo.shape[1]
    boxes = [face.box.scaled(scale) for face in pipeline.analyze(photo)]
    boxes.sort(key=lambda box: -box.width * box.height)
    if not boxes:
        return []
    before, after = (
        pipeline.classifier.predict(crop(picture, boxes)) for picture in (small, painted)
    )
    classes = pipeline.classifier.classes
    return [
        EmotionChange(box, classes, first, second)
        for box, first, second in zip(boxes, before, after, strict=True)
    ]
