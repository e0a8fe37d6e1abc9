import pytest
from waiting import PATIENCE_MS, wait_until

pytestmark = pytest.mark.e2e

LINK = (
    "/Model_comparison?section=Failures"
    "&models-fer2013=Slim+VGG&models-fer2013=Custom+CNN&models-fer2013=VGG16%2C+fine-tuned"
    "&first=Custom+CNN&second=Slim+VGG"
)


@pytest.fixture
def context(browser):
    opened = browser.new_context(viewport={"width": 1400, "height": 1200}, accept_downloads=True)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


def choose(page, label: str, option: str) -> None:
    """Takes one of a list, which is opened again if a late run of the page has closed it."""
    from playwright.sync_api import TimeoutError as NotThere

    def taken() -> bool:
        page.get_by_role("combobox", name=label).click()
        try:
            page.get_by_role("option", name=option).click(timeout=3000)
        except NotThere:
            return False
        return True

    wait_until(taken)


def test_shared_link_to_a_review_that_opens_offline(
    context, five_model_server, browser, tmp_path, artifacts
) -> None:
    page = context.new_page()
    page.goto(five_model_server + LINK)
    page.locator(".st-key-lead", has_text="Slim VGG leads at").wait_for()
    page.locator(".js-plotly-plot", has_text="Truth").nth(1).wait_for()
    captions = page.locator("[data-testid=stCaptionContainer]")
    captions.filter(has_text="Custom CNN, 3,589 test faces").wait_for()

    choose(page, "Beside it", "VGG16, fine-tuned")
    captions.filter(has_text="VGG16, fine-tuned, 3,589 test faces; rows are the truth").wait_for()
    assert "second=VGG16" in page.url
    assert "first=Custom" in page.url
    page.screenshot(path=artifacts / "comparison.png", full_page=True)

    page.get_by_role("tab", name="Take away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Review as HTML").click()
    review = tmp_path / "review.html"
    download.value.save_as(review)

    offline = browser.new_context(offline=True)
    offline.set_default_timeout(PATIENCE_MS)
    errors = []
    opened = offline.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(review.as_uri())
    opened.locator(".chart .main-svg").first.wait_for()
    charts = opened.locator("div.chart")
    assert charts.count() > 20
    for index in (0, charts.count() - 1):
        assert charts.nth(index).locator(".main-svg").count() > 0
    assert "Slim VGG leads at" in opened.inner_text("p.answer")
    assert "Bolarinwa CNN 1" not in opened.inner_text("main")
    assert errors == []
    offline.close()


def test_phone_shows_the_answer_and_scrolls_nothing_sideways(browser, five_model_server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{five_model_server}/Model_comparison?section=Robustness")
    page.locator(".st-key-lead", has_text="Slim VGG leads at").wait_for()
    page.locator(".js-plotly-plot .main-svg").nth(4).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
