"""Which labels of a dataset to doubt, and why: by FER+'s votes, or by a model's answers."""

import numpy as np
import pandas as pd

from fer_core.dataset.faces import FaceDataset
from fer_core.emotions import EMOTIONS, canonical, reindexed
from fer_core.savedmodels import PredictedSplit, Predictions
from fer_core.savedmodels.temperature import apply_temperature

NO_FACE = "no face"


def vote_names(votes: pd.DataFrame) -> list[str]:
    """Returns FER+'s categories as this product spells them: `nf` is "no face"."""
    return [NO_FACE if name == "nf" else canonical(name) or name for name in votes.columns]


def majority_vote(votes: pd.DataFrame) -> pd.DataFrame:
    """Returns what most FER+ annotators saw (Barsoum et al. 2016).

    Args:
        votes: One row for each face, one column a category: the seven emotions in any spelling,
            `contempt`, `unknown` and `nf` (no face).

    Returns:
        Columns `answer` (as in `vote_names`) and `share` (0..1 of the votes;
        0 where nobody voted). Where two categories tie, the first column wins.
    """
    names = np.array(vote_names(votes))
    values = votes.to_numpy().astype(np.float64)
    total = np.maximum(values.sum(axis=1), 1)
    return pd.DataFrame(
        {"answer": names[values.argmax(axis=1)], "share": values.max(axis=1) / total}
    )


def vote_table(dataset: FaceDataset) -> pd.DataFrame:
    """Returns how many faces of each label (rows) FER+'s majority gave each answer (columns).

    Raises:
        ValueError: If the dataset has no votes.
    """
    if dataset.votes is None:
        raise ValueError("The dataset has no FER+ votes.")
    labels = pd.Categorical(np.array(EMOTIONS)[dataset.labels], EMOTIONS)
    answers = pd.Categorical(
        majority_vote(dataset.votes)["answer"], (*EMOTIONS, "contempt", "unknown", NO_FACE)
    )
    return pd.crosstab(labels, answers, rownames=["label"], colnames=["FER+"], dropna=False)


def doubtful_by_votes(dataset: FaceDataset, minimum: float = 0.6) -> pd.DataFrame:
    """Returns the faces that FER+'s annotators answered otherwise, the most agreed first.

    Args:
        dataset: With votes.
        minimum: Share of the votes, 0..1, that the other answer must have.

    Returns:
        Columns `row`, `label`, `suggested`, `share`.

    Raises:
        ValueError: If the dataset has no votes.
    """
    if dataset.votes is None:
        raise ValueError("The dataset has no FER+ votes.")
    vote = majority_vote(dataset.votes)
    label = np.array(EMOTIONS)[dataset.labels]
    doubtful = (vote["answer"] != label) & (vote["share"] >= minimum)
    frame = pd.DataFrame(
        {
            "row": np.arange(len(dataset)),
            "label": label,
            "suggested": vote["answer"],
            "share": vote["share"],
        }
    )[doubtful]
    result: pd.DataFrame = frame.sort_values(
        "share", ascending=False, kind="stable", ignore_index=True
    )
    return result


def judged(predictions: Predictions, is_leaked: np.ndarray | None = None) -> PredictedSplit:
    """Returns the answers on faces whose labels a model cannot have memorised.

    Args:
        predictions: A saved model's.
        is_leaked: bool of shape (faces of the dataset,): the faces of which the model has seen a
            copy in training, as from `duplicates.leaked`; none if not given.

    Returns:
        Validation and test without those, by ascending row, each row once.
    """
    splits = (predictions.validation, predictions.test)
    rows, first = np.unique(np.concatenate([split.rows for split in splits]), return_index=True)
    if is_leaked is not None:
        rows, first = rows[~is_leaked[rows]], first[~is_leaked[rows]]
    return PredictedSplit(
        np.concatenate([split.probabilities for split in splits])[first],
        np.concatenate([split.labels for split in splits])[first],
        rows,
    )


def doubtful_by_model(
    faces: PredictedSplit, classes: tuple[str, ...], temperature: float = 1.0
) -> pd.DataFrame:
    """Returns the faces that confident learning finds mislabelled, the most doubtful first.

    Confident learning (Northcutt, Jiang & Chuang 2021, by cleanlab) estimates how often each
    class is mistaken for each other, and takes out that many of the least believable labels.

    Args:
        faces: Uncalibrated answers on faces that the model has not trained on: from `judged`, or
            a `HeldOut`'s.
        classes: What the columns of the answers stand for.
        temperature: The model's own; 1 leaves its probabilities as they are.

    Returns:
        Columns `row` (in `fer2013.csv` order), `label`, `suggested` (the model's answer),
        `p_label` and `p_suggested` (its calibrated probabilities, 0..1).
    """
    from cleanlab.filter import find_label_issues

    probabilities = apply_temperature(faces.probabilities, temperature)
    labels = faces.labels.astype(np.int64)
    ranked = find_label_issues(
        labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    names = np.array(classes)
    answers = probabilities.argmax(axis=1)
    return pd.DataFrame(
        {
            "row": faces.rows[ranked],
            "label": names[labels[ranked]],
            "suggested": names[answers[ranked]],
            "p_label": probabilities[ranked, labels[ranked]],
            "p_suggested": probabilities[ranked, answers[ranked]],
        }
    )


def fits(labels: np.ndarray, classes: tuple[str, ...], faces: PredictedSplit) -> bool:
    """Returns whether answers, which name rows, were given on the faces with these labels.

    Pixels are not compared: FER2013 is about in re-encodings that look the same.

    Args:
        labels: Indices into `EMOTIONS`, one a face.
        classes: What the labels of the answers stand for.
        faces: The answers.
    """
    if len(faces) and faces.rows.max() >= len(labels):
        return False
    return np.array_equal(labels[faces.rows], reindexed(faces.labels, classes, EMOTIONS))


def fits_predictions(labels: np.ndarray, predictions: Predictions) -> bool:
    """Returns whether a saved model's predictions `fits` the faces with these labels."""
    splits = (predictions.validation, predictions.test)
    return all(fits(labels, predictions.classes, split) for split in splits)
