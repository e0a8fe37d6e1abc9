"""Paints in a process of its own: `python -m fer_core.styletransfer.worker`, started by `jobs`.

It then takes no turn of the server's interpreter, a cancelled painting ends at once, and its memory
is free for certain. The request comes as a pickle on standard input; what happens goes
out as pickles on standard output.
"""

import os
import pickle
import sys
from collections.abc import Callable

from fer_core.errors import FerError
from fer_core.styletransfer import messages
from fer_core.styletransfer.engine import StyleResult, stylize
from fer_core.styletransfer.network import load_network

_LONGEST = 200
"""Characters of an unforeseen error's text."""


def main() -> None:
    """Paints the one request of standard input."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between the messages
    if hasattr(os, "nice"):
        os.nice(5)  # pages come first
    request: messages.Request = pickle.load(sys.stdin.buffer)

    def send(message: messages.Message) -> None:
        try:
            pickle.dump(message, out)
            out.flush()
        except BrokenPipeError:
            sys.exit(1)  # the server is gone

    try:
        send(_paint(request, send))
    except Exception as error:
        send(messages.Failure(reason(error)))
        if not isinstance(error, FerError):
            raise  # into the server's log


def reason(error: Exception) -> str:
    """Returns for the user why it could not be painted."""
    if isinstance(error, FerError):
        return str(error)
    if isinstance(error, MemoryError):
        return messages.WANT_OF_MEMORY
    first_line = str(error).partition("\n")[0][:_LONGEST]
    return f"The painting stopped at an error of the program: {type(error).__name__}: {first_line}"


def _paint(request: messages.Request, send: Callable[[messages.Message], None]) -> StyleResult:
    network = load_network(lambda done, total: send(messages.Fetching(done, total)))
    return stylize(
        request.photo,
        request.paintings,
        request.options,
        lambda fraction, picture, losses: send(messages.Step(fraction, picture, losses)),
        request.faces,
        network,
    )


if __name__ == "__main__":
    main()
