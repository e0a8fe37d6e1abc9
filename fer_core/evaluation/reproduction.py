"""What the reports claim and what we measured, one row for each model."""

from pathlib import Path
from typing import Any

import pandas as pd

from fer_core.dataset import PROTOCOLS
from fer_core.errors import FerError
from fer_core.evaluation.record import read_evaluation
from fer_core.models import REGISTRY, ModelSpec
from fer_core.savedmodels import SavedModel, saved_names


def reproduction_table(weights: Path) -> pd.DataFrame:
    """Returns one row for each architecture of the registry, in its order, then the ensembles.

    Shares are 0..1; the figures of one that is not saved, or cannot be read, are empty.

    Args:
        weights: Folder of saved models.
    """
    saved = {name: SavedModel(name, weights) for name in saved_names(weights)}
    rows = [{**_claim(spec), **_measured(saved.get(spec.name))} for spec in REGISTRY.values()]
    ensembles = [model for model in saved.values() if model.is_ensemble]
    rows += [{"report": "ours", "model": one.name, **_measured(one)} for one in ensembles]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _measured(saved: SavedModel | None) -> dict[str, Any]:
    if saved is None:
        return {"state": "not trained"}
    try:
        return _figures(saved)
    except FerError as error:
        return {"state": f"unreadable: {error}"}


_COLUMNS = [
    "report",
    "model",
    "protocol",
    "reported",
    "test_accuracy",
    "test_accuracy_low",
    "test_accuracy_high",
    "test_n",
    "validation_accuracy",
    "validation_log_loss",
    "epochs",
    "best_epoch",
    "minutes",
    "parameters",
    "mmacs",
    "size_mb",
    "ms_per_face",
    "state",
]


def _claim(spec: ModelSpec) -> dict[str, Any]:
    return {
        "report": spec.report,
        "model": spec.name,
        "protocol": spec.protocol,
        "reported": spec.reported,
        "parameters": spec.parameters,
    }


def _figures(saved: SavedModel) -> dict[str, Any]:
    record = read_evaluation(saved)
    run = saved.run()
    accuracy = record.test.metrics["accuracy"]
    validation = record.validation.metrics if record.validation else {}
    return {
        "state": "trained, optimistic" if record.optimistic else "trained",
        "protocol": record.protocol,
        "test_accuracy": round(accuracy.value, 4),
        "test_accuracy_low": round(accuracy.low, 4),
        "test_accuracy_high": round(accuracy.high, 4),
        "test_n": record.test.n,
        "validation_accuracy": round(validation["accuracy"].value, 4) if validation else None,
        "validation_log_loss": round(validation["log_loss"].value, 4) if validation else None,
        "epochs": run.epochs_run,
        "best_epoch": run.best_epoch,
        "minutes": run.minutes,
        "parameters": record.cost.parameters,
        "mmacs": round(record.cost.macs / 1e6, 1),
        "size_mb": round(record.cost.size / 1e6, 2),
        "ms_per_face": round(record.cost.milliseconds, 2),
    }


def as_markdown(table: pd.DataFrame) -> str:
    """Returns the table as Markdown for `docs/figures.md`, shares as percentages."""
    lines = [
        "| Report | Model | Protocol | Reported | Ours (95 % interval) | n | Epochs | Minutes "
        "| Parameters | MMACs | MB | ms per face |",
        "|---" * 12 + "|",
    ]
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        ours = row["state"]
        if row["test_accuracy"] is not None:
            low, high = (100 * row[f"test_accuracy_{bound}"] for bound in ("low", "high"))
            ours = f"{100 * row['test_accuracy']:.1f} % ({low:.1f} to {high:.1f})"
            ours += ", optimistic" if row["state"].endswith("optimistic") else ""
        cells = [
            row["report"],
            f"`{row['model']}`",
            row["protocol"],
            row["reported"] or "",
            ours,
            _number(row["test_n"], ",.0f"),
            _number(row["epochs"], ".0f"),
            _number(row["minutes"], ".0f"),
            _number(row["parameters"], ",.0f"),
            _number(row["mmacs"], ",.1f"),
            _number(row["size_mb"], ".1f"),
            _number(row["ms_per_face"], ".2f"),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def in_short(table: pd.DataFrame) -> str:
    """Returns the trained models as Markdown for the README, with what a reader chooses by."""
    lines = ["| Model | Report | Classes | Test accuracy | MB | ms per face |", "|---" * 6 + "|"]
    for row in table[table["test_accuracy"].notna()].to_dict("records"):
        optimistic = ", optimistic" if row["state"].endswith("optimistic") else ""
        lines.append(
            f"| `{row['model']}` | {row['report']} | {len(PROTOCOLS[row['protocol']].classes)} "
            f"| {100 * row['test_accuracy']:.1f} %{optimistic} | {row['size_mb']:.1f} "
            f"| {row['ms_per_face']:.2f} |"
        )
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
