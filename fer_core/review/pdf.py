"""HTML as PDF: a review by an installed Chromium, a page without scripts by WeasyPrint too."""

import os
import shutil
import subprocess
import sys
import tempfile
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fer_core.common.files import write_bytes, write_text
from fer_core.errors import EvaluationError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser() -> str | None:
    """Returns the path of an installed Chromium or Chrome, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@cache
def has_weasyprint() -> bool:
    """Returns whether WeasyPrint is installed, and the library that it sets text with."""
    return find_spec("weasyprint") is not None and find_library("pango-1.0") is not None


def page_as_pdf(html: str) -> bytes:
    """Returns an HTML document without scripts and pictures as PDF.

    Args:
        html: The document; nothing that it points to is fetched.

    Raises:
        EvaluationError: If neither a Chromium nor WeasyPrint is installed, or it does not print.
    """
    if find_browser() is not None or not has_weasyprint():
        return pdf_of(html)
    # In a process of its own: once imported, it has Pillow take pictures that are cut short.
    options = ["--quiet", "--allowed-protocols", "none"]  # it fetches nothing
    command = [sys.executable, "-m", "weasyprint", *options, "-", "-"]
    try:
        done = subprocess.run(command, input=html.encode(), capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EvaluationError(f"WeasyPrint did not print the page: {error}") from error
    if done.returncode or not done.stdout:
        raise EvaluationError(f"WeasyPrint did not print the page: {done.stderr.decode()[-300:]}")
    return done.stdout


def write_pdf(html: str, path: Path) -> None:
    """Prints a self-contained HTML document to a PDF file.

    Raises:
        EvaluationError: As `pdf_of`.
    """
    write_bytes(path, pdf_of(html))


def pdf_of(html: str) -> bytes:
    """Returns a self-contained HTML document as PDF.

    Raises:
        EvaluationError: If no Chromium is installed, or it does not print.
    """
    browser = find_browser()
    if browser is None:
        raise EvaluationError(
            "A PDF needs Chromium or Chrome, and none is installed: "
            "write the review with --out review.html and print it from any browser."
        )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "review.html"
        write_text(source, html)
        printed = Path(folder) / "review.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--window-size=800,1100",
            "--virtual-time-budget=20000",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run as root with its sandbox
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EvaluationError(f"{browser} did not print the review: {error}") from error
        if done.returncode or not printed.exists():
            raise EvaluationError(
                f"{browser} did not print the review: {done.stderr.strip()[-300:]}"
            )
        return printed.read_bytes()
