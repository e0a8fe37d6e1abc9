"""Options that several commands take."""

from typing import Annotated

import typer

ModelName = Annotated[str | None, typer.Option(help="Saved model; see `models`.")]

DetectorName = Annotated[
    str, typer.Option(help="auto (YuNet, fetched if need be), or one by name, as haar_alt2.")
]

Threshold = Annotated[
    float | None,
    typer.Option(help="Below it, “not sure”; the model's own if not given.", min=0, max=1),
]
