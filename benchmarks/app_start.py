"""Seconds from `streamlit run` to Home painted in Chromium; server memory after ten pictures.

    python benchmarks/app_start.py [--times 3]

Painted means: the face read, its seven bars and the ranking are on the screen. Chromium is
running already, as a user's browser is.
"""

import argparse
import io
import os
import shutil
import time

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from server import memory_mb, start_server, wait_until_up

from fer_core.evaluation.cost import machine
from fer_core.samples import SAMPLES


def open_home(page: Page, address: str) -> None:
    """Goes to the address as soon as it answers, and waits until Home is painted."""
    wait_until_up(address)
    page.goto(address, wait_until="commit")
    page.locator("table.emotions .bar").nth(6).wait_for()
    page.locator("table[aria-label^=Saved] .bar").first.wait_for()


def seconds_to_home(browser: Browser) -> float:
    page = browser.new_page()
    start = time.perf_counter()
    process, address = start_server()
    try:
        open_home(page, address)
        return time.perf_counter() - start
    finally:
        page.close()
        process.terminate()
        process.wait()


def photos(count: int) -> list[bytes]:
    """Different pictures of 12 million pixels with one face each, as a phone takes them."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(count):
        picture = Image.fromarray(SAMPLES[0].picture()).resize((3464, 3464))
        noise = rng.integers(0, 20, (8, 8, 3), dtype=np.uint8)
        picture.paste(Image.fromarray(noise), (0, 0))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=90)
        found.append(file.getvalue())
    return found


def memory_after(browser: Browser, pictures: list[bytes]) -> tuple[float, float]:
    """Returns the server's memory, MB, once Home is open and after the pictures, one by one."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    process, address = start_server()
    try:
        open_home(page, address)
        before = memory_mb(process)
        page.goto(f"{address}/Classify")
        page.get_by_text("Your pictures").click()
        page.get_by_role("button", name="I understand").click()
        for number, data in enumerate(pictures):
            name = f"photo-{number}.jpg"
            file = {"name": name, "mimeType": "image/jpeg", "buffer": data}
            page.locator("input[type=file]").set_input_files([file])
            page.get_by_text(name).nth(1).wait_for()
            page.locator("[data-test-script-state=notRunning]").wait_for()
        return before, memory_mb(process)
    finally:
        page.close()
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}")
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        taken = [seconds_to_home(browser) for _ in range(times)]
        shown = ", ".join(f"{seconds:.1f}" for seconds in taken)
        print(f"streamlit run to Home painted: median {np.median(taken):.1f} s ({shown})")
        before, after = memory_after(browser, photos(10))
        print(
            f"server's memory: Home {before:.0f} MB, after ten 12-megapixel photos {after:.0f} MB"
        )
        browser.close()


if __name__ == "__main__":
    main()
