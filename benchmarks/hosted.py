"""Memory of the whole app as a public server, doing everything at once, and how soon it answers.

    python benchmarks/hosted.py [--size 384] [--visitors 10] [--seconds 240]

Starts the real server with `FER_HOSTED=1` and an empty cache, so that what is converted or worked
out once is counted. One visitor's webcam is read live in Chromium with a fake camera, a second has
a draft painted, a third has two models explained (Grad-CAM and occlusion), and ten look around
(`load.Script`). Memory is that of the server and all processes below it, shared memory counted
once (PSS); Chromium and the visitors are not in it.
"""

import argparse
import os
import random
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

import requests
from load import Script, spread
from page_camera import camera_options
from playwright.sync_api import Browser, Page, sync_playwright
from server import start_server, tree_mb, wait_until_up
from visitor import Visitor

from fer_core.evaluation.cost import machine

PATIENCE_MS = 180_000


class Watch:
    """What a server's processes take together, looked at twice a second; use in a `with` block."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self.most = 0.0
        self.since = 0.0

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()

    def say(self, what: str) -> None:
        """Prints what is held now, and at most since it was said last."""
        print(f"{what}: {tree_mb(self._pid):.0f} MB now, at most {self.since:.0f}", flush=True)
        self.since = 0.0

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            held = tree_mb(self._pid)
            self.most, self.since = max(self.most, held), max(self.since, held)


def measure(size: int, visitors: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as cache:
        process, address = start_server(FER_HOSTED="1", FER_CACHE=cache)
        try:
            wait_until_up(address)
            with Watch(process.pid) as watch, sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=camera_options(Path(cache))
                )
                _all_at_once(browser, address, watch, size, visitors, seconds)
                browser.close()
            print(f"at most, of the server and all its processes: {watch.most:.0f} MB")
        finally:
            process.terminate()
            process.wait()


def _all_at_once(
    browser: Browser, address: str, watch: Watch, size: int, visitors: int, seconds: float
) -> None:
    leave, answers, turns, faults = threading.Event(), [], [], []
    for number in range(visitors):
        args = (address, random.Random(number), leave, turns, faults)
        threading.Thread(target=_look_around, args=args, daemon=True).start()
    watch.say(f"{visitors} visitors arrive")
    watch_webcam(_new_page(browser), address)
    watch.say("a live webcam")
    explain(_new_page(browser), address)
    watch.say("two models explained")
    painter = _new_page(browser)
    begin_painting(painter, address, size)
    began = time.perf_counter()
    while painter.get_by_role("button", name="Cancel").count():
        if time.perf_counter() - began > seconds:
            print(f"cancelled: {painter.get_by_test_id('stProgress').inner_text()}")
            painter.get_by_role("button", name="Cancel").click()
            break
        answers.append(_seconds_of(f"{address}/_stcore/health"))
        painter.wait_for_timeout(1000)
    watch.say(f"a painting of {size} px, {time.perf_counter() - began:.0f} s")
    leave.set()
    print(f"visitors: {len(turns)} acts, {len(faults)} faults, {spread(turns)}")
    print(f"the health endpoint: {spread(answers)}")
    for fault in faults[:5]:
        print(f"  {fault}")


def _new_page(browser: Browser) -> Page:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def watch_webcam(page: Page, address: str) -> None:
    """Starts a webcam's video stream and waits until its face is read."""
    page.goto(f"{address}/Classify?classify_mode=Webcam")
    page.get_by_role("button", name="I understand").click()
    page.frame_locator("iframe[title*=webrtc]").get_by_role("button", name="START").click()
    page.locator(".st-key-lead", has_text="reads this face as").wait_for()


def explain(page: Page, address: str) -> None:
    """Has Model comparison's Attention drawn for a sample."""
    page.goto(f"{address}/Model_comparison?section=Attention")
    page.get_by_alt_text(re.compile("sees evidence for")).nth(1).wait_for()


def begin_painting(page: Page, address: str, size: int) -> None:
    """Presses "Paint it" for a draft of that size."""
    page.goto(f"{address}/Style_transfer")
    page.get_by_role("button", name="Paint it").wait_for()
    page.get_by_text("Draft", exact=True).click()
    slider = page.get_by_role("slider", name="Size")
    for _ in range({256: 0, 384: 2, 512: 4}[size]):
        slider.press("ArrowRight")
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Paint it").click()
    page.get_by_role("button", name="Cancel").wait_for()


def _look_around(
    address: str,
    rng: random.Random,
    leave: threading.Event,
    turns: list[float],
    faults: list[str],
) -> None:
    try:
        with Visitor(address) as visitor:
            script = Script(visitor, rng)
            while not leave.wait(rng.uniform(5, 15)):
                turns.append(script.next()())
    except Exception as error:
        faults.append(f"{type(error).__name__}: {error}")


def _seconds_of(address: str) -> float:
    started = time.perf_counter()
    requests.get(address, timeout=30)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=384, choices=(256, 384, 512))
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=240, help="after which a job is cancelled")
    asked = parser.parse_args()
    print(f"{machine()}; {os.cpu_count()} processors; load average {os.getloadavg()[0]:.1f}")
    measure(asked.size, asked.visitors, asked.seconds)


if __name__ == "__main__":
    main()
