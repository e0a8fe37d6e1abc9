"""Whether visitors who come, upload and leave, for an hour, leave anything behind.

    python benchmarks/churn.py [--minutes 60] [--pause 1]

One visitor after another opens a page of the real server, run as a public one, uploads something
(a photograph, a dataset, a damaged dataset, predictions) and leaves. Every minute are told: visits
and errors so far, memory of the server and its processes together, its threads and open files.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from attack import FORMS, damaged
from load import open_uploader
from server import start_server, tree_mb, wait_until_up
from visitor import Visitor

from fer_core.samples import SAMPLES

_PARQUET = FORMS["parquet"][0]()
_PREDICTIONS = FORMS["npz of predictions"][0]()
_PHOTO = SAMPLES[0].path.read_bytes()


def photograph(visitor: Visitor, rng: random.Random) -> None:
    open_uploader(visitor)
    visitor.upload("classify_files", "photo.jpg", _PHOTO + rng.randbytes(16))


def dataset(visitor: Visitor, rng: random.Random) -> None:
    visitor.open("Dataset")
    visitor.upload("dataset_file", "faces.parquet", _PARQUET)


def damaged_dataset(visitor: Visitor, rng: random.Random) -> None:
    visitor.open("Dataset")
    visitor.upload("dataset_file", "faces.parquet", damaged(_PARQUET, rng.randrange(10**6)))


def unopened(visitor: Visitor, rng: random.Random) -> None:
    """Sends a file of some MB that no page shows."""
    visitor.open("")
    urls = visitor.new_file("film.mp4")
    visitor.put(urls.upload_url, "film.mp4", [rng.randbytes(4 * 2**20)])


def pipeline(visitor: Visitor, rng: random.Random) -> None:
    visitor.open("Image_operations")


def comparison(visitor: Visitor, rng: random.Random) -> None:
    visitor.open("Model_comparison")


VISITS = (photograph, dataset, damaged_dataset, unopened, pipeline, comparison)


def visit(address: str, do: Callable[[Visitor, random.Random], None], rng: random.Random) -> None:
    """Comes, does one thing and leaves."""
    with Visitor(address) as visitor:
        do(visitor, rng)


def told(pid: int) -> str:
    """Returns what a server holds now."""
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return f"{tree_mb(pid):5.0f} MB, {threads} threads, {files} files"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1, help="seconds between two visits")
    options = parser.parse_args()
    rng, visits, errors = random.Random(0), 0, 0
    process, address = start_server(FER_HOSTED="1")
    try:
        wait_until_up(address)
        began = said = time.monotonic()
        while time.monotonic() - began < 60 * options.minutes:
            try:
                visit(address, VISITS[visits % len(VISITS)], rng)
            except Exception as error:
                errors += 1
                print(f"{type(error).__name__}: {error}", flush=True)
            visits += 1
            time.sleep(options.pause)
            if time.monotonic() - said >= 60:
                said = time.monotonic()
                minutes = (said - began) / 60
                print(f"{minutes:4.0f} min: {visits:5,} visits, {errors} errors, "
                      f"{told(process.pid)}", flush=True)  # fmt: skip
        time.sleep(60)
        print(f"a minute after the last: {told(process.pid)}")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
