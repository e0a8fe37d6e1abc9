"""A picture inside the page itself: the browser has nothing to fetch that may be gone."""

import base64
import io

import numpy as np
from PIL import Image

from fer_core.images import encode_png


def data_url(picture: np.ndarray, exact: bool = True) -> str:
    """Returns a picture as a `data:` address.

    Args:
        picture: uint8, RGB of shape (h, w, 3) or gray of shape (h, w).
        exact: As PNG; else as JPEG with full colour, smaller.
    """
    kind, file = ("png", encode_png(picture)) if exact else ("jpeg", jpeg(picture))
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"


def jpeg(picture: np.ndarray) -> bytes:
    """Returns the JPEG file, with full colour, of a uint8 picture of shape (h, w, 3) or (h, w)."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=92, subsampling=0)
    return file.getvalue()
