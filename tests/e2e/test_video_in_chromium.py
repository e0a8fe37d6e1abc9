"""A video on the Classify page: what comes back must play in the browser that sent it."""

import io

import pandas as pd
import pytest
from clips import clip, moving
from waiting import PATIENCE_MS

from fer_core.emotions import EMOTIONS
from fer_core.inference.annotation import COLUMNS
from fer_core.samples import SAMPLES

pytestmark = pytest.mark.e2e

_FRAMES = 75
_H264 = 'video/mp4; codecs="avc1.42E01E"'
_PLAYED = "v => v.readyState >= 2 && v.videoWidth > 0 && v.currentTime > 0.3"


@pytest.fixture(scope="module")
def page(browser, server):
    """Classify with a video of three seconds that was read."""
    context = browser.new_context(viewport={"width": 1400, "height": 1300})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.goto(f"{server}/Classify?classify_mode=Video")
    opened.get_by_role("button", name="I understand").click()
    film = clip(moving(SAMPLES[0].picture(), _FRAMES, step=1.0))
    opened.locator("input[type=file]").set_input_files(
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": film}
    )
    opened.get_by_role("button", name="Read", exact=True).click()
    opened.locator(".st-key-lead", has_text="of its time").wait_for()
    yield opened
    context.close()


def test_marked_video_plays_in_the_page(page, artifacts):
    video = page.locator("[data-testid=stVideo]")
    if not video.evaluate("(v, kind) => v.canPlayType(kind)", _H264):
        pytest.skip("this Chromium has no H.264 decoder")
    video.evaluate("v => { v.muted = true; return v.play(); }")
    page.wait_for_function(_PLAYED, arg=video.element_handle())
    page.screenshot(path=artifacts / "video.png", full_page=True)
    assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == [320, 256]
    assert video.evaluate("v => v.duration") == pytest.approx(_FRAMES / 25, abs=0.1)


def test_table_has_every_promised_column(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()))
    assert list(table.columns) == [*COLUMNS, *EMOTIONS]
    assert list(table["frame"]) == list(range(_FRAMES))
    assert table["seconds"].iloc[-1] == pytest.approx((_FRAMES - 1) / 25, abs=1e-3)
    assert set(table["face"]) == {1}
    assert table[list(EMOTIONS)].sum(axis=1).between(0.999, 1.001).all()


def test_phone_shows_the_result_within_its_width(page, artifacts):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390")
    page.screenshot(path=artifacts / "phone-video.png", full_page=True)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
