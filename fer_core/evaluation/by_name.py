"""Judging and comparing saved models by their names: what `fer_core` offers of this package."""

from fer_core.dataset import FaceDataset
from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import read_contender
from fer_core.evaluation.evaluate import evaluate_own
from fer_core.evaluation.ranking import Ranking, rankings_of
from fer_core.evaluation.schema import Evaluation
from fer_core.savedmodels import open_model


def evaluate(name: str, dataset: FaceDataset) -> Evaluation:
    """Runs a saved model on the test faces of a dataset and judges its answers.

    Those are the faces of its test split if it has one, else all of them; of the same data the
    model was trained on, its protocol's test faces. Faces whose emotion the model does not know
    are left out and counted.

    Args:
        name: A saved model, as "custom_cnn".
        dataset: As `load_dataset` returns it.

    Returns:
        Metrics with 95 % intervals, per class too, confusion counts, calibration and cost.

    Raises:
        ModelNotFound: If no such model is saved.
        CorruptModel: If a file of it is missing or changed.
        EvaluationError: If no face of the dataset shows an emotion the model knows.
    """
    _, record = evaluate_own(open_model(name), dataset)
    return record


def compare(*names: str) -> tuple[Ranking, ...]:
    """Compares saved models by their recorded answers on the same test faces; runs none of them.

    Args:
        names: Two or more saved models.

    Returns:
        One ranking for each set of test faces, and one on the faces common to all models where
        there are several sets and enough common faces. A ranking holds its models best first, and
        each pair's difference with its interval and p-value (McNemar, Holm-corrected).

    Raises:
        EvaluationError: If fewer than two different models are named.
        ModelNotFound: If one of them is not saved.
        CorruptModel: If a file of one is missing, changed or does not fit the others.
    """
    wanted = dict.fromkeys(names)
    if len(wanted) < 2:
        raise EvaluationError("A comparison needs the names of at least two saved models.")
    rankings, _ = rankings_of([read_contender(open_model(name)) for name in wanted])
    return tuple(rankings)
