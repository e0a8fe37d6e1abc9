"""Seconds until the Model comparison page of ten models is drawn, and drawn again; server memory.

    python benchmarks/comparison.py [--times 3]

Opened means: the answer, the ranking and the section's charts are on the screen, in a fresh server
whose first visitor this is. Drawn again means: from the click that takes a model out of the choice
to the last chart without it. Each frame of the browser is looked at, by the page's own clock: to
wait for a selector looks only each half second.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from server import memory_mb, start_server, wait_until_up

from fer_core.evaluation.cost import machine
from fer_core.settings import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from fabricated import fabricate

SEVEN = {
    "slim_vgg": 2.6,
    "custom_cnn": 2.0,
    "vgg16": 1.0,
    "vgg16_finetuned": 2.5,
    "resnet50": 0.8,
    "mini_xception": 2.2,
}
OTHERS = {"dcnn_elu": 2.6, "bolarinwa_cnn1": 1.8, "bolarinwa_cnn2": 2.2, "little_vgg": 2.1}


def seconds_to_open(page: Page, address: str) -> float:
    page.goto(f"{address}/Model_comparison", wait_until="commit")
    opened = page.wait_for_function(
        """() => {
            const answer = document.querySelector('.st-key-lead');
            const matrix = document.querySelector('.js-plotly-plot .heatmaplayer image');
            return answer?.textContent.includes('leads at') && matrix && performance.now();
        }"""
    )
    return opened.json_value() / 1000


def seconds_to_redraw(page: Page, title: str) -> float:
    """Takes a model out of the choice by its pill and waits until no chart names it."""
    page.locator(".js-plotly-plot text", has_text=title).first.wait_for()
    page.wait_for_timeout(1000)
    page.evaluate("addEventListener('click', () => { window.clicked = performance.now() }, true)")
    page.get_by_role("button", name=title, exact=True).click()
    gone = page.wait_for_function(
        """title => {
            const charts = [...document.querySelectorAll('.js-plotly-plot')];
            const done = charts.length && !charts.some(c => c.textContent.includes(title));
            return done && performance.now() - window.clicked;
        }""",
        arg=title,
    )
    return gone.json_value() / 1000


def measure(weights: Path) -> tuple[float, float, float, float]:
    """Returns seconds of the first visit, of the second, and of a redraw, and MB at the end."""
    process, address = start_server(FER_WEIGHTS=str(weights))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1400, "height": 2600})
            page.set_default_timeout(120_000)
            wait_until_up(address)
            first = seconds_to_open(page, address)
            second = seconds_to_open(page, address)
            redraw = seconds_to_redraw(page, "ResNet50, frozen")
            for section in ("Cost", "Failures", "Confidence", "Robustness", "Training"):
                page.goto(f"{address}/Model_comparison?section={section}")
                page.locator(".js-plotly-plot").nth(1).wait_for()
            memory = memory_mb(process)
            browser.close()
        return first, second, redraw, memory
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        for name, skill in (SEVEN | OTHERS).items():
            fabricate(Path(folder), name, skill)
        print(f"{machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for _ in range(times):
            first, second, redraw, memory = measure(Path(folder))
            print(
                f"first visit {first:.2f} s, second {second:.2f} s, redraw {redraw:.2f} s, "
                f"server {memory:.0f} MB"
            )


if __name__ == "__main__":
    main()
