"""Axe finds nothing that the app could mend, on every page, light and dark, wide and on a phone."""

import pytest
from waiting import PATIENCE_MS

pytestmark = pytest.mark.e2e

WIDE, PHONE = {"width": 1400, "height": 1200}, {"width": 390, "height": 844}

STREAMLITS_OWN = {
    "presentation-role-conflict": '[data-testid="stFileUploaderDropzone"]',
    "scrollable-region-focusable": '[data-testid="stCode"] pre',
}
"""What only Streamlit can mend: by rule, the element that it draws so on any page."""

PLAIN_PAGE = """
import streamlit as st
st.title("Plain")
st.file_uploader("File")
st.code("one = 1\\n" * 60, height=100)
"""
"""A page with these elements and nothing of ours."""

COMPARISON = [
    *("Lead", "Cost", "Failures", "Confidence", "Robustness", "Photographs"),
    *("Attention", "Mistakes", "Training", "Claims", "Take+away", "Your+own"),
]
EVERY = [
    "",
    "?class=1",
    "Model_comparison?card=slim_vgg",
    "Classify?classify_mode=Webcam&live_connection=Over+the+page",
    *(f"Dataset?section={name}" for name in ["Distribution", "Samples", "Appearance", "Map"]),
    "Dataset?section=Augmentation",
    *(
        f"Dataset?section=Label+quality&doubt={way}"
        for way in ("Copies", "No+faces", "FER%2B+votes", "Doubtful+labels")
    ),
    "Image_operations",
    *(f"Model_comparison?section={name}" for name in COMPARISON),
    *(f"Classify?classify_mode={name}" for name in ["Pictures", "Webcam", "Video", "Batch"]),
    "Style_transfer",
]
SAMPLE = [
    ("", WIDE, "light"),
    ("Dataset?section=Label+quality", PHONE, "light"),
    ("Model_comparison?section=Failures", PHONE, "dark"),
    ("Classify?classify_mode=Webcam&live_connection=Over+the+page", WIDE, "dark"),
]

_UNFOLD = """() =>
  document.querySelectorAll("[data-testid=stMain] details:not([open]) > summary")
    .forEach(summary => summary.click())"""

_RUN = """async exceptions => {
  const rules = { "label-content-name-mismatch": { enabled: true } };
  const options = { resultTypes: ["violations"], elementRef: true, rules };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ element, html, failureSummary }) => ({
    rule: id,
    html: html.slice(0, 300),
    why: failureSummary.split("\\n").slice(1, 3).join(" ").trim(),
    own: Boolean(exceptions[id] && element?.matches(exceptions[id])),
  })));
}"""


@pytest.fixture
def open_page(browser):
    """Opens an address at a size and in a colour scheme, with all that is folded opened."""
    contexts = []

    def opened(address: str, size: dict[str, int], scheme: str):
        context = browser.new_context(viewport=size, color_scheme=scheme)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.locator("[data-testid=stMain] h1").wait_for()
        settle(page)
        if (button := page.get_by_role("button", name="I understand")).count():
            button.click()
            settle(page)
        page.evaluate(_UNFOLD)
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def settle(page) -> None:
    """Waits until no run of the page is under way, nor begins at once."""
    quiet = page.locator("[data-test-script-state=notRunning]")
    for _ in range(2):
        quiet.wait_for()
        page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    quiet.wait_for()


def violations(page) -> tuple[list[str], list[str]]:
    """What axe finds that is ours, and the rules that Streamlit's own elements break."""
    from axe_playwright_python.sync_playwright import Axe

    for frame in page.frames:
        frame.evaluate(Axe().axe_script)
    found = page.evaluate(_RUN, STREAMLITS_OWN)
    ours = [f"{one['rule']}: {one['html']} {one['why']}" for one in found if not one["own"]]
    return ours, [one["rule"] for one in found if one["own"]]


@pytest.mark.parametrize(("path", "size", "scheme"), SAMPLE)
def test_axe_finds_nothing_of_ours(path, size, scheme, server, open_page) -> None:
    assert violations(open_page(f"{server}/{path}", size, scheme))[0] == []


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", EVERY)
def test_axe_finds_nothing_of_ours_anywhere(path, size, scheme, server, open_page) -> None:
    assert violations(open_page(f"{server}/{path}", size, scheme))[0] == []


def test_exceptions_are_found_on_a_plain_page_of_streamlit_too(
    tmp_path, serving, open_page
) -> None:
    script = tmp_path / "plain.py"
    script.write_text(PLAIN_PAGE)
    with serving(tmp_path / "log.txt", script) as (address, _):
        assert set(violations(open_page(address, WIDE, "light"))[1]) == set(STREAMLITS_OWN)
