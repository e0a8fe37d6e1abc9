"""Measures again, of every saved model, what does not change its answers.

    python tools/measure_models.py cost            on an otherwise idle machine, all in one run
    python tools/measure_models.py disturbances    those that a record lacks, on its test faces
    python tools/measure_models.py photographs     all models of seven emotions on the same pictures

Names after that choose among the saved models. `FER_DATA` names FER2013. The cards and the manifest
follow; `weights/reproduction.csv` and the tables of the documentation come from
`fer-studio compare --reports`.
"""

import sys
from collections.abc import Callable, Iterator, Sequence

from fer_core.cli.source import open_dataset
from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.evaluate import measure_cost
from fer_core.evaluation.photographs import measure_on_photographs
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.robustness import measure_robustness, robustness_rows
from fer_core.evaluation.saving import record_judgement
from fer_core.evaluation.schema import Evaluation
from fer_core.faces import detector
from fer_core.inference import Classifier
from fer_core.savedmodels import SavedModel, open_model, saved_names
from fer_core.settings import settings

Judged = tuple[SavedModel, Evaluation]


def with_cost(saved: SavedModel, record: Evaluation, dataset: FaceDataset) -> Evaluation:
    """Returns the record with its cost measured on this machine."""
    cost = measure_cost(saved.folder, saved.run(), dataset.images[:500])
    print(f"{saved.name}: {cost.milliseconds:.2f} ms a face", flush=True)
    return record.model_copy(update={"cost": cost})


def with_disturbances(saved: SavedModel, record: Evaluation, dataset: FaceDataset) -> Evaluation:
    """Returns the record with every disturbance there is."""
    test = saved.predictions().test
    chosen = robustness_rows(test.labels)
    classifier = Classifier(saved.networks(), saved.classes)
    faces = dataset.images[test.rows[chosen]]
    measured = measure_robustness(classifier, faces, test.labels[chosen], known=record.robustness)
    print(f"{saved.name}: {len(measured.points)} points", flush=True)
    return record.model_copy(update={"robustness": measured})


def with_photographs(models: Sequence[SavedModel], dataset: FaceDataset) -> Iterator[Judged]:
    """Yields every model of seven emotions with what it reads on photographs, searched once."""
    chosen = {saved.name: saved for saved in models if len(saved.classes) == len(EMOTIONS)}
    classifiers = {name: Classifier.of(saved) for name, saved in chosen.items()}
    found = measure_on_photographs(dataset, classifiers, detector("yunet"), _tell)
    for name, saved in chosen.items():
        yield saved, read_evaluation(saved).model_copy(update={"end_to_end": found[name]})


def _tell(done: int, total: int) -> None:
    if done % 100 == 0:
        print(f"{done:,} of {total:,} pictures", flush=True)


def _each(
    measure: Callable[[SavedModel, Evaluation, FaceDataset], Evaluation],
) -> Callable[[Sequence[SavedModel], FaceDataset], Iterator[Judged]]:
    """Measures one model after the other."""
    return lambda models, dataset: (
        (saved, measure(saved, read_evaluation(saved), dataset)) for saved in models
    )


_MEASURES = {
    "cost": _each(with_cost),
    "disturbances": _each(with_disturbances),
    "photographs": with_photographs,
}


def main() -> None:
    """Measures and records."""
    measure, weights, dataset = _MEASURES[sys.argv[1]], settings().weights, open_dataset(None)
    names = sys.argv[2:] or saved_names(weights)
    models = [open_model(name, weights) for name in names]
    for saved, record in measure(models, dataset):
        record_judgement(saved, record)


if __name__ == "__main__":
    main()
