"""How long visitors wait, and what memory the server takes, when many are there at once.

    python benchmarks/load.py [--visitors 1 25 50] [--minutes 10] [--pauses 5 15] [--out load.json]

Starts the real server as a public one, and for each number of visitors a fresh one. A visitor acts
(opens Home or Model comparison, changes a control there, looks at a sample in Classify, uploads a
photograph), waits until the page's run has ended, and pauses; what each does follows from the seed.
It speaks with the server over the loopback only, as Streamlit's page does (`visitor`), but draws
nothing: what a browser does with a page is not in these figures. The visitors' own processor time
is told, for it is taken from the server's.
"""

import argparse
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from server import start_server, tree_mb, wait_until_up
from visitor import Visitor

from fer_core.evaluation.cost import machine
from fer_core.evaluation.metrics import METRICS
from fer_core.samples import SAMPLES

_SETTLED_SECONDS = 60
"""After all have left, until the server's memory is measured."""


@dataclass
class Outcome:
    """What a number of visitors met with.

    Attributes:
        visitors: How many there were.
        seconds: How long each act took until its run's end, by its name.
        errors: What went wrong.
        start_mb: Memory of the server and its processes together, once one visitor had opened
            every page and left.
        most_mb: Its most.
        end_mb: A minute after all had left.
        client_seconds: Processor time of all the visitors.
        server_seconds: Processor time of the server meanwhile.
        wall_seconds: How long it went on.
    """

    visitors: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    start_mb: float = 0.0
    most_mb: float = 0.0
    end_mb: float = 0.0
    client_seconds: float = 0.0
    server_seconds: float = 0.0
    wall_seconds: float = 0.0

    def told(self) -> str:
        """Returns it in lines."""
        every = [value for values in self.seconds.values() for value in values]
        lines = [
            f"{self.visitors} visitors, {self.wall_seconds:.0f} s: {len(every)} acts, "
            f"{len(self.errors)} errors; {spread(every)}",
            f"  memory {self.start_mb:.0f} MB at the start, {self.most_mb:.0f} at most, "
            f"{self.end_mb:.0f} after all had left; processor time {self.server_seconds:.0f} s of "
            f"the server, {self.client_seconds:.0f} s of the visitors",
        ]
        lines += [f"  {name:11} {spread(values)}" for name, values in self.seconds.items()]
        return "\n".join([*lines, *(f"  error: {error}" for error in self.errors[:5])])


def spread(values: list[float]) -> str:
    """Returns the middle, the late and the longest of some seconds, in words."""
    if not values:
        return "none"
    middle, high = np.percentile(values, [50, 95])
    return f"p50 {middle:.2f} s, p95 {high:.2f} s, longest {max(values):.2f} s (n = {len(values)})"


def open_uploader(visitor: Visitor) -> None:
    """Opens Classify where pictures are uploaded, and says what it asks for before."""
    visitor.open("Classify")
    if not visitor.has("classify_files"):  # the server knows its visitors' choice
        visitor.set("classify_source", ["Your pictures"])
        visitor.run()
    if visitor.has("notice_button"):
        visitor.press("notice_button")


class Script:
    """What one visitor does, act by act.

    Args:
        visitor: Who does it.
        rng: Chooses.
    """

    def __init__(self, visitor: Visitor, rng: random.Random) -> None:
        self._visitor, self._rng = visitor, rng
        self._photo = SAMPLES[0].path.read_bytes()
        self._page = ""
        self.acts: tuple[Callable[[], float], ...] = (
            self.home,
            self.comparison,
            self.control,
            self.sample,
            self.upload,
        )

    def next(self) -> Callable[[], float]:
        """Returns the next act."""
        return self._rng.choice(self.acts)

    def home(self) -> float:
        return self._visitor.open("")

    def comparison(self) -> float:
        return self._visitor.open("Model_comparison")

    def control(self) -> float:
        """Changes the measure that models are ranked by."""
        self._go_to("Model_comparison", "metric")
        self._visitor.set("metric", [self._rng.choice(list(METRICS.values())).title])
        return self._visitor.run()

    def sample(self) -> float:
        self._go_to("Classify", "classify_source")
        if not self._visitor.has("classify_sample"):
            self._visitor.set("classify_source", ["Sample"])
            self._visitor.run()
        self._visitor.set("classify_sample", [self._rng.choice(SAMPLES).title])
        return self._visitor.run()

    def upload(self) -> float:
        open_uploader(self._visitor)
        # Bytes after a JPEG's end are not read: each upload is another file.
        data = self._photo + self._rng.randbytes(16)
        return self._visitor.upload("classify_files", "photo.jpg", data)

    def _go_to(self, page: str, key: str) -> None:
        if not self._visitor.has(key):
            self._visitor.open(page)


