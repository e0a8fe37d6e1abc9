"""How the gray values of a picture are distributed, before and after."""

import numpy as np
import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import ACCENT, GRAY
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import new_figure, percent_axis
from fer_core.common.numerals import percent

_CHANNELS = {"Brightness": None, "Red": 0, "Green": 1, "Blue": 2}
CHANNELS = tuple(_CHANNELS)
"""What a histogram can count."""


def value_shares(image: np.ndarray, channel: str = "Brightness") -> np.ndarray:
    """Returns the share of the pixels that have each value, float array of shape (256,).

    Args:
        image: uint8, (h, w, 3) or (h, w).
        channel: One of `CHANNELS`; of a gray picture all are the same. Brightness is the luma
            0.299 R + 0.587 G + 0.114 B.
    """
    number = _CHANNELS[channel]
    if image.ndim == 2:
        values = image
    elif number is None:
        values = np.rint(image @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.uint8)
    else:
        values = image[..., number]
    return np.bincount(values.ravel(), minlength=256) / values.size


def histogram(before: np.ndarray, after: np.ndarray, channel: str = "Brightness") -> Exhibit:
    """Returns the histograms of two pictures over one another.

    Args:
        before: uint8, (h, w, 3) or (h, w).
        after: Likewise; it may have another size.
        channel: One of `CHANNELS`.
    """
    shares = {"Before": value_shares(before, channel), "After": value_shares(after, channel)}
    figure = new_figure(height=240)
    levels = list(range(256))
    for (name, values), colour, fill in zip(
        shares.items(), (GRAY, ACCENT), ("tozeroy", None), strict=True
    ):
        figure.add_scatter(
            x=levels,
            y=values,
            name=name,
            mode="lines",
            line={"color": colour, "width": 1.5, "shape": "hvh"},
            fill=fill,
            fillcolor="rgba(138, 143, 152, 0.3)",
            hovertemplate=f"{name}: %{{y}} have %{{x}}<extra></extra>",
        )
    means = [float(values @ np.arange(256)) for values in shares.values()]
    between = max(float(values[1:255].max()) for values in shares.values())
    figure.update_xaxes(range=[0, 255], tickvals=[0, 64, 128, 192, 255], title=channel)
    percent_axis(figure)
    figure.update_yaxes(range=[0, 1.1 * (between or 1)], title="Pixels", tickformat=".1%", nticks=4)
    ends = " and ".join(
        f"{percent(float(v[0]))} are 0 and {percent(float(v[255]))} are 255 {name.lower()}"
        for name, v in shares.items()
    )
    return Exhibit(
        name=f"histogram-{channel.lower()}",
        title=findings.shifted(means[0], means[1], channel),
        figure=figure,
        caption=f"Share of the pixels that have each value of {channel.lower()}; {ends}, "
        "which may lie above the top of the chart.",
        table=pd.DataFrame({"value": levels, **{k.lower(): v for k, v in shares.items()}}),
    )
