"""OpenCV where the operation itself is drawn by another library, and opening a file."""

import cv2
import numpy as np


def open_image(data: bytes) -> np.ndarray:
    """Decodes a picture file; OpenCV turns it as EXIF says, and holds it as BGR."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("OpenCV cannot decode this file.")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def draw_text(
    image: np.ndarray, text: str, font: str, size: float, colour: str, x: float, y: float
) -> np.ndarray:
    """Draws with the one sans-serif font OpenCV has; what is not ASCII becomes question marks."""
    drawn = image.copy() if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    height, width = drawn.shape[:2]
    pixels = height * size / 100
    face, scale, line = cv2.FONT_HERSHEY_SIMPLEX, pixels / 30, max(1, round(pixels / 12))
    lines = text.splitlines()
    for number, content in enumerate(lines):
        (across, down), _ = cv2.getTextSize(content, face, scale, line)
        middle = height * y / 100 + (number - (len(lines) - 1) / 2) * 1.25 * pixels
        at = round(width * x / 100 - across / 2), round(middle + down / 2)
        red, green, blue = bytes.fromhex(colour[1:])
        cv2.putText(drawn, content, at, face, scale, (red, green, blue), line, cv2.LINE_AA)
    return drawn
