import io
import re

import pandas as pd
import pytest
from waiting import PATIENCE_MS

from fer_core.emotions import EMOTIONS
from fer_core.images import decode
from fer_core.samples import SAMPLES

pytestmark = pytest.mark.e2e

PHOTO = SAMPLES[0]
_LEAD = ".st-key-lead"
_WIDEST = """Math.max(...Array.from(document.querySelectorAll('[data-testid=stMain] *'))
    .filter(element => !element.closest('.dvn-scroller'))  // a table scrolls within itself
    .map(element => element.getBoundingClientRect().right))"""


@pytest.fixture
def page(browser, server):
    context = browser.new_context(viewport={"width": 1400, "height": 1300})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()


def upload(page, server) -> None:
    page.goto(f"{server}/Classify")
    page.get_by_text("Your pictures").click()
    page.get_by_role("button", name="I understand").click()
    page.locator("input[type=file]").set_input_files(PHOTO.path)
    page.get_by_text(PHOTO.file, exact=True).last.wait_for()
    page.locator(_LEAD, has_text="reads this face as").wait_for()
    page.locator("table.emotions .bar").nth(6).wait_for()


def test_uploaded_face_gets_a_label_and_seven_bars(page, server, artifacts):
    upload(page, server)
    page.screenshot(path=artifacts / "classify.png", full_page=True)
    label, share = re.search(
        r"reads this face as (\w+) \(([\d.]+)\s%\)", page.inner_text(_LEAD)
    ).groups()
    assert label == "happy"

    rows = page.locator("table.emotions tr").all()
    assert [row.locator("th").inner_text() for row in rows] == list(EMOTIONS)
    figures = [float(row.locator("td").last.inner_text().rstrip(" %")) for row in rows]
    assert sum(figures) == pytest.approx(100, abs=0.4)
    assert max(figures) == figures[EMOTIONS.index(label)] == float(share)
    lengths = [row.locator(".bar").bounding_box()["width"] for row in rows]
    assert lengths.index(max(lengths)) == EMOTIONS.index(label)


def test_downloads_hold_what_the_page_shows(page, server):
    upload(page, server)
    files = {}
    for button in ("CSV", "JSON", "Marked picture"):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        files[download.value.suggested_filename] = download.value.path().read_bytes()
    assert set(files) == {"faces.csv", "faces.json", "astronaut-read.png"}
    (row,) = pd.read_csv(io.BytesIO(files["faces.csv"])).to_dict("records")
    assert (row["picture"], row["face"], row["answer"]) == (PHOTO.file, 1, "happy")
    marked, original = decode(files["astronaut-read.png"]), PHOTO.picture()
    assert marked.shape == original.shape
    assert 0.001 < (marked != original).any(axis=2).mean() < 0.05


def test_phone_shows_everything_within_its_width(page, server, artifacts):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("", "Classify"):
        page.goto(f"{server}/{path}")
        page.locator("table.emotions .bar").nth(6).wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for()
        page.screenshot(path=artifacts / f"phone-{path or 'Home'}.png")
        widest = page.evaluate(_WIDEST)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert 300 < widest <= 390


def test_nothing_is_asked_of_another_host(page, server):
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    upload(page, server)
    assert hosts <= {server.split("/")[2], ""}, hosts
