"""The one place that writes a judgement: figures, the answers behind them, the model's card."""

import json
from pathlib import Path

from fer_core.common.files import write_json, write_text
from fer_core.evaluation.card import card_of
from fer_core.evaluation.schema import Evaluation
from fer_core.savedmodels import (
    Predictions,
    SavedModel,
    alone_with,
    update_manifest,
    write_predictions,
)


def record_judgement(
    saved: SavedModel, record: Evaluation, predictions: Predictions | None = None
) -> Evaluation:
    """Writes a judgement into the folder of a saved model and into the manifest.

    Args:
        saved: The model; nobody else may record it meanwhile.
        record: Its judgement.
        predictions: The answers that were judged, where they are new.

    Returns:
        The judgement as `write_judgement` completed it.

    Raises:
        FileError: If another process is training or recording the model.
    """
    with alone_with(saved.name, saved.weights):
        record = write_judgement(saved.folder, record, predictions)
        update_manifest(saved.weights, saved.name)
    return record


def write_judgement(
    folder: Path,
    record: Evaluation,
    predictions: Predictions | None = None,
    before: Path | None = None,
) -> Evaluation:
    """Writes a judgement into a model's folder, and the card that tells it.

    What only was measured before is kept, if of the same network. The manifest is left as it is:
    who fills a folder (`savedmodels.new_folder`) is not done yet.

    Args:
        folder: Of a model; its network or ensemble and its `recipe.json` are there.
        record: Its judgement.
        predictions: The answers that were judged, where they are new.
        before: Folder of the model that it replaces, if that is another.

    Returns:
        The judgement, with what was kept.
    """
    record = keep_measured(before or folder, record)
    write_figures(folder, record, predictions)
    write_text(folder / "card.md", card_of(folder, record))
    return record


def write_figures(folder: Path, record: Evaluation, predictions: Predictions | None = None) -> None:
    """Writes `evaluation.json`, and `predictions.npz` if it is given."""
    if predictions is not None:
        write_predictions(folder / "predictions.npz", predictions)
    write_json(folder / "evaluation.json", record.as_json())


def keep_measured(folder: Path, record: Evaluation) -> Evaluation:
    """Returns the judgement with what only was measured before, if of this model file.

    That is accuracy under disturbances, on photographs and on other data.
    """
    try:
        earlier = Evaluation.model_validate(json.loads((folder / "evaluation.json").read_text()))
    except (OSError, ValueError):
        return record
    if earlier.model_sha256 != record.model_sha256:
        return record
    kept = {
        name: getattr(earlier, name)
        for name in ("robustness", "end_to_end", "elsewhere")
        if not getattr(record, name)
    }
    return record.model_copy(update=kept)
