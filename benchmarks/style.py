"""What a style transfer costs: time, memory, and its loss against the TensorFlow tutorial's recipe.

    python benchmarks/style.py times              each size and quality in a fresh process
    python benchmarks/style.py recipes            the same loss lowered in other ways, at 256 px
    python benchmarks/style.py hosted             memory of the whole app, live webcam and a job,
                                                  and how soon it answers meanwhile
    python benchmarks/style.py answers            how soon it answers beside a job alone

The photo is the sample portrait, the painting `improvisation`. Seconds are wall-clock, on whatever
else the machine is doing: the load is printed with them.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_core.evaluation.cost import machine
from fer_core.samples import SAMPLES
from fer_core.settings import ROOT
from fer_core.styletransfer.options import StyleOptions
from fer_core.styletransfer.paintings import PAINTINGS

RUNS = (
    (256, "draft"),
    (256, "standard"),
    (384, "draft"),
    (384, "standard"),
    (512, "standard"),
    (768, "draft"),
)
PAINTING = "improvisation"
ADAM_STEPS = 500
ANSWERS = 10
TURNS = ("Image operations", "Classify")
"""Pages that another visitor turns to, again and again."""
LONGEST = 150
"""Seconds for which a hosted job is watched."""


class OneLevel(StyleOptions):
    """Without the pyramid: all evaluations at the final size."""

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        return ((self.size, 60),)


def one(size: int, quality: str, out: Path | None) -> None:
    """Paints once and prints what it took, as JSON: run in a process of its own."""
    started = time.perf_counter()
    from fer_core.faces import HaarDetector
    from fer_core.styletransfer.engine import stylize
    from fer_core.styletransfer.export import to_png

    photo = SAMPLES[0].picture()
    faces = HaarDetector().detect(photo)
    options = StyleOptions(size=size, quality=quality)
    result = stylize(photo, [PAINTINGS[PAINTING].picture()], options, faces=faces)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    if out is not None:
        out.write_bytes(to_png(result, ("Improvisation",)))
    last = min(step.losses.total for step in result.history if step.level == size)
    figures = {
        "size": size,
        "quality": quality,
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gb": round(usage.ru_maxrss / 2**20, 2),
        "loss": round(last, 3),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures))


def times(runs: tuple[tuple[int, str], ...], repeat: int) -> None:
    for size, quality in runs:
        for _ in range(repeat):
            command = [sys.executable, __file__, "one", "--size", str(size), "--quality", quality]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, env=quiet(), cwd=ROOT
            )
            print(done.stdout.splitlines()[-1], flush=True)


def recipes() -> None:
    """Prints seconds and final loss of L-BFGS with and without the pyramid, and of Adam."""
    import tensorflow as tf

    from fer_core.faces import HaarDetector
    from fer_core.styletransfer.engine import stylize
    from fer_core.styletransfer.network import load_network

    photo, painting, network = SAMPLES[0].picture(), PAINTINGS[PAINTING].picture(), load_network()
    faces = HaarDetector().detect(photo)

    def say(name: str, paint_it: Callable[[], list[float]]) -> None:
        started = time.perf_counter()
        losses = paint_it()
        seconds = time.perf_counter() - started
        load = os.getloadavg()[0]
        print(f"{name}: {seconds:.1f} s, loss {min(losses):.3f} (load {load:.1f})", flush=True)

    def lowered(options: StyleOptions) -> list[float]:
        result = stylize(photo, [painting], options, faces=faces, network=network)
        return [step.losses.total for step in result.history if step.level == options.size]

    for quality in ("draft", "standard"):
        say(f"L-BFGS, pyramid, {quality}", lambda q=quality: lowered(StyleOptions(quality=q)))
    say("L-BFGS, 60 evaluations at 256 px", lambda: lowered(OneLevel()))

    def adam() -> list[float]:
        objective, picture = aimed(photo, painting, network, faces)
        variable = tf.Variable(picture)
        # The tutorial's epsilon of 0.1 is small against its gradients; against ours it is large.
        optimizer = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-9)
        losses = []
        for _ in range(ADAM_STEPS):
            found, gradient = objective(variable.numpy())
            losses.append(found.total)
            optimizer.apply([tf.constant(gradient)], [variable])
            variable.assign(tf.clip_by_value(variable, 0, 1))
        losses.append(objective(variable.numpy())[0].total)
        return losses

    say(f"Adam, {ADAM_STEPS} steps at 256 px (TensorFlow tutorial)", adam)


def aimed(photo: np.ndarray, painting: np.ndarray, network, faces):
    """Returns the objective of `StyleOptions()` at 256 px, and the photo at that size."""
    from fer_core.styletransfer import engine
    from fer_core.styletransfer.losses import Objective
    from fer_core.styletransfer.network import STYLE_LAYERS

    options = StyleOptions()
    objective = Objective(
        network,
        STYLE_LAYERS,
        options.pooling,
        options.style_weight,
        options.variation_weight,
    )
    ours = engine._prepared(photo, "photo", options.size)
    theirs = engine._prepared(painting, "painting", options.size)
    small = [face.scaled(options.size / max(photo.shape)) for face in faces]
    place = 1 + engine.FACE_WEIGHT * options.face * engine.face_map(ours.shape[:2], small)
    objective.aim(ours, [theirs], (1.0,), place)
    return objective, ours


def hosted(size: int, with_webcam: bool) -> None:
    """Prints the largest memory of server and painter while a webcam, if asked, and a job run.

    Meanwhile the server's health is asked for, and another visitor turns pages. The job is a
    draft: the memory is that of the size, and beside a webcam, whose browser works on the same
    cores here, a standard one takes many minutes. It is cancelled after `LONGEST` seconds.
    """
    from playwright.sync_api import sync_playwright
    from server import start_server, wait_until_up

    process, address = start_server()
    peak, answers, turns, end = [0.0], [], [], threading.Event()

    def watch() -> None:
        while not end.wait(0.5):
            peak[0] = max(peak[0], memory_of(process.pid))

    threading.Thread(target=watch, daemon=True).start()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        film = write_film(Path(folder) / "film.mjpeg")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        wait_until_up(address)
        if with_webcam:
            watch_webcam(browser, address)
            print(f"live webcam: {memory_of(process.pid):.2f} GB", flush=True)
        other = browser.new_page()
        other.goto(address)
        other.locator("[data-testid=stMain] h1").wait_for()
        for name in TURNS:  # what is loaded once
            seconds_to_turn(other, name)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{address}/Style_transfer")
        page.get_by_role("button", name="Paint it").wait_for()
        page.get_by_text("Draft", exact=True).click()
        slider = page.get_by_role("slider", name="Size")
        for _ in range({256: 0, 384: 2, 512: 4}[size]):
            slider.press("ArrowRight")
        page.wait_for_timeout(3000)
        page.get_by_role("button", name="Paint it").click()
        page.get_by_role("button", name="Cancel").wait_for()
        started = time.perf_counter()
        while page.get_by_role("button", name="Cancel").count():
            if time.perf_counter() - started > LONGEST:
                print(f"cancelled: {page.get_by_test_id('stProgress').inner_text()}", flush=True)
                page.get_by_role("button", name="Cancel").click()
                break
            answers.append(seconds_of(f"{address}/_stcore/health"))
            if len(turns) < ANSWERS:
                turns.append(seconds_to_turn(other, TURNS[len(turns) % 2]))
            page.wait_for_timeout(1000)
        print(f"the job was watched for {time.perf_counter() - started:.0f} s", flush=True)
        browser.close()
    end.set()
    process.terminate()
    process.wait()
    print(f"peak of server and painter together: {peak[0]:.2f} GB")
    print(f"health answered in {np.median(answers):.3f} s, at most {max(answers):.3f} s")
    print(f"another page stood in {np.median(turns):.2f} s, at most {max(turns):.2f} s")
    print(f"load {os.getloadavg()[0]:.1f}")


def watch_webcam(browser, address: str) -> None:
    """Starts a webcam and waits until its face is read."""
    live = browser.new_page()
    live.set_default_timeout(120_000)
    live.goto(f"{address}/Classify?classify_mode=Webcam")
    live.get_by_role("button", name="I understand").click()
    live.frame_locator("iframe[title*=webrtc]").get_by_role("button", name="START").click()
    live.locator(".st-key-lead", has_text="reads this face as").wait_for()


def write_film(path: Path) -> Path:
    import cv2

    picture = cv2.resize(SAMPLES[0].picture(), (640, 480))[..., ::-1]
    path.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes() * 20)
    return path


def seconds_of(address: str) -> float:
    import requests

    started = time.perf_counter()
    requests.get(address, timeout=30)
    return time.perf_counter() - started


def seconds_to_turn(page, name: str) -> float:
    """Returns how long a visitor who presses a link waits for that page's title."""
    started = time.perf_counter()
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("[data-testid=stMain] h1", has_text=name).wait_for(timeout=60_000)
    return time.perf_counter() - started


def memory_of(pid: int) -> float:
    """Returns the proportional memory of a process and its children, GB; Linux only."""
    total, pids = 0, [pid]
    while pids:
        current = pids.pop()
        folder = Path("/proc") / str(current)
        try:
            lines = (folder / "smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            for task in (folder / "task").iterdir():
                pids += map(int, (task / "children").read_text().split())
        except (OSError, StopIteration):
            continue  # it ended meanwhile
    return total / 2**20


def quiet() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("times", "recipes", "hosted", "answers", "one"))
    parser.add_argument("--size", type=int)
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.what == "one":
        one(asked.size, asked.quality, asked.out)
        return
    print(machine(), flush=True)
    if asked.what == "times":
        runs = RUNS if asked.size is None else ((asked.size, asked.quality),)
        times(runs, asked.repeat)
    elif asked.what == "recipes":
        recipes()
    else:
        hosted(asked.size or 384, with_webcam=asked.what == "hosted")


if __name__ == "__main__":
    main()
