"""Seconds and memory of the dataset room and its page, on all of FER2013.

    FER_DATA=... python benchmarks/dataset.py

Writes FER2013 as csv into a temporary folder, reads it first and again, searches it for copies,
and opens the page in Chromium. What it shows is timed by the page's own clock, frame by frame. The
memory is the server's, after every section was opened.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from server import memory_mb, start_server, wait_until_up

from fer_core.audit.duplicates import find_duplicates
from fer_core.dataset import USAGES, FaceDataset, load
from fer_core.evaluation.cost import machine
from fer_core.settings import settings

BARS = (".js-plotly-plot .bars .point", 21)
SAMPLES = ("button.look", 48)
GALLERY = ("button.look", 24)
"""What must be there, and how many of it."""

CHANGES: tuple[tuple[str, str, tuple[str, int]], ...] = (
    ("label set of 3", "3 of report R3", (".js-plotly-plot .bars .point", 9)),
    ("label set of 7", "All 7", BARS),
    ("faces, not shares", "Faces", BARS),
    ("Samples", "Samples", SAMPLES),
    ("samples of fear", "fear", SAMPLES),
    ("next page", "2", SAMPLES),
    ("Appearance, first time", "Appearance", (".js-plotly-plot .scatterlayer .trace", 7)),
    ("difference of means", "Difference from the average", (".js-plotly-plot", 1)),
    ("Map, first time", "Map", (".js-plotly-plot canvas", 1)),
    ("Label quality, first time", "Label quality", GALLERY),
    ("copies across splits", "Only copies across splits", GALLERY),
    ("No faces, first time", "No faces", GALLERY),
    ("FER+ votes, first time", "FER+ votes", GALLERY),
    ("Doubtful labels, first time", "Doubtful labels", GALLERY),
    ("Distribution", "Distribution", BARS),
)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def write_csv(dataset: FaceDataset, path: Path) -> None:
    with path.open("w") as file:
        file.write("emotion,pixels,Usage\n")
        for face, label, usage in zip(dataset.images, dataset.labels, dataset.usage, strict=True):
            file.write(f"{label},{' '.join(map(str, face.ravel().tolist()))},{USAGES[usage]}\n")


def measure_loading(dataset: FaceDataset, folder: Path) -> None:
    path = folder / "fer2013.csv"
    write_csv(dataset, path)
    size = path.stat().st_size / 2**20
    print(f"csv of {size:.0f} MB, first: {seconds(lambda: load(path)):.2f} s (at most 8)")
    again = [seconds(lambda: load(path)) for _ in range(5)]
    print(f"the same from the cache: median {np.median(again):.2f} s (at most 0.5)")
    taken = seconds(lambda: find_duplicates(dataset.images))
    print(f"copies among {len(dataset):,} faces: {taken:.1f} s (at most 20)")


def settle(page: Page, there: tuple[str, int]) -> float:
    """Waits until the script has ended and its elements are there; returns seconds.

    From the last click, or from the start of the navigation where there was none.
    """
    settled = page.wait_for_function(
        """([selector, count]) => {
            const found = root => [...root.querySelectorAll('*')].reduce(
                (sum, each) => sum + each.matches(selector)
                    + (each.shadowRoot ? found(each.shadowRoot) : 0), 0);
            return document.querySelector('[data-test-script-state=notRunning]')
                && found(document) >= count && performance.now() - (window.clicked ?? 0);
        }""",
        arg=list(there),
    )
    return settled.json_value() / 1000


def press(page: Page, text: str, there: tuple[str, int]) -> float:
    page.get_by_text(text, exact=True).first.click()
    time.sleep(0.05)  # the browser sends the change, and the script's state turns to running
    return settle(page, there)


def measure_page(browser: Browser) -> None:
    process, address = start_server()
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(120_000)
    try:
        wait_until_up(address)
        page.goto(f"{address}/Classify")
        settle(page, ("h1", 1))
        page.goto(f"{address}/Dataset", wait_until="commit")
        print(f"page, first paint: {settle(page, BARS):.2f} s (at most 2)")
        page.evaluate(
            "addEventListener('click', () => { window.clicked = performance.now() }, true)"
        )
        for name, text, there in CHANGES:
            print(f"  {name}: {press(page, text, there):.2f} s")
        print(f"server's memory: {memory_mb(process):.0f} MB (at most 600)")
    finally:
        page.close()
        process.terminate()
        process.wait()


def main() -> None:
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}")
    path = settings().dataset
    if path is None:
        raise SystemExit("FER2013 is not on this machine: set FER_DATA.")
    dataset = load(path)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FER_CACHE"] = f"{folder}/cache"
        settings.cache_clear()
        measure_loading(dataset, Path(folder))
        del dataset
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            measure_page(browser)
            browser.close()


if __name__ == "__main__":
    main()
