"""What a training face is to be answered with: its label, its annotators, other networks."""

from pathlib import Path

import numpy as np

from fer_core.audit.doubts import vote_names
from fer_core.common.files import write_arrays
from fer_core.dataset import FaceDataset
from fer_core.errors import TrainingError
from fer_core.models.recipe import Recipe


def soft_targets(
    dataset: FaceDataset,
    rows: np.ndarray,
    labels: np.ndarray,
    classes: tuple[str, ...],
    recipe: Recipe,
    folder: Path,
) -> np.ndarray:
    """Returns the target of each face: labels, votes and teachers in the recipe's shares.

    A face on whose classes nobody voted keeps its label's share.

    Args:
        dataset: With FER+ votes, if the recipe asks for them.
        rows: Which faces.
        labels: Class indices of the rows, shape (n,).
        classes: Emotion names.
        recipe: Its `votes`, `teachers` and `distillation`.
        folder: Where the teachers' answers are kept, so that only one machine needs them.

    Returns:
        float32 array of shape (n, classes); rows sum to 1.

    Raises:
        TrainingError: If the recipe asks for votes that the dataset does not have.
        ModelNotFound: If a teacher is not saved.
    """
    own = np.eye(len(classes), dtype=np.float32)[labels]
    targets = (1 - recipe.votes - recipe.distillation) * own
    if recipe.votes:
        targets += recipe.votes * _votes(dataset, rows, own, classes)
    if recipe.distillation:
        targets += recipe.distillation * _answers(dataset.images[rows], classes, recipe, folder)
    result: np.ndarray = targets.astype(np.float32)
    return result


def _votes(
    dataset: FaceDataset, rows: np.ndarray, own: np.ndarray, classes: tuple[str, ...]
) -> np.ndarray:
    """Returns the annotators' shares; the label's own where none of them named a class."""
    if dataset.votes is None:
        raise TrainingError(
            f"This recipe learns from FER+'s votes, which {dataset.source} does not have: use a "
            "parquet with columns `ferplus_*`, or a recipe with `votes` of 0."
        )
    names = vote_names(dataset.votes)
    counts = dataset.votes.to_numpy(np.float32)[rows]
    shares = np.stack(
        [
            counts[:, names.index(name)] if name in names else np.zeros(len(rows))
            for name in classes
        ],
        axis=1,
    )
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares / np.maximum(total, 1), own)


def _answers(
    faces: np.ndarray, classes: tuple[str, ...], recipe: Recipe, folder: Path
) -> np.ndarray:
    """Returns the teachers' mean answer to each face and its mirror image, over these classes."""
    kept = folder / "teachers.npz"
    if not kept.exists():
        write_arrays(kept, answers=sum(_answer(name, faces, classes) for name in recipe.teachers))
    with np.load(kept) as file:
        answers = file["answers"]
    result: np.ndarray = answers / answers.sum(axis=1, keepdims=True)
    return result


def _answer(name: str, faces: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    from fer_core.inference.classifier import Classifier

    teacher = Classifier.load(name)
    missing = [emotion for emotion in classes if emotion not in teacher.classes]
    if missing:
        raise TrainingError(f"{name} cannot teach {', '.join(missing)}: it does not know them.")
    answers = teacher.predict(faces) + teacher.predict(np.ascontiguousarray(faces[:, :, ::-1]))
    result: np.ndarray = answers[:, [teacher.classes.index(emotion) for emotion in classes]]
    return result
