"""The same operation in OpenCV, Pillow and Matplotlib or NumPy."""

from fer_core.imageops.twins.comparison import TWINS, TwinResult, compare, compare_opening

__all__ = ["TWINS", "TwinResult", "compare", "compare_opening"]
