"""Visitors of a public server see no command of a shell."""

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.settings import ROOT
from studio.notice import UNDERSTOOD
from studio.terminal import without_commands

PAGES = {
    "pages/1_Dataset.py": "Samples",
    "pages/3_Model_comparison.py": "Take away",
    "pages/4_Classify.py": "Batch",
}


def _words(page: str, section: str) -> str:
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=120)
    app.switch_page(page)
    app.query_params["section"] = section
    app.query_params["classify_mode"] = section
    app.session_state[UNDERSTOOD] = True
    app.run()
    assert not app.exception
    kinds = (app.code, app.caption, app.markdown, app.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize(("page", "section"), PAGES.items())
def test_no_command_is_shown_where_hosted(page, section, five_models, limited, monkeypatch):
    monkeypatch.delenv("FER_DATA", raising=False)
    limited(hosted=1)
    assert "python -m" not in _words(page, section)


@pytest.mark.parametrize(("page", "section"), list(PAGES.items())[1:])
def test_the_command_is_shown_on_ones_own_machine(page, section, five_models):
    assert "python -m fer_core" in _words(page, section)


def test_sentences_with_a_command_are_left_out_where_hosted(limited):
    text = "`recipe.json` holds it; `python -m\nfer_core train x` trains it. All else is.\n\n## So"
    assert without_commands(text) == text
    limited(hosted=1)
    assert without_commands(text) == "`recipe.json` holds it. All else is.\n\n## So"
