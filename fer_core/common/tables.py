"""Tables that people take along as CSV files, and open in spreadsheets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet computes instead of showing it."""


def as_cell(text: str) -> str:
    """Returns a text as a cell that spreadsheets show as it is: a picture may be named "=1+2"."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(table: "pd.DataFrame") -> str:
    """Returns a table as CSV with its header and without its index, its texts safe by `as_cell`."""
    safe = table.map(lambda value: as_cell(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False)
