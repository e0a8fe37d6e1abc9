import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from waiting import PATIENCE_MS

from fer_core.emotions import EMOTIONS

pytestmark = pytest.mark.e2e

_FOCUSED = "document.activeElement.shadowRoot?.activeElement?.dataset.focus"


@pytest.fixture
def faces_zip() -> bytes:
    """Fourteen noisy faces, two of each emotion; the last is a copy of the first."""
    pictures = np.random.default_rng(8).integers(0, 256, (14, 48, 48), np.uint8)
    pictures[13] = pictures[0]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, picture in enumerate(pictures):
            png = io.BytesIO()
            Image.fromarray(picture).save(png, "PNG")
            archive.writestr(f"train/{EMOTIONS[number % 7]}/{number:02d}.png", png.getvalue())
    return file.getvalue()


@pytest.fixture
def page(server, browser, faces_zip):
    """The Dataset page on the uploaded faces."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server}/Dataset")
    page.get_by_role("button", name="dataset").click()
    page.get_by_text("Upload", exact=True).click()
    upload = {"name": "faces.zip", "mimeType": "application/zip", "buffer": faces_zip}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(upload)
    page.get_by_text("14 faces, 7 emotions").wait_for()
    page.keyboard.press("Escape")
    yield page
    page.close()


def test_click_opens_a_face_and_mark_is_counted(page):
    page.get_by_role("tab", name="Samples").click()
    page.get_by_role("button", name=re.compile(r"^Row 3\b")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("What the saved models say").wait_for()
    assert "train/" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    # The keyboard is back at the face that was opened.
    page.wait_for_function(f"{_FOCUSED} === 'open 3'")

    page.get_by_role("tab", name="Label quality").click()
    page.get_by_text("2 of 14 faces").wait_for()
    mark = page.get_by_role("checkbox", name="leave out")
    mark.focus()
    page.keyboard.press("Space")
    page.get_by_text("1 face, 1 marked").wait_for()
    assert mark.is_checked()
    # Drawn again, the box still has the keyboard.
    assert mark.evaluate("box => box.getRootNode().activeElement === box")
    with page.expect_download() as download:
        page.get_by_role("button", name="Row numbers as CSV").click()
    header, line = download.value.path().read_text().splitlines()
    assert header.split(",")[:2] == ["row", "copy_of"]
    assert line.endswith("True")
