"""What a chart comes with wherever it is shown: how to read it, and its figures as a table."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True)
class Exhibit:
    """A figure as pages and the HTML review show it.

    Attributes:
        name: Slug, unique within a review; names the table's CSV file.
        title: What it shows, a few words.
        figure: With the house template.
        caption: How to read it, one or two sentences with n.
        table: The same figures as rows and columns.
        half: Whether two of its kind stand side by side where there is room.
        is_door: Whether a point leads to faces: its `customdata` says to which, a model's name
            first.
    """

    name: str
    title: str
    figure: go.Figure
    caption: str
    table: pd.DataFrame
    half: bool = False
    is_door: bool = False
