"""What a batch costs beside the reading, and what its engines make of two processors.

    python benchmarks/scale.py overhead [--pictures 5000000]
    python benchmarks/scale.py engines [--pictures 100000] [--model slim_vgg]
    python benchmarks/scale.py look [--rows 10000000]

`overhead` lists URIs that are nowhere and reads them by a reader that answers at once. `engines`
writes small JPEGs made from the faces of FER2013 (FER_DATA) and reads each, taken as one face, by a
plain loop (a fifth of them), by two plain processes, by `local` and by `ray` with two workers: once
without what starting takes (to the first shard) and once with it. `look` writes the shards of a run
of so many faces and asks what the page asks. Run it on an idle machine.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fer_core.evaluation.cost import machine
from fer_core.inference.batch import Reader, Row
from fer_core.scale.dest import Dest
from fer_core.scale.engines import local, on_ray
from fer_core.scale.job import Job
from fer_core.scale.manifest import Entry, Manifest
from fer_core.scale.run import MANIFEST, Plan, make_plan, read_left, status_of
from fer_core.scale.shard import Shard, shard_file

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


class Instant(Reader[Entry]):
    """Answers one face without looking."""

    at_once = 32

    def __call__(self, item: Entry) -> list[Row]:
        number = hash(item.uri) % 1000 / 1000
        answer = CLASSES[int(number * 7)]
        shares = dict.fromkeys(CLASSES, round((1 - number) / 7, 4))
        return [
            {
                "picture": item.uri,
                "face": 1,
                **dict.fromkeys(("left", "top", "width", "height"), 90),
                "landmarks": [[1.0, 2.0]] * 5,
                "score": 0.9,
                "unreadable": "",
                "answer": answer,
                "label": answer,
                "confidence": round(number, 4),
                **shares,
            }
        ]


@dataclass(frozen=True)
class InstantJob(Job):
    """Reads by an `Instant`."""

    def reader(self) -> Any:
        return Instant()


INSTANT = InstantJob("instant", "0" * 64, CLASSES, "haar_alt2", 0.5, False, "0")


def peak_mb() -> float:
    """Returns the most memory that this process had; `ru_maxrss` would tell its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def overhead(folder: Path, pictures: int) -> None:
    listed = folder / "list.txt"
    with listed.open("w") as file:
        for number in range(pictures):
            file.write(f"s3://photographs/{number // 10_000:05d}/IMG_{number:08d}.jpg\n")
    print(f"memory before: {peak_mb():.0f} MB", flush=True)
    dest = Dest(str(folder / "dest"))
    began = time.perf_counter()
    plan = replace(make_plan(dest, str(listed), INSTANT), job=INSTANT)
    seconds = time.perf_counter() - began
    size = (folder / "dest" / MANIFEST).stat().st_size / 2**20
    print(
        f"manifest of {plan.pictures:,} URIs: {seconds:.1f} s, {size:.0f} MB; "
        f"memory at most {peak_mb():.0f} MB",
        flush=True,
    )
    began = time.perf_counter()
    for _ in read_left(dest, plan, range(plan.shards), local.read_shards, 2):
        pass
    seconds = time.perf_counter() - began
    print(
        f"{plan.shards:,} shards by two processes that answer at once: {seconds:.0f} s, "
        f"{1000 * seconds / plan.pictures:.3f} ms a picture; memory of the driver at most "
        f"{peak_mb():.0f} MB",
        flush=True,
    )
    began = time.perf_counter()
    status = status_of(dest)
    print(f"status of {status.done:,} shards: {time.perf_counter() - began:.1f} s")


