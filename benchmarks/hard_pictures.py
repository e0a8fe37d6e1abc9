"""What eight visitors cost the server who send it hard pictures at the same time.

    python benchmarks/hard_pictures.py [--visitors 8]

Starts the real server as a public one. First one visitor after the other has one hard picture read
in Classify (large, of 16 bits, transparent, progressive, noise, a profile of colours), then all at
once; told is the most memory of the server and all its processes together (proportional set size),
and, for one who leaves while the picture is read, after how long the server is idle again.
"""

import argparse
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from load import open_uploader
from PIL import Image, ImageCms
from server import processes, start_server, tree_mb, wait_until_up
from visitor import ServerFault, Visitor

SIDE = 4898
"""24 million pixels."""


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def hard() -> dict[str, bytes]:
    """Returns pictures that take as much to decode and search as any that a public server takes."""
    slope = np.zeros((SIDE, SIDE, 3), np.uint8)
    slope[..., 0] = np.arange(SIDE) // 30
    plain = Image.fromarray(slope)
    coarse = np.random.default_rng(0).integers(0, 256, (SIDE // 8, SIDE // 8, 3), np.uint8)
    noise = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        "noise.jpg": saved(noise, "JPEG", quality=85),
        "16bits.png": saved(Image.fromarray(np.zeros((SIDE, SIDE), np.uint16)), "PNG"),
        "alpha.png": saved(plain.convert("RGBA"), "PNG", compress_level=1),
        "progressive.jpg": saved(noise, "JPEG", progressive=True, subsampling=0, quality=60),
        "huge.jpg": saved(plain.resize((9900, 9900)), "JPEG"),
        "webp.webp": saved(plain, "WEBP", lossless=True, method=0),
        "profile.jpg": saved(plain, "JPEG", icc_profile=profile),
        "deep.tif": saved(Image.fromarray(np.zeros((SIDE, SIDE), np.uint16)), "TIFF"),
    }


class Peak:
    """The most memory that a server took so far, MB."""

    def __init__(self, pid: int) -> None:
        self.most = 0.0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.most = max(self.most, tree_mb(self._pid))

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@contextmanager
def at_uploader(address: str) -> Iterator[Visitor]:
    with Visitor(address) as visitor:
        open_uploader(visitor)
        yield visitor


def read(address: str, name: str, data: bytes, told: dict[str, str]) -> None:
    try:
        with at_uploader(address) as visitor:
            seconds = visitor.upload("classify_files", name, data)
            refused = " (refused)" if visitor.says("cannot be read") else ""
            told[name] = f"{seconds:.1f} s{refused}"
    except ServerFault as fault:
        told[name] = str(fault)


def seconds_until_idle(pid: int) -> float:
    """Returns after how long the server and its processes take a tenth of a core or less."""
    began = quiet = time.monotonic()
    before = busy_seconds(pid)
    while time.monotonic() - quiet < 1.5:
        time.sleep(0.25)
        now = busy_seconds(pid)
        if now - before > 0.025:
            quiet = time.monotonic()
        before = now
    return quiet - began


def busy_seconds(pid: int) -> float:
    total = 0.0
    for process in processes(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / 100
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=8)
    options = parser.parse_args()
    pictures = list(hard().items())
    process, address = start_server(FER_HOSTED="1")
    try:
        wait_until_up(address)
        told: dict[str, str] = {}
        for _ in range(2):  # what stays, models and code, is there with the first
            read(address, "small.png", saved(Image.new("RGB", (90, 90)), "PNG"), told)
        time.sleep(45)
        idle = tree_mb(process.pid)
        print(f"idle {idle:.0f} MB")
        for name, data in pictures:
            with Peak(process.pid) as peak:
                read(address, name, data, told)
            print(f"{name:16} {len(data) / 2**20:5.1f} MB, {told[name]}: {peak.most:.0f} MB, "
                  f"{peak.most - idle:.0f} above idle", flush=True)  # fmt: skip
        for name, data in pictures:
            with at_uploader(address) as visitor:
                thread = threading.Thread(target=leave_soon, args=(visitor,))
                thread.start()
                with suppress(Exception):  # the line is cut, as it is meant to be
                    visitor.upload("classify_files", name, data)
                thread.join()
            print(f"{name:16} left: idle after {seconds_until_idle(process.pid):.1f} s", flush=True)
        time.sleep(45)
        threads = [
            threading.Thread(target=read, args=(address, *pictures[n % len(pictures)], told))
            for n in range(options.visitors)
        ]
        with Peak(process.pid) as peak:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        print(f"{options.visitors} at once: {peak.most:.0f} MB; {told}")
    finally:
        process.terminate()
        process.wait()


def leave_soon(visitor: Visitor) -> None:
    """Closes the tab a moment after the upload has arrived."""
    while not visitor.sent:
        time.sleep(0.01)
    time.sleep(0.5)
    visitor.leave()


if __name__ == "__main__":
    main()
