"""Faces, eyes and smiles by Haar cascades (Viola and Jones 2001), with every parameter open.

`fer_core.faces` finds the faces that are classified, with parameters chosen once; here they are
there to be tried.
"""

import cv2
import cv2.data
import numpy as np

from fer_core.imageops.tone import grayscale
from fer_core.images import shrunk

CASCADES = {
    "frontal default": "haarcascade_frontalface_default.xml",
    "frontal alt": "haarcascade_frontalface_alt.xml",
    "frontal alt2": "haarcascade_frontalface_alt2.xml",
    "profile": "haarcascade_profileface.xml",
    "eye": "haarcascade_eye.xml",
    "smile": "haarcascade_smile.xml",
}
"""What is looked for -> the file that OpenCV 4 ships."""


def find_faces(
    image: np.ndarray,
    cascade: str = "frontal default",
    scale_factor: float = 1.1,
    min_neighbors: int = 5,
    min_size: int = 30,
    longest_side: int = 640,
) -> np.ndarray:
    """Returns the boxes a cascade finds.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        cascade: One of `CASCADES`; "profile" finds faces looking to the left of the picture.
        scale_factor: How much smaller each next copy of the picture is that is searched,
            1.01..2: nearer 1 finds more and takes longer.
        min_neighbors: Overlapping windows that must agree on a box, 0..50; 0 shows them all.
        min_size: Side of the smallest box, pixels of the searched picture, 1..500.
        longest_side: The picture is reduced to this before it is searched, pixels, 50..1200.

    Returns:
        int array of shape (n, 4): left, top, width, height in pixels of `image`, from left to
        right.
    """
    small, scale = shrunk(grayscale(image), longest_side)
    detector = cv2.CascadeClassifier(cv2.data.haarcascades + CASCADES[cascade])
    found = detector.detectMultiScale(small, scale_factor, min_neighbors, 0, (min_size, min_size))
    boxes = np.rint(np.reshape(found, (-1, 4)) / scale).astype(int)
    return boxes[np.argsort(boxes[:, 0], kind="stable")]


def face_boxes(
    image: np.ndarray,
    cascade: str = "frontal default",
    scale_factor: float = 1.1,
    min_neighbors: int = 5,
    min_size: int = 30,
    longest_side: int = 640,
    colour: str = "#E69F00",
) -> np.ndarray:
    """Draws the boxes that `find_faces` returns.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        cascade: See `find_faces`, and so for the four that follow.
        scale_factor: See `find_faces`.
        min_neighbors: See `find_faces`.
        min_size: See `find_faces`.
        longest_side: See `find_faces`.
        colour: Of the lines, "#RRGGBB".

    Returns:
        uint8 RGB of shape (h, w, 3), a gray picture too.
    """
    drawn = image.copy() if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    line = max(2, round(max(image.shape) / 300))
    red, green, blue = bytes.fromhex(colour[1:])
    found = find_faces(image, cascade, scale_factor, min_neighbors, min_size, longest_side)
    for x, y, w, h in found.tolist():
        cv2.rectangle(drawn, (x, y), (x + w - 1, y + h - 1), (red, green, blue), line)
    return drawn
