"""Speed and memory of the webcam over the page's own connection, in Chromium with a fake camera.

    python benchmarks/page_camera.py [--sessions 3] [--delay 100] [--seconds 20] [--minutes 10]

Browser and server share this machine. A label's time runs from the moment when the browser takes
the picture until the boxes and words of its answer are in the page. `--delay` adds so many
milliseconds each way between browser and server; `--minutes` tells the memory over so long.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import cv2
import numpy as np
from clip import clip
from playwright.sync_api import Page, sync_playwright
from server import memory_mb, start_server, wait_until_up

from fer_core.evaluation.cost import machine

_WARM = 4.0
_OBSERVE = """
const frame = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".frame"))
  .find(Boolean);
window.took = [];
new MutationObserver(() => window.took.push(Number(frame.dataset.took)))
  .observe(frame, { attributes: true, attributeFilter: ["data-took"] });
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0, help="milliseconds added each way")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--minutes", type=float, help="tell the memory over so long")
    chosen = parser.parse_args()
    print(f"{machine()}; {os.cpu_count()} processors; load average {os.getloadavg()[0]:.1f}")
    process, address = start_server()
    try:
        wait_until_up(address)
        seen = delayed(address, chosen.delay / 1000) if chosen.delay else address
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=camera_options(Path(folder))
            )
            pages = [open_camera(browser.new_page(), seen) for _ in range(chosen.sessions)]
            pages[0].wait_for_timeout(1000 * _WARM)
            if chosen.minutes:
                memory(pages[0], process, chosen.minutes)
            else:
                speed(pages, chosen.seconds)
            browser.close()
    finally:
        process.terminate()


def open_camera(page: Page, address: str) -> Page:
    page.goto(f"{address}/Classify?classify_mode=Webcam&live_connection=Over+the+page")
    page.get_by_role("button", name="I understand").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".face").first.wait_for(timeout=240_000)
    page.evaluate(_OBSERVE)
    return page


def speed(pages: list[Page], seconds: float) -> None:
    for page in pages:
        page.evaluate("window.took = []")
    pages[0].wait_for_timeout(1000 * seconds)
    for number, page in enumerate(pages, start=1):
        took = page.evaluate("window.took")
        median, late = np.percentile(took, (50, 95))
        print(
            f"session {number} of {len(pages)}: {len(took) / seconds:.1f} pictures a second, "
            f"picture to label {median:.0f} ms median, {late:.0f} ms p95"
        )


def memory(page: Page, process, minutes: float) -> None:
    """Resident memory after each tenth."""
    for tenth in range(11):
        print(f"{tenth * minutes / 10:.1f} min: {memory_mb(process):.0f} MB", flush=True)
        if tenth < 10:
            page.wait_for_timeout(6000 * minutes)
    print(f"{len(page.evaluate('window.took'))} pictures were read")


def camera_options(folder: Path) -> list[str]:
    """What makes Chromium show NASA's astronaut, moving and talking, in place of a camera."""
    film = folder / "film.mjpeg"
    frames = [cv2.imencode(".jpg", shot.rgb[..., ::-1])[1].tobytes() for shot in clip(100)]
    film.write_bytes(b"".join(frames + frames[::-1]))
    return [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def delayed(address: str, seconds: float) -> str:
    """Returns the address of a way to the server that takes so long in each direction."""
    port = int(address.rsplit(":", 1)[1])
    ready: list[int] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, queue = asyncio.get_running_loop(), asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await queue.get()
                await asyncio.sleep(due - loop.time())
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        task = asyncio.create_task(deliver())
        data = b"any"
        while data:
            try:
                data = await reader.read(2**16)
            except ConnectionError:
                data = b""
            await queue.put((loop.time() + seconds, data))
        await task

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    while not ready:
        time.sleep(0.01)
    return f"http://127.0.0.1:{ready[0]}"


if __name__ == "__main__":
    main()
