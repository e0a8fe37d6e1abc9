import pytest
from waiting import PATIENCE_MS

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
