"""`python -m fer_core evaluate`: judge a saved model, on FER2013 or on data of your own."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fer_core.dataset import FaceDataset
    from fer_core.evaluation.schema import EndToEndRecord, Evaluation
    from fer_core.savedmodels import Predictions, SavedModel

_SHOWN = 5
"""Problems that are told in full."""
WITHIN = 2
"""Faces that may be read otherwise on another processor."""


class Faces(StrEnum):
    """How faces are taken out of labelled pictures."""

    AUTO = "auto"
    WHOLE = "whole"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(evaluate)


def evaluate(
    name: Annotated[str, typer.Argument(help="Saved model; see `models`.")],
    data: Annotated[
        Path | None,
        typer.Option(help="Labelled faces of your own (folder, csv, zip) instead of FER2013."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With --data: folder for evaluation.json and predictions.npz."),
    ] = None,
    faces: Annotated[
        Faces,
        typer.Option(
            help="With --data: whether faces are looked for in pictures larger than 48 x 48 px, "
            "or the middle square of each is one."
        ),
    ] = Faces.AUTO,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also measure blur, noise, darkness ...")
    ] = False,
    from_predictions: Annotated[
        bool,
        typer.Option(
            "--from-predictions",
            help="Judge the answers recorded in predictions.npz again; runs no network.",
        ),
    ] = False,
    photographs: Annotated[
        bool,
        typer.Option(
            "--photographs",
            help="Also measure what is read of faces that must first be found in pictures: some "
            "minutes.",
        ),
    ] = False,
    record_as: Annotated[
        str | None,
        typer.Option(
            help="With --data: record the share read correctly in the model's folder, under this "
            "name, instead of writing a folder of its own."
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="With --record-as: where the data comes from; its name if not given."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Record the judgement in the model's folder.")
    ] = False,
) -> None:
    """Runs a saved model on its test faces, prints its figures, and says if they reproduce."""
    from fer_core.savedmodels import open_model
    from fer_core.settings import settings

    if write and data is not None:
        raise typer.BadParameter(
            "is for FER2013; data of your own goes to --out.", param_hint="--write"
        )
    if photographs and data is not None:
        raise typer.BadParameter(
            "lays faces of FER2013 into pictures; --data is read as it is.",
            param_hint="--photographs",
        )
    if out is not None and data is None:
        raise typer.BadParameter(
            "is for --data; FER2013 is recorded by --write.", param_hint="--out"
        )
    if from_predictions and (data is not None or robustness or photographs):
        raise typer.BadParameter(
            "runs no network, which --data, --robustness and --photographs need.",
            param_hint="--from-predictions",
        )
    if (record_as is not None and (data is None or out is not None)) or (
        source is not None and record_as is None
    ):
        raise typer.BadParameter(
            "is for --data, instead of --out; --source goes with it.", param_hint="--record-as"
        )
    saved = open_model(name, settings().weights_to_write if write or record_as else None)
    if from_predictions:
        _from_predictions(saved, write)
    elif data is not None and record_as is not None:
        _record_elsewhere(saved, data, faces, record_as, source)
    elif data is not None:
        _on_own_faces(saved, data, out or Path("evaluation") / name, faces, robustness)
    else:
        _on_fer2013(saved, robustness, photographs, write)


def _from_predictions(saved: "SavedModel", write: bool) -> None:
    from fer_core.evaluation.evaluate import judge_stored

    record = judge_stored(saved)
    _print(record, "predictions.npz")
    if write:
        _record(saved, record)


def _on_own_faces(
    saved: "SavedModel", data: Path, folder: Path, faces: Faces, robustness: bool
) -> None:
    from fer_core.cli.source import open_dataset, ready_detector
    from fer_core.evaluation.evaluate import evaluate_own
    from fer_core.evaluation.saving import write_figures

    whole = folder.resolve()
    if saved.weights.resolve() in (whole, *whole.parents):
        raise typer.BadParameter(
            f"{folder} is among the saved models, whose records are of FER2013; choose another.",
            param_hint="--out",
        )
    saved.networks()
    finder = ready_detector("auto") if faces is Faces.AUTO else None
    dataset = open_dataset(str(data), finder)
    predictions, record = evaluate_own(saved, dataset)
    if robustness:
        record = _with_robustness(saved, dataset, predictions, record)
    _print(record, dataset.source)
    _warn(record, dataset.problems, faces)
    write_figures(folder, record, predictions)
    typer.echo(f"Written to {folder}/evaluation.json and {folder}/predictions.npz.")


def _record_elsewhere(
    saved: "SavedModel", data: Path, faces: Faces, name: str, source: str | None
) -> None:
    from fer_core.cli.source import open_dataset, ready_detector
    from fer_core.evaluation.elsewhere import measure_elsewhere, with_elsewhere
    from fer_core.evaluation.record import read_evaluation
    from fer_core.evaluation.sentences import interval_text

    saved.networks()
    dataset = open_dataset(str(data), ready_detector("auto") if faces is Faces.AUTO else None)
    measured = measure_elsewhere(saved, dataset, name, source or dataset.source)
    typer.echo(
        f"{saved.name} reads {interval_text('accuracy', measured.right)} of {measured.n:,} "
        f"pictures of {name} correctly; a face was found in {measured.found:,} of them."
    )
    for emotion, recall in measured.recall.items():
        typer.echo(f"  {emotion:18} {interval_text('accuracy', recall)}")
    _record(saved, with_elsewhere(read_evaluation(saved), measured))


def _on_fer2013(saved: "SavedModel", robustness: bool, photographs: bool, write: bool) -> None:
    from fer_core.cli.source import open_dataset
    from fer_core.evaluation.evaluate import evaluate
    from fer_core.evaluation.photographs import require_all_emotions

    saved.networks()
    if photographs:
        require_all_emotions(saved.name, saved.classes)  # before anything takes minutes
    dataset = open_dataset(None)
    predictions, record = evaluate(saved.folder, dataset)
    if robustness:
        record = _with_robustness(saved, dataset, predictions, record)
    if photographs:
        record = _with_photographs(saved, dataset, record)
    _print(record, dataset.source)
    if write:
        _record(saved, record, predictions)
    else:
        _compare(saved, predictions, record)


def _record(
    saved: "SavedModel", record: "Evaluation", predictions: "Predictions | None" = None
) -> None:
    """Writes a judgement, the model's card, and the answers where they are new."""
    from fer_core.evaluation.saving import record_judgement

    record_judgement(saved, record, predictions)
    typer.echo(f"Recorded in {saved.folder}.")