def write_faces(folder: Path, pictures: int) -> None:
    """Writes each face of FER2013 until there are so many, each as a JPEG of 96 x 96."""
    from PIL import Image

    from fer_core.dataset import load
    from fer_core.settings import settings

    faces = load(settings().dataset).images
    for number in range(pictures):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        face = Image.fromarray(faces[number % len(faces)]).resize((96, 96))
        face.save(place / f"{number:06d}.jpg", quality=90 + number // len(faces))


def plain(dest: Dest, plan: Plan, wanted: range) -> tuple[int, float, float]:
    """Reads shards in a loop; returns how many pictures, and when the first and last were there."""
    import cv2

    cv2.setNumThreads(1)
    reader, read, first = plan.job.reader(), 0, 0.0
    with dest.lent(MANIFEST) as path, Manifest(path) as manifest:
        for index in wanted:
            shard = Shard(index, plan.shards, list(manifest.entries(*plan.range_of(index))))
            dest.write(shard.name, shard_file(shard, map(reader, shard.entries), plan.job))
            read += len(shard.entries)
            first = first or time.time()
    return read, first, time.time()


def plain_process(dest: Dest, begin: int, end: int) -> subprocess.Popen:
    command = [sys.executable, __file__, "plain", dest.uri, str(begin), str(end)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def engines(folder: Path, pictures: int, model: str) -> None:
    began = time.perf_counter()
    write_faces(folder / "faces", pictures)
    print(f"{pictures:,} faces written in {time.perf_counter() - began:.0f} s", flush=True)
    job = Job.of(model, "haar_alt2", None, True, "0")
    source, shards = str(folder / "faces"), pictures // 1000

    def begun(name: str) -> tuple[Dest, Plan]:
        dest = Dest(str(folder / name))
        return dest, make_plan(dest, source, job, shards)

    def tell(name: str, read: int, seconds: float, warm: float, workers: int) -> None:
        print(
            f"{name}: {read:,} pictures in {seconds:.1f} s, {read / seconds:.1f} a second; "
            f"without starting {warm:.1f} a second, {warm / workers:.1f} a worker",
            flush=True,
        )

    dest, plan = begun("loop")
    part = max(2, plan.shards // 5)
    size, start = sum(map(plan.size_of, range(part))), time.time()
    with plain_process(dest, 0, part) as process:
        read, first, last = eval(process.stdout.read())
    tell("plain loop", read, last - start, (read - plan.size_of(0)) / (last - first), 1)
    assert read == size

    dest, plan = begun("two")
    middle, start = plan.shards // 2, time.time()
    processes = [plain_process(dest, 0, middle), plain_process(dest, middle, plan.shards)]
    ends = [eval(process.communicate()[0]) for process in processes]
    warm = sum((n - plan.size_of(0)) / (last - first) for n, first, last in ends)
    last = max(end for *_, end in ends)
    tell("two plain processes", plan.pictures, last - start, warm, 2)

    for name, engine in (("local", local.read_shards), ("ray", on_ray.read_shards)):
        dest, plan = begun(name)
        start, ends = time.time(), []
        for _ in read_left(dest, plan, range(plan.shards), engine, 2):
            ends.append(time.time())
        skipped = 2  # by then all workers are there
        left = sum(map(plan.size_of, range(skipped, plan.shards)))
        warm = left / (ends[-1] - ends[skipped - 1])
        tell(name, plan.pictures, ends[-1] - start, warm, 2)
        print(f"  memory of the driver at most {peak_mb():.0f} MB", flush=True)


def look(folder: Path, rows: int) -> None:
    """Writes the shards of a finished run, then asks in a fresh process what the page asks."""
    dest = Dest(str(folder / "dest"))
    (folder / "one.txt").write_text("".join(f"/photos/{n}.jpg\n" for n in range(rows)))
    job = replace(INSTANT, model="slim_vgg")
    plan = replace(make_plan(dest, str(folder / "one.txt"), job), job=job)
    size = plan.size_of(0)
    found = [Instant()(Entry(f"s3://photos/{n}.jpg")) for n in range(size + 1)]
    for index in range(plan.shards):
        start = 1_500_000_000 + index * 100_000
        entries = [
            Entry(f"s3://photos/{index // 40:03d}/{index:05d}-{n}.jpg", modified=start + n)
            for n in range(plan.size_of(index))
        ]
        shard = Shard(index, plan.shards, entries)
        dest.write(shard.name, shard_file(shard, found[: len(entries)], job))
    size = sum(dest.names().values()) / 2**20
    print(f"{rows:,} rows in {plan.shards:,} shards, {size:.0f} MB", flush=True)
    subprocess.run([sys.executable, __file__, "ask", dest.uri], check=True)


def ask(uri: str) -> None:
    """Opens Classify's view of a run as a visitor would, without a browser."""
    from streamlit.testing.v1 import AppTest

    from fer_core.settings import ROOT
    from studio.classify.modes import BATCH, MODE
    from studio.notice import UNDERSTOOD

    page = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=300)
    page.switch_page("pages/4_Classify.py")
    page.session_state[MODE] = BATCH
    page.session_state[UNDERSTOOD] = True
    page.session_state["batch_what"] = "Results of a run"
    page.run()
    before = peak_mb()
    for time_of in ("first", "second"):
        page.session_state["batch_dest"] = uri
        began = time.perf_counter()
        page.run()
        seconds = time.perf_counter() - began
        assert not page.exception and not page.error
        print(page.main.markdown[0].value)
        print(
            f"{time_of} look: {seconds:.2f} s; memory of the server {before:.0f} MB before, "
            f"{peak_mb():.0f} MB at most",
            flush=True,
        )


def main() -> None:
    if sys.argv[1:2] == ["plain"]:
        from fer_core.scale.run import open_plan

        dest = Dest(sys.argv[2])
        print(plain(dest, open_plan(dest), range(*map(int, sys.argv[3:]))))
        return
    if sys.argv[1:2] == ["ask"]:
        ask(sys.argv[2])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("overhead", "engines", "look"))
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--model", default="slim_vgg")
    asked = parser.parse_args()
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}", flush=True)
    folder = Path(tempfile.mkdtemp())
    try:
        if asked.what == "overhead":
            overhead(folder, asked.pictures or 5_000_000)
        elif asked.what == "engines":
            engines(folder, asked.pictures or 100_000, asked.model)
        else:
            look(folder, asked.rows)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
