import re

import pytest
from waiting import PATIENCE_MS, wait_until

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("profile", ["iPhone 13", "Pixel 7"])
def test_menu_closes_after_a_tap_and_marks_the_page(profile, browser, playwright, server) -> None:
    context = browser.new_context(**playwright.devices[profile])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{server}/Style_transfer")
    page.get_by_role("heading", name="Style transfer", level=1).wait_for()
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_role("link", name="Image operations", exact=True).tap()
    page.get_by_role("heading", name="Image operations", level=1).wait_for()
    page.get_by_test_id("stExpandSidebarButton").tap()
    link = page.get_by_role("link", name="Image operations", exact=True)
    link.wait_for()
    assert link.get_attribute("aria-current") == "page"
    context.close()


def test_finger_scrolls_over_a_chart_and_a_tap_opens_the_faces_of_a_cell(
    browser, playwright, five_model_server
) -> None:
    from playwright.sync_api import TimeoutError as NotThere

    context = browser.new_context(**playwright.devices["Pixel 7"])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{five_model_server}/Model_comparison?section=Failures&first=Slim+VGG")
    page.get_by_text("Click a cell to see its faces.").first.wait_for()
    cells = page.locator(".stPlotlyChart:has(.hm) .nsewdrag").first
    cells.scroll_into_view_if_needed()
    before = cells.bounding_box()
    drag(context.new_cdp_session(page), before["x"] + 40, before["y"] + 300, up=150)
    page.wait_for_function(
        "before => document.querySelector('.stPlotlyChart:has(.hm) .nsewdrag')"
        ".getBoundingClientRect().y < before - 50",
        arg=before["y"],
    )

    def opened() -> bool:  # a tap while the page still glides only stops it
        cells.tap(position={"x": before["width"] * 6.5 / 7, "y": before["height"] * 4.5 / 7})
        try:
            page.get_by_text("sad read as neutral:").wait_for(timeout=3000)
        except NotThere:
            return False
        return True

    wait_until(opened)
    context.close()


def drag(session, x: float, y: float, up: int) -> None:
    """A finger that moves up."""

    def tell(kind: str, *heights: float) -> None:
        points = [{"x": x, "y": height} for height in heights]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    tell("touchStart", y)
    for step in range(1, 11):
        tell("touchMove", y - step * up / 10)
    tell("touchEnd")


def choose_a_model(page, server) -> None:
    page.goto(f"{server}/Model_comparison")
    page.get_by_text("Phone app", exact=True).tap()
    page.get_by_role("heading", name=re.compile("^Take ")).wait_for()
    page.get_by_role("link", name="Use this model").tap()
    page.get_by_role("heading", name="Classify", level=1).wait_for()


def read_a_photograph(page, server) -> None:
    page.goto(f"{server}/Classify")
    page.get_by_text("Grace Hopper", exact=True).tap()
    page.get_by_role("img", name=re.compile("^Grace Hopper: 1 ")).wait_for()


def operate(page, server) -> None:
    page.goto(f"{server}/Image_operations")
    page.get_by_role("heading", name="Image operations", level=1).wait_for()
    answer = page.locator(".st-key-lead")
    answer.get_by_text("Gaussian blur").wait_for()
    page.get_by_role("button", name="Remove step 2").tap()
    answer.filter(has_not_text="Gaussian blur").wait_for()


def paint(page, server) -> None:
    page.goto(f"{server}/Style_transfer")
    page.get_by_role("heading", name="Style transfer", level=1).wait_for()
    page.get_by_role("button", name="Paint it").scroll_into_view_if_needed()


def follow_a_class(page, server) -> None:
    page.goto(f"{server}/?class=1")
    page.get_by_text("1 of 8").wait_for()
    page.locator(".pixels").wait_for()


@pytest.mark.long
@pytest.mark.parametrize("profile", ["iPhone 13", "Pixel 7"])
@pytest.mark.parametrize("job", [choose_a_model, read_a_photograph, operate, paint, follow_a_class])
def test_main_jobs_are_done_with_a_finger(job, profile, browser, playwright, server) -> None:
    context = browser.new_context(**playwright.devices[profile])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    job(page, server)
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
    context.close()