def _warn(record: "Evaluation", problems: Sequence[str], faces: Faces) -> None:
    from fer_core.evaluation.sentences import own_faces_sentences

    for sentence in own_faces_sentences(record, len(problems)):
        typer.echo(f"  {sentence}")
    for problem in problems[:_SHOWN]:
        typer.echo(f"    {problem}")
    if problems and faces is Faces.AUTO:
        typer.echo("  --faces whole takes the middle square of each picture as a face.")


def _with_robustness(
    saved: "SavedModel", dataset: "FaceDataset", predictions: "Predictions", record: "Evaluation"
) -> "Evaluation":
    from rich.progress import Progress

    from fer_core.evaluation.evaluate import with_robustness

    with Progress(transient=True) as bar:
        task = bar.add_task("Disturbing faces")
        return with_robustness(
            saved.folder,
            dataset,
            predictions,
            record,
            lambda done, total: bar.update(task, completed=done, total=total),
        )


def _with_photographs(
    saved: "SavedModel", dataset: "FaceDataset", record: "Evaluation"
) -> "Evaluation":
    from rich.progress import Progress

    from fer_core.cli.source import ready_detector
    from fer_core.evaluation.photographs import measure_on_photographs
    from fer_core.faces import detector
    from fer_core.inference import Classifier

    finder = detector(ready_detector("auto"))
    with Progress(transient=True) as bar:
        task = bar.add_task("Photographs")
        measured = measure_on_photographs(
            dataset,
            {saved.name: Classifier.of(saved)},
            finder,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    return record.model_copy(update={"end_to_end": measured[saved.name]})


def _print(record: "Evaluation", source: str) -> None:
    from fer_core.evaluation.metrics import METRICS
    from fer_core.evaluation.robustness import CORRUPTIONS
    from fer_core.evaluation.sentences import interval_text

    test = record.test
    typer.echo(f"{record.name} on {test.n:,} faces of {source} (protocol {record.protocol})")
    if record.data.left_out:
        typer.echo(f"  {record.data.left_out:,} faces show an emotion it does not know: left out")
    if record.optimistic:
        typer.echo("  optimistic: the same faces chose its best epoch")
    for key, metric in METRICS.items():
        typer.echo(f"  {metric.title:18} {interval_text(key, test.metrics[key], named=True)}")
    typer.echo(f"  {'Always one answer':18} {100 * test.baseline:.1f} %")
    typer.echo(f"  {'Temperature':18} {record.calibration.temperature:.2f}")
    typer.echo(
        f"  {'One face':18} {record.cost.milliseconds:.2f} ms, one thread, {record.cost.machine}"
    )
    for point in record.robustness.points if record.robustness else ():
        title = CORRUPTIONS[point.corruption].title if point.severity else "As they are"
        label = f"{title} {point.severity or ''}"
        typer.echo(f"  {label:18} {100 * point.accuracy.value:.1f} %")
    if record.end_to_end is not None:
        _print_photographs(record.end_to_end)


def _print_photographs(measured: "EndToEndRecord") -> None:
    from fer_core.evaluation.end_to_end import CONDITIONS
    from fer_core.evaluation.sentences import interval_text
    from fer_core.faces import DETECTORS

    typer.echo(f"  On photographs, {measured.n:,} faces of {measured.usage}:")
    if measured.cut is not None:
        typer.echo(f"  {'Cut out already':22} {interval_text('accuracy', measured.cut)}")
    for point in measured.points:
        typer.echo(
            f"  {CONDITIONS[point.condition].title:22} {interval_text('accuracy', point.right)}; "
            f"{DETECTORS[point.system].title} finds {100 * point.found.value:.1f} %"
        )


def _compare(saved: "SavedModel", predictions: "Predictions", record: "Evaluation") -> None:
    """Says whether the recorded answers were given again; exit status 1 if they were not."""
    from fer_core.evaluation.record import read_evaluation

    recorded = read_evaluation(saved)
    if recorded.data.sha256 != record.data.sha256:
        typer.echo("This is not the data it was recorded on, so the record is not compared.")
        return
    before = saved.predictions().test.predicted
    differing = int((before != predictions.test.predicted).sum())
    accuracy = recorded.test.metrics["accuracy"].value
    verdict = "reproduced" if differing <= WITHIN else "not reproduced"
    typer.echo(
        f"Recorded accuracy {100 * accuracy:.1f} %: {verdict}; "
        f"{differing} of {record.test.n:,} faces are read otherwise."
    )
    if differing > WITHIN:
        raise typer.Exit(1)
