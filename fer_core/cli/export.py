"""`python -m fer_core export`: a saved model for phones, browsers and servers."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from fer_core.savedmodels import SavedModel


class FormatName(StrEnum):
    """Formats a model can be exported to."""

    tflite = "tflite"
    onnx = "onnx"
    saved_model = "saved_model"


class QuantisationName(StrEnum):
    """How a LiteRT file's weights are stored."""

    float16 = "float16"
    int8 = "int8"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(export)


def export(
    name: Annotated[str, typer.Argument(help="Saved model; see `models`.")],
    format: Annotated[FormatName, typer.Option(help="What to write.")] = FormatName.tflite,
    quantize: Annotated[QuantisationName, typer.Option(help="Weights of a tflite file.")] = (
        QuantisationName.float16
    ),
    out: Annotated[Path | None, typer.Option(help="File or folder; beside you if not given.")] = (
        None
    ),
) -> None:
    """Exports a model, compares it with Keras, and says its size and time per face.

    Where FER2013 is at hand, the share of PublicTest faces that get the same answer is said too.
    """
    import numpy as np

    from fer_core.evaluation.cost import median_milliseconds
    from fer_core.savedmodels import open_model
    from fer_core.savedmodels.export import SUFFIXES, export, open_export
    from fer_core.settings import settings

    saved = open_model(name)
    path = out or Path(f"{name}{SUFFIXES[format.value]}")
    done = export(saved, format.value, path, quantize.value)
    typer.echo(
        f"{done.path}: {done.size / 1e6:.2f} MB; probabilities within {done.difference:.1e} "
        "of Keras on random faces."
    )
    answer = open_export(path, format.value)
    threads = "TensorFlow's threads" if format is FormatName.saved_model else "one thread"
    faces = np.random.default_rng(0).integers(0, 256, (32, 48, 48), np.uint8)
    typer.echo(f"{median_milliseconds(answer, faces):.2f} ms per face, {threads}, median.")
    if settings().dataset is not None:
        _say_agreement(saved, answer)


def _say_agreement(saved: "SavedModel", answer: "Callable[[np.ndarray], np.ndarray]") -> None:
    """Compares the export with the recorded predictions of the validation faces."""
    from fer_core.cli.source import open_dataset
    from fer_core.dataset.fingerprint import fingerprint
    from fer_core.evaluation.record import read_evaluation

    dataset = open_dataset(None)
    if fingerprint(dataset) != read_evaluation(saved).data.sha256:
        typer.echo(f"{dataset.source} is not what it was judged on, so answers are not compared.")
        return
    expected = saved.predictions().validation
    labels = answer(dataset.images[expected.rows][..., None]).argmax(axis=1)
    same = (labels == expected.predicted).mean()
    accuracy, before = ((found == expected.labels).mean() for found in (labels, expected.predicted))
    typer.echo(
        f"Same answer as the saved model on {same:.2%} of {len(expected):,} validation faces; "
        f"accuracy {accuracy:.2%}, saved {before:.2%}."
    )
