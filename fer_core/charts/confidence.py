"""Whether a confidence can be trusted, and what refusing to answer buys."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_core.charts import findings
from fer_core.charts.colours import GRAY, model_colour
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.template import new_figure, percent_axis
from fer_core.common.numerals import percent
from fer_core.evaluation.calibration import Coverage, coverage, noise_floor, reliability
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.metrics import BINS


def reliability_diagram(contender: Contender) -> Exhibit:
    """Returns accuracy against confidence, before and after temperature scaling."""
    figure = new_figure(height=400)
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GRAY, "width": 1.5, "dash": "dot"},
        name="as sure as right",
        hoverinfo="skip",
    )
    tables = []
    temperature = contender.calibration.temperature
    for label, probabilities, colour, symbol in (
        ("as trained", contender.split.probabilities, GRAY, "circle-open"),
        (
            f"at temperature {temperature:.2f}",
            contender.calibrated,
            model_colour(contender.name),
            "circle",
        ),
    ):
        bins = reliability(probabilities, contender.split.labels)
        size = 5 + 16 * np.sqrt(bins.count / bins.count.max())
        figure.add_scatter(
            x=bins.confidence,
            y=bins.accuracy,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": size, "symbol": symbol, "color": colour},
            customdata=bins.count,
            name=label,
            hovertemplate="confidence %{x:.1%}<br>accuracy %{y:.1%}<br>"
            "%{customdata} faces<extra></extra>",
        )
        tables.append(
            pd.DataFrame(
                {
                    "Scaling": label,
                    "Bin from": bins.low,
                    "Bin to": bins.low + 1 / BINS,
                    "Confidence": bins.confidence,
                    "Accuracy": bins.accuracy,
                    "Faces": bins.count,
                }
            )
        )
    figure.update_layout(xaxis_title="Confidence", yaxis_title="Accuracy")
    percent_axis(figure, "x")
    percent_axis(figure, "y")
    figure.update_xaxes(range=[0, 1.03])
    figure.update_yaxes(range=[0, 1.03])
    before, after = contender.calibration.before, contender.calibration.after
    return Exhibit(
        f"reliability-{contender.name}",
        findings.is_calibrated(contender),
        figure,
        f"{contender.title}: below the dotted line it is surer than it is right. Larger points "
        f"hold more of the {len(contender.split):,} test faces. ECE {percent(before.ece)} as "
        f"trained, {percent(after.ece)} after scaling; were it perfectly calibrated, chance alone "
        f"would show about {percent(noise_floor(contender.calibrated))}.",
        pd.concat(tables, ignore_index=True),
        half=True,
    )


def coverage_curves(contenders: Sequence[Contender]) -> Exhibit:
    """Returns accuracy among answered faces against the share that is answered."""
    figure = new_figure(height=400)
    tables = []
    for contender in contenders:
        curve = coverage(contender.calibrated, contender.split.labels)
        first = min(len(curve.coverage) - 1, max(20, len(curve.coverage) // 50))
        keep = np.unique(np.linspace(first, len(curve.coverage) - 1, 120).astype(int))
        figure.add_scatter(
            x=curve.coverage[keep].round(4),
            y=curve.accuracy[keep].round(4),
            mode="lines",
            line={"color": model_colour(contender.name), "width": 2.5},
            name=contender.title,
            customdata=curve.threshold[keep].round(3),
            hovertemplate=f"{contender.title}<br>answers %{{x:.0%}} of faces, %{{y:.1%}} right<br>"
            "refuses below confidence %{customdata:.0%}<extra></extra>",
        )
        tables.append(_coverage_rows(contender, curve))
    figure.update_layout(xaxis_title="Faces answered", yaxis_title="Accuracy among them")
    percent_axis(figure, "x")
    percent_axis(figure, "y", zero_based=False)
    return Exhibit(
        "coverage",
        findings.refuses_well(contenders),
        figure,
        f"Leftwards the model answers fewer of the {len(contenders[0].split):,} test faces, its "
        "surest ones. A higher line means its confidence tells right answers from wrong ones "
        "better.",
        pd.concat(tables, ignore_index=True),
    )


def _coverage_rows(contender: Contender, curve: Coverage) -> pd.DataFrame:
    """Accuracy at round shares of answered faces."""
    shares = np.array([0.25, 0.5, 0.75, 0.9, 1.0])
    at = np.ceil(shares * len(curve.coverage)).astype(int) - 1
    return pd.DataFrame(
        {
            "Model": contender.title,
            "Faces answered": shares,
            "Accuracy": curve.accuracy[at],
            "Least confidence": curve.threshold[at],
        }
    )


def calibration_table(contenders: Sequence[Contender]) -> pd.DataFrame:
    """Returns ECE, MCE, Brier score and log-loss before and after scaling, one row per model."""
    rows = []
    for contender in contenders:
        record = contender.calibration
        row: dict[str, object] = {"Model": contender.title, "Temperature": record.temperature}
        for name, title in (
            ("ece", "ECE"),
            ("mce", "MCE"),
            ("brier", "Brier"),
            ("log_loss", "Log-loss"),
        ):
            row[f"{title} before"] = getattr(record.before, name)
            row[f"{title} after"] = getattr(record.after, name)
        rows.append(row)
    return pd.DataFrame(rows)


def calibration_errors(contenders: Sequence[Contender]) -> Exhibit:
    """Returns the ECE of each model before and after scaling, as a line between two points."""
    figure = new_figure(height=100 + 34 * len(contenders))
    for contender in contenders:
        before, after = contender.calibration.before.ece, contender.calibration.after.ece
        colour = model_colour(contender.name)
        figure.add_scatter(
            x=[before, after],
            y=[contender.title] * 2,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 11, "color": colour, "symbol": ["circle-open", "circle"]},
            hovertemplate=f"{contender.title}: %{{x:.1%}}<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(showlegend=False, xaxis_title="Expected calibration error (ECE)")
    percent_axis(figure, "x")
    return Exhibit(
        "calibration",
        findings.is_best_calibrated(contenders),
        figure,
        f"Mean distance between confidence and accuracy over {contenders[0].judged.n:,} test "
        "faces: open circle as trained, filled after temperature scaling fitted on the validation "
        "faces. Left is better. The app shows probabilities after scaling.",
        calibration_table(contenders),
    )
