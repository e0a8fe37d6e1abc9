"""Speaks as `fer_core.styletransfer.worker` does, and paints nothing.

The request's seed says what happens: 0 finishes after ten steps, 1 never ends, 2 fails with a
reason, 3 dies without a word, 4 fetches weights first.
"""

import pickle
import sys
import time

from fer_core.styletransfer.engine import LossRecord, StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.messages import Failure, Fetching, Step


def send(message) -> None:
    pickle.dump(message, sys.stdout.buffer)
    sys.stdout.buffer.flush()


request = pickle.load(sys.stdin.buffer)
seed = request.options.seed
if seed == 2:
    send(Failure("The paint has dried."))
elif seed == 3:
    sys.exit(9)
else:
    if seed == 4:
        send(Fetching(50, 100))
        time.sleep(0.3)
    step = 0
    losses = Losses(1.0, 0.5, 0.4, 0.1)
    while step < 10 or seed == 1:
        step += 1
        send(Step(min(step / 10, 0.9), request.photo, losses))
        time.sleep(0.02)
    history = (LossRecord(128, losses),) * step
    send(StyleResult(request.photo, history, "fake", request.options, 0.2, True))