def measure(
    visitors: int,
    minutes: float,
    pauses: tuple[float, float],
    seed: int = 0,
    acts: int | None = None,
    settle: float = _SETTLED_SECONDS,
) -> Outcome:
    """Returns what so many visitors at once meet with.

    Args:
        visitors: How many.
        minutes: For how long they act.
        pauses: Shortest and longest pause between two acts, seconds.
        seed: What they do follows from it.
        acts: After how many acts a visitor leaves, if before the time is over.
        settle: Seconds after they left until memory is measured.
    """
    outcome = Outcome(visitors)
    process, address = start_server(FER_HOSTED="1")
    try:
        wait_until_up(address)
        _warm_up(address)
        time.sleep(min(settle, 5.0))
        outcome.start_mb = outcome.most_mb = tree_mb(process.pid)
        began, own = time.monotonic(), time.process_time()
        busy = _processor_seconds(process.pid)
        until = began + 60 * minutes
        lock = threading.Lock()
        threads = [
            threading.Thread(
                target=_stay,
                args=(address, random.Random(f"{seed} {number}"), until, pauses, acts),
                kwargs={"outcome": outcome, "lock": lock},
            )
            for number in range(visitors)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(1.0)
            outcome.most_mb = max(outcome.most_mb, tree_mb(process.pid))
        outcome.wall_seconds = time.monotonic() - began
        outcome.client_seconds = time.process_time() - own
        outcome.server_seconds = _processor_seconds(process.pid) - busy
        time.sleep(settle)
        outcome.end_mb = tree_mb(process.pid)
    finally:
        process.terminate()
        process.wait()
    return outcome


def _warm_up(address: str) -> None:
    with Visitor(address) as visitor:
        script = Script(visitor, random.Random(0))
        for act in script.acts:
            act()


def _stay(
    address: str,
    rng: random.Random,
    until: float,
    pauses: tuple[float, float],
    acts: int | None,
    outcome: Outcome,
    lock: threading.Lock,
) -> None:
    """Is one visitor until the time is over."""
    time.sleep(rng.uniform(0, pauses[1]))
    done = 0
    while time.monotonic() < until and (acts is None or done < acts):
        try:
            with Visitor(address) as visitor:
                script = Script(visitor, rng)
                while time.monotonic() < until and (acts is None or done < acts):
                    act = script.next()
                    done += 1
                    seconds = act()
                    with lock:
                        outcome.seconds.setdefault(act.__name__, []).append(seconds)
                    time.sleep(rng.uniform(*pauses))
        except Exception as error:
            with lock:
                outcome.errors.append(f"{type(error).__name__}: {error}")


def _processor_seconds(pid: int) -> float:
    """Returns the processor time a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 25, 50])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--pauses", type=float, nargs=2, default=[5.0, 15.0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print(machine())
    outcomes = []
    for visitors in options.visitors:
        outcome = measure(visitors, options.minutes, tuple(options.pauses), options.seed)
        outcomes.append(asdict(outcome))
        print(outcome.told(), flush=True)
    if options.out:
        options.out.write_text(json.dumps(outcomes, indent=1))


if __name__ == "__main__":
    main()
