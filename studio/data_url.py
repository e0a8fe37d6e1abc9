"""A picture inside the page itself: the browser has nothing to fetch that may be gone."""

import base64
import io

import numpy as np
from PIL import Image


def data_url(picture: np.ndarray, exact: bool = True) -> str:
    """Returns a picture as a `data:` address.

    Args:
        picture: uint8, RGB of shape (h, w, 3) or gray of shape (h, w).
        exact: As PNG; else as JPEG with full colour, smaller.
    """
    kind, options = ("png", {}) if exact else ("jpeg", {"quality": 92, "subsampling": 0})
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
