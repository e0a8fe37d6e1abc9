"""Saved models that nobody trained: folders as a training leaves them, with made-up answers."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from fer_core.common.digest import sha256
from fer_core.dataset import PROTOCOLS, FaceDataset, Split
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.evaluate import as_stored
from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.judge import judge
from fer_core.evaluation.saving import write_figures
from fer_core.evaluation.schema import (
    CostRecord,
    DataRecord,
    EndToEndPoint,
    EndToEndRecord,
    Evaluation,
    RobustnessPoint,
    RobustnessRecord,
)
from fer_core.models import find
from fer_core.savedmodels import PredictedSplit, Predictions, update_manifest

TOTALS = (4953, 547, 5121, 8989, 6077, 4002, 6198)
SPLITS = (28_709, 3_589, 3_589)


@cache
def blank_fer2013() -> FaceDataset:
    """FER2013's sizes and class counts with black faces; which face shows what is drawn."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat(np.arange(7, dtype=np.uint8), TOTALS))
    return FaceDataset(
        images=np.zeros((len(labels), 48, 48), np.uint8),
        labels=labels,
        usage=np.repeat(np.arange(3, dtype=np.uint8), SPLITS),
    )


@cache
def _split(protocol: str) -> Split:
    return PROTOCOLS[protocol].split(blank_fer2013())


def _answers(rows: np.ndarray, classes: tuple[str, ...], skill: float, seed: int) -> PredictedSplit:
    """Answers whose share of right ones grows with skill; hard faces are hard for every model."""
    labels = _labels(rows, classes)
    hardness = np.random.default_rng(1).gamma(2.0, 1.0, len(blank_fer2013()))[rows]
    noise = np.random.default_rng(seed + 100).normal(0, 1, (len(rows), len(classes)))
    logits = noise * (0.6 + 0.4 * hardness[:, None])
    logits[np.arange(len(rows)), labels] += skill
    powers = np.exp(1.5 * logits)
    return PredictedSplit(powers / powers.sum(axis=1, keepdims=True), labels, rows)


def _labels(rows: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    index = np.array([classes.index(name) if name in classes else 0 for name in EMOTIONS])
    return index[blank_fer2013().labels[rows]].astype(np.uint8)


def fabricate(
    weights: Path,
    name: str,
    skill: float = 2.0,
    faces: int | None = None,
    seed: int | None = None,
    network: bytes | None = None,
    optimistic: bool = False,
) -> Evaluation:
    """Writes `weights/<name>/` for a registry name and returns its judgement.

    Args:
        weights: Folder of saved models.
        name: Registry name.
        skill: About 1 is poor, 3 is very good.
        faces: Number of faces per split, all of the protocol's if not given.
        seed: Of the noise; the registry's order if not given.
        optimistic: Whether the record says that the test faces also selected it.
        network: What `model.tflite` holds; something that does not run if not given.
    """
    spec = find(name)
    seed = len(name) + ord(name[-1]) if seed is None else seed
    split = _split(spec.protocol)
    predictions = as_stored(
        Predictions(
            spec.classes,
            _answers(split.validation[:faces], spec.classes, skill, seed),
            _answers(split.test[:faces], spec.classes, skill, seed),
        )
    )
    folder = weights / name
    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(network or f"made-up {name}".encode() * 1000)
    parameters = spec.parameters or 1_000_000
    record = judge(
        predictions,
        name=name,
        protocol=spec.protocol,
        optimistic=optimistic,
        cost=CostRecord(
            parameters=parameters,
            trainable=spec.trainable or parameters,
            macs=parameters * 12,
            size=parameters * 2,
            milliseconds=0.1 + parameters / 2e6,
            machine="a made-up machine",
        ),
        data=DataRecord(sha256="0" * 64, faces=len(blank_fer2013())),
        model_sha256=sha256(folder / "model.tflite"),
        seed=0,
    )
    measured = {"robustness": _robustness(record)}
    if len(spec.classes) == len(EMOTIONS):
        measured["end_to_end"] = _end_to_end(record)
    record = record.model_copy(update=measured)
    write_figures(folder, record, predictions)
    recipe = {
        "name": name,
        "classes": list(spec.classes),
        "protocol": spec.protocol,
        "parameters": parameters,
        "trainable": spec.trainable or parameters,
        "seed": 0,
        "best_epoch": 25,
        "epochs_run": 40,
        "faces": {"train": 28_709, "validation": 3_589},
        "minutes": 33.3,
        "machine": "a made-up machine",
        "recipe": {"epochs": 40, "schedule": "plateau", "note": "Made up."},
    }
    (folder / "recipe.json").write_text(json.dumps(recipe))
    _history(record).to_csv(folder / "history.csv", index=False)
    (folder / "card.md").write_text(f"# {spec.title}\n")
    update_manifest(weights, name)
    return record


def _history(record: Evaluation) -> pd.DataFrame:
    """Forty epochs: training climbs on, validation turns at about the 25th."""
    epoch = np.arange(1, 41)
    best = record.validation.metrics["accuracy"].value
    val = best - 0.35 * np.exp(-epoch / 6) - 0.0006 * np.maximum(epoch - 25, 0)
    train = best + 0.15 - 0.5 * np.exp(-epoch / 10)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "loss": 2.2 - 1.6 * train,
            "accuracy": train,
            "val_loss": 2.3 - 1.8 * val + 0.012 * np.maximum(epoch - 20, 0),
            "val_accuracy": val,
            "learning_rate": 1e-3 * 0.5 ** (epoch // 10),
            "seconds": 50.0,
        }
    )


def _robustness(record: Evaluation) -> RobustnessRecord:
    from fer_core.evaluation.robustness import CORRUPTIONS, SEVERITIES

    clean = record.test.metrics["accuracy"]
    points = [RobustnessPoint(corruption="none", severity=0, accuracy=clean)]
    for rank, corruption in enumerate(CORRUPTIONS):
        for severity in SEVERITIES:
            fall = 1 - (0.02 + 0.015 * rank) * severity
            points.append(
                RobustnessPoint(
                    corruption=corruption,
                    severity=severity,
                    accuracy=clean.model_copy(
                        update={
                            "value": clean.value * fall,
                            "low": clean.low * fall - 0.015,
                            "high": clean.high * fall + 0.015,
                        }
                    ),
                )
            )
    return RobustnessRecord(n=1000, points=tuple(points))


def _end_to_end(record: Evaluation) -> EndToEndRecord:
    from fer_core.evaluation.photographs import RECORDED, USAGE

    cut = record.test.metrics["accuracy"]

    def share(value: float) -> Interval:
        return Interval(value=value, low=value - 0.03, high=value + 0.03)

    points = []
    for place, condition in enumerate(RECORDED):
        found, right = 0.98 - 0.02 * place, cut.value - 0.01 - 0.01 * place
        points.append(
            EndToEndPoint(
                condition=condition,
                system="yunet",
                found=share(found),
                right_of_found=share(right / found),
                right=share(right),
                answered=share(0.8 * found),
                right_of_answered=share(min(0.9, 1.1 * right / found)),
                false=place,
            )
        )
    return EndToEndRecord(n=1050, usage=USAGE, points=tuple(points), cut=cut)
