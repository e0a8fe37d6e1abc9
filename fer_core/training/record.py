"""From a trained network to the whole folder `weights/<name>/`: converted, judged, written."""

from pathlib import Path

import keras
import pandas as pd

from fer_core.common.files import write_bytes, write_json, write_text
from fer_core.dataset import FaceDataset, find_protocol
from fer_core.evaluation.evaluate import evaluate
from fer_core.evaluation.saving import write_judgement
from fer_core.models import ModelSpec, find
from fer_core.models.transfer import head_model
from fer_core.savedmodels import WholeRun, new_folder, open_model
from fer_core.savedmodels.convert import halve, save_keras
from fer_core.savedmodels.network import load_network
from fer_core.settings import settings
from fer_core.training.fit import DECIMALS, Labelled
from fer_core.training.quantise import convert_fastest


def save(
    spec: ModelSpec,
    network: keras.Model,
    history: pd.DataFrame,
    run: WholeRun,
    dataset: FaceDataset,
    validation: Labelled,
    weights: Path,
) -> Path:
    """Writes the whole folder of a trained network, judges it, and records its files.

    Args:
        spec: The architecture.
        network: Trained, in whatever precision.
        history: One row for each epoch.
        run: What `recipe.json` holds.
        dataset: FER2013, to judge it on.
        validation: Faces that decide how the LiteRT file is stored.
        weights: Folder of all saved models.
    """
    plain = rebuild(spec, network)
    saved = weights / spec.name
    with new_folder(spec.name, weights) as folder:
        if spec.is_frozen:
            head_model(plain).save_weights(folder / "head.weights.h5")
            halve(folder / "head.weights.h5")
        else:
            save_keras(plain, folder / "model.keras")
        write_bytes(folder / "model.tflite", convert_fastest(plain, validation))
        write_text(folder / "history.csv", _rounded(history).to_csv(index=False))
        write_json(folder / "recipe.json", run.as_json())
        predictions, record = evaluate(folder, dataset)
        write_judgement(folder, record, predictions, before=saved)
    return saved


def _rounded(history: pd.DataFrame) -> pd.DataFrame:
    """Few decimals, except the rate, which may be smaller than that: four digits."""
    rates = history["learning_rate"].map(lambda rate: float(f"{rate:.4g}"))
    return history.round(DECIMALS).assign(learning_rate=rates)


def convert_again(name: str, dataset: FaceDataset, weights: Path | None = None) -> Path:
    """Builds a saved model by today's code around its weights, converts and judges it again.

    For an architecture whose graph has changed but not its weights, and for another LiteRT file.

    Args:
        name: Of a saved model.
        dataset: FER2013.
        weights: Folder of all saved models; the settings' if not given.

    Returns:
        The model's folder.

    Raises:
        ModelNotFound: If it is not saved.
    """
    spec, weights = find(name), weights or settings().weights_to_write
    saved = open_model(name, weights)
    run = saved.run().whole()
    protocol = find_protocol(run.protocol)
    rows = protocol.whole_split(dataset, "validation", "test").validation
    validation = Labelled(dataset.images[rows][..., None], protocol.labels(dataset, rows))
    return save(spec, load_network(saved), saved.history(), run, dataset, validation, weights)


def rebuild(spec: ModelSpec, network: keras.Model) -> keras.Model:
    """Returns the same network in float32, with the same weights (mixed ones do not convert)."""
    keras.mixed_precision.set_global_policy("float32")
    plain = spec.build_untrained(network.output_shape[-1])
    plain.set_weights(network.get_weights())
    return plain
