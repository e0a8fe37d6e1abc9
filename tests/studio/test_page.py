"""What every page begins with."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.settings import ROOT
from studio import compat


@pytest.mark.parametrize("page", ["pages/1_Dataset.py", "pages/3_Model_comparison.py"])
def test_browser_is_told_to_fetch_the_plotly_that_streamlit_serves(page: str) -> None:
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60).switch_page(page).run()
    assert not app.exception
    (script,) = compat.chart_scripts()
    told = [element.proto for element in app.sidebar.get("html")]
    assert len(told) == 1
    assert f'import("{script}")' in told[0].body
    assert told[0].unsafe_allow_javascript


def test_page_without_charts_fetches_none() -> None:
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app = app.switch_page("pages/2_Image_operations.py").run()
    assert not app.exception
    assert not app.sidebar.get("html")


def test_each_page_has_an_icon_of_its_own_in_the_navigation() -> None:
    look = (ROOT / "studio" / "page.css").read_text()
    rules = re.findall(r'NavLink"\](\[href\$="/\w+"\])?::before \{[^}]*content: "(\w+)"', look)
    pages = {page.stem.split("_", 1)[1] for page in (ROOT / "pages").glob("*.py")}
    assert {where for where, _ in rules} == {"", *(f'[href$="/{page}"]' for page in pages)}
    assert len({icon for _, icon in rules}) == len(rules)
