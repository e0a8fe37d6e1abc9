"""The model card, written from what was recorded (Mitchell et al. 2019, "Model Cards")."""

import textwrap
from dataclasses import replace
from pathlib import Path

from fer_core.evaluation.schema import Evaluation
from fer_core.models import ModelSpec, find, title_of
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import WholeRun, read_run
from fer_core.savedmodels.ensemble import Ensemble, is_ensemble, read_ensemble

_USE = """## Intended use

Teaching, research, and comparing networks. Its answer is the expression that a photograph seems to
show, never what the person feels.

## Not to be used for

Decisions about people. Inferring emotions of people at work or in education is prohibited in the
European Union (AI Act, Article 5(1)(f)).

## Known failures"""
_UNKNOWN = (
    "Faces that are turned, dark or covered are read worse. FER2013 says nothing of age, gender or "
    "skin colour, so no figure by them is known."
)


def card_of(folder: Path, record: Evaluation) -> str:
    """Returns `card.md` of the model in a folder, network or ensemble.

    Args:
        folder: Its files are read as they are, not checked against the manifest.
        record: Its judgement.
    """
    if is_ensemble(folder):
        return ensemble_card(folder.name, read_ensemble(folder), record)
    return model_card(find(folder.name), read_run(folder / "recipe.json").whole(), record)


def ensemble_card(name: str, ensemble: Ensemble, record: Evaluation) -> str:
    """Returns `card.md` of an ensemble."""
    shares = ", ".join(f"`{one.name}` {one.weight:.1%}" for one in ensemble.members)
    assert record.validation is not None
    text = f"""# {title_of(name)}

`{name}`, from this project: the weighted mean of what these answer: {shares}. Each runs in turn, so
it costs what they cost together: {record.cost.milliseconds:.1f} ms a face on {record.cost.machine}.

## Figures

{_figures(record)}

## How it was made

Members, weights and the temperature ({record.calibration.temperature:.2f}) were chosen on the
{record.validation.n:,} validation faces alone. Members are not copied: when one is replaced,
`python -m fer_core ensemble` fits it again. What they were trained on stands in their cards.

{_USE}

{_failures(record)} {_UNKNOWN}
"""
    return _filled(text)


def _filled(text: str) -> str:
    return "\n\n".join(textwrap.fill(part, 100) for part in text.split("\n\n")) + "\n"


def model_card(spec: ModelSpec, run: WholeRun, record: Evaluation) -> str:
    """Returns `card.md` of a network.

    Args:
        spec: The architecture.
        run: What is in `recipe.json`.
        record: What is in `evaluation.json`.
    """
    origin = "this project" if spec.report == "ours" else f"report {spec.report}"
    classes = ", ".join(run.classes)
    text = f"""# {spec.title}

`{spec.name}`, from {origin}. {run.parameters:,} parameters, {run.trainable:,} of them
trained.

## Figures

{_figures(record, spec.reported)}

## Data

FER2013 (Goodfellow et al. 2013): 48 x 48 gray faces found by web search, with noisy labels (people
agree with them in about 65 % of cases). Classes: {classes}. Trained on
{run.faces.train:,} faces; {run.faces.validation:,} others selected the epoch
({run.best_epoch} of {run.epochs_run}) and fitted the temperature
({record.calibration.temperature:.2f}).

## How it was trained

{_effort(spec, run)} {run.recipe.note}
{_again(spec, run)}

{_USE}

{_failures(record)} {_UNKNOWN}
"""
    return _filled(text)


def _effort(spec: ModelSpec, run: WholeRun) -> str:
    what = " for the head, after its trunk's features," if spec.is_frozen else ""
    return f"{run.minutes:.0f} min{what} on {run.machine}."


def _again(spec: ModelSpec, run: WholeRun) -> str:
    """Says how the model can be trained again, by a command where one still does just that."""
    command = _command(spec, run.recipe)
    if earlier := run.warm_start:
        by = f" by `{command} --warm-start`" if command else ""
        return (
            f"It went on{by} from the best of {earlier.epochs_run} epochs trained before; "
            "`recipe.json` holds every recipe on the way and everything else."
        )
    if command is None:
        return "`recipe.json` holds everything else; the code's own recipe has changed since."
    return f"`recipe.json` holds everything else; `{command}` trains it again."


def _command(spec: ModelSpec, recipe: Recipe) -> str | None:
    """Returns the command that trains with this recipe, None where there is none any more."""
    command = f"python -m fer_core train {spec.name}"
    for kind, known in (("", spec.recipe), (" --recipe report", spec.report_recipe)):
        if known is None or _essence(known) != _essence(recipe):
            continue
        command += kind
        if recipe.protocol != known.protocol:
            command += f" --protocol {recipe.protocol}"
        if recipe.epochs != known.epochs:
            command += f" --epochs {recipe.epochs}"
        return command
    return None


def _essence(recipe: Recipe) -> Recipe:
    """Returns it without what an option of the command or a warm start changes."""
    return replace(recipe, epochs=1, warmup_epochs=0, protocol=None, seed=0, note="")


def _figures(record: Evaluation, reported: str | None = None) -> str:
    accuracy = record.test.metrics["accuracy"]
    lines = [
        f"Accuracy {accuracy.value:.1%} (95 % interval {accuracy.low:.1%} to {accuracy.high:.1%}) "
        f"on the {record.test.n:,} test faces of protocol `{record.protocol}`, judged once.",
        f"Always answering the commonest class scores {record.test.baseline:.1%}.",
    ]
    if reported:
        lines.append(f"The report claims {reported}.")
    if record.optimistic:
        lines.append("Optimistic: the test faces also selected the epoch, as in the report.")
    return "\n".join(lines)


def _failures(record: Evaluation) -> str:
    worst = sorted(record.per_class, key=lambda row: row.recall.value)[:2]
    found = " and ".join(f"{row.name} (finds {row.recall.value:.0%})" for row in worst)
    return f"It misses most often {found}."
