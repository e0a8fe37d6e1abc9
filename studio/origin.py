"""Where a face came from, in words that are safe to show."""

import numpy as np

from fer_core.dataset import FaceDataset
from studio.markdown import code


def place(dataset: FaceDataset, row: int) -> str:
    """Returns where the face came from, for people: its row, or its file."""
    if dataset.origin is None or np.issubdtype(dataset.origin.dtype, np.integer):
        number = row if dataset.origin is None else int(dataset.origin[row])
        return f"row {number:,}"
    return code(str(dataset.origin[row]))
