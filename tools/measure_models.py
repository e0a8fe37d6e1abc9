"""Measures again, of every saved model, what does not change its answers.

    python tools/measure_models.py cost            on an otherwise idle machine, all in one run
    python tools/measure_models.py disturbances    those that a record lacks, on its test faces

`FER_DATA` names FER2013. The cards and the manifest follow; `weights/reproduction.csv` and the
tables of the documentation come from `fer-studio compare --reports`.
"""

import sys
from collections.abc import Callable

from fer_core.cli.source import open_dataset
from fer_core.common.files import write_json, write_text
from fer_core.dataset import FaceDataset
from fer_core.evaluation.evaluate import measure_cost
from fer_core.evaluation.record import Evaluation, read_evaluation
from fer_core.evaluation.robustness import measure_robustness, robustness_rows
from fer_core.inference import Classifier
from fer_core.models import find
from fer_core.savedmodels import SavedModel, alone_with, open_model, saved_names, update_manifest
from fer_core.settings import settings
from fer_core.training.card import model_card


def with_cost(saved: SavedModel, record: Evaluation, dataset: FaceDataset) -> Evaluation:
    """Returns the record with its cost measured on this machine."""
    cost = measure_cost(saved.folder, saved.run(), dataset.images[:500])
    print(f"{saved.name}: {cost.milliseconds:.2f} ms a face", flush=True)
    return record.model_copy(update={"cost": cost})


def with_disturbances(saved: SavedModel, record: Evaluation, dataset: FaceDataset) -> Evaluation:
    """Returns the record with every disturbance there is."""
    test = saved.predictions().test
    chosen = robustness_rows(test.labels)
    classifier = Classifier(saved.file("model.tflite"), saved.classes)
    faces = dataset.images[test.rows[chosen]]
    measured = measure_robustness(classifier, faces, test.labels[chosen], known=record.robustness)
    print(f"{saved.name}: {len(measured.points)} points", flush=True)
    return record.model_copy(update={"robustness": measured})


_MEASURES: dict[str, Callable[[SavedModel, Evaluation, FaceDataset], Evaluation]] = {
    "cost": with_cost,
    "disturbances": with_disturbances,
}


def main() -> None:
    """Measures and records."""
    measure, weights, dataset = _MEASURES[sys.argv[1]], settings().weights, open_dataset(None)
    for name in saved_names(weights):
        saved = open_model(name, weights)
        record = measure(saved, read_evaluation(saved), dataset)
        with alone_with(name, weights):
            write_json(saved.folder / "evaluation.json", record.as_json())
            write_text(
                saved.folder / "card.md", model_card(find(name), saved.run().whole(), record)
            )
            update_manifest(weights, name)


if __name__ == "__main__":
    main()
