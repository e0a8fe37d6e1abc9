"""Painting in the browser: preview, cancel, again, download, and a server that still answers."""

import io
import json
import urllib.request

import pytest
from PIL import Image
from waiting import PATIENCE_MS

from fer_core.models import backbones

pytestmark = [pytest.mark.e2e, pytest.mark.backbones]

_PREVIEW = "img[alt='The picture so far']"


@pytest.fixture
def page(browser, server):
    if backbones.local_weights("vgg19") is None:
        pytest.skip("VGG19 is not on this machine (FER_BACKBONES, or the Keras cache)")
    opened = browser.new_context(viewport={"width": 1400, "height": 1300}).new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.goto(f"{server}/Style_transfer")
    opened.get_by_role("button", name="Paint it").wait_for()
    settled(opened)
    yield opened
    opened.context.close()


def settled(page) -> None:
    page.locator("[data-test-script-state=notRunning]").wait_for()


def choose_a_quick_one(page) -> None:
    page.get_by_text("Draft", exact=True).click()
    settled(page)
    slider = page.get_by_role("slider", name="Size")
    slider.press("Home")
    page.locator(".st-key-style_size", has_text="128 px").wait_for()
    settled(page)


def start(page) -> None:
    page.get_by_role("button", name="Paint it").click()
    page.get_by_role("button", name="Cancel").wait_for()


def test_paint_cancel_paint_again_download(page, server, artifacts):
    choose_a_quick_one(page)
    start(page)
    first = page.locator(_PREVIEW).get_attribute("src")
    page.wait_for_function(
        "([image, first]) => {"
        " const now = document.querySelector(image)?.src;"
        " return now && !now.endsWith(first) }",
        arg=[_PREVIEW, first],
    )
    assert urllib.request.urlopen(f"{server}/_stcore/health").read() == b"ok"
    page.screenshot(path=artifacts / "style-preview.png")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("The painting was cancelled.").wait_for()
    assert page.get_by_text("This session's paintings").count() == 0

    start(page)
    page.get_by_text("This session's paintings").wait_for()
    page.locator(".st-key-lead", has_text="in the painting").wait_for()
    settled(page)
    page.screenshot(path=artifacts / "style.png", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    image = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert image.size == (128, 128)
    record = json.loads(image.text["Style transfer"])
    assert record["options"]["quality"] == "draft"
    assert record["losses"][-1][1] < 0.2 * record["losses"][0][1]


def test_another_page_opens_while_one_is_painted(page, server, browser):
    start(page)
    page.locator(_PREVIEW).wait_for()
    other = browser.new_page()
    other.goto(f"{server}/Image_operations", timeout=PATIENCE_MS)
    other.locator("[data-testid=stMain] h1").wait_for(timeout=PATIENCE_MS)
    assert page.get_by_role("button", name="Cancel").count() == 1, "it is still being painted"
    other.close()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("The painting was cancelled.").wait_for()


def test_phone_shows_everything_within_its_width(page, artifacts):
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Paint it").scroll_into_view_if_needed()
    settled(page)
    page.screenshot(path=artifacts / "phone-Style_transfer.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
