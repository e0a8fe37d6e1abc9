"""`python -m fer_core models`: what can be built, and what is saved."""

import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(models)


def models(
    as_json: Annotated[bool, typer.Option("--json", help="Count in the code itself.")] = False,
) -> None:
    """Lists every architecture with classes, parameters and whether it is saved, and ensembles."""
    from fer_core.models import REGISTRY
    from fer_core.savedmodels import open_model, saved_names
    from fer_core.savedmodels.ensemble import read_ensemble

    saved = set(saved_names())
    if as_json:
        typer.echo(json.dumps(_counted(saved), indent=1))
        return
    for spec in REGISTRY.values():
        state = "saved" if spec.name in saved else f"python -m fer_core train {spec.name}"
        typer.echo(
            f"{spec.name:20} {spec.report:5} {len(spec.classes)} classes "
            f"{spec.parameters:>11,} parameters  {state}"
        )
    for name in sorted(saved):
        if (model := open_model(name)).is_ensemble:
            members = ", ".join(read_ensemble(model.folder).names)
            typer.echo(f"{name:20} ours  {len(model.classes)} classes  a mean of {members}")


def _counted(saved: set[str]) -> dict[str, dict[str, object]]:
    """Builds every architecture, its trunk untrained, and counts."""
    import numpy as np

    from fer_core.models import REGISTRY

    found: dict[str, dict[str, object]] = {}
    for spec in REGISTRY.values():
        network = spec.build(**({"pretrained": False} if spec.trunk else {}))
        found[spec.name] = {
            "classes": len(spec.classes),
            "parameters": network.count_params(),
            "trainable": sum(int(np.prod(w.shape)) for w in network.trainable_weights),
            "saved": spec.name in saved,
        }
    return found
