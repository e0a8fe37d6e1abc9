import pytest
from streamlit.testing.v1 import AppTest

from fer_core.settings import ROOT
from studio.home.lesson import SCREENS


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=120)
    app.query_params["class"] = "1"
    return app


def said(page: AppTest) -> str:
    return " ".join(text.value for text in page.main.markdown)


def test_eight_screens_are_turned_one_by_one_and_back(page) -> None:
    page.run()
    for number, (question, _) in enumerate(SCREENS, start=1):
        assert not page.exception and not page.error
        assert f"{number} of 8 · **{question}**" in said(page)
        if number < len(SCREENS):
            page.button(key="lesson_Next").click().run()
    assert page.button(key="lesson_Next").disabled
    page.button(key="lesson_Back").click().run()
    assert "7 of 8" in said(page)
    next(button for button in page.button if button.label == "End the class").click().run()
    assert not page.exception and "of 8" not in said(page)


def test_disturbance_changes_what_is_answered(page) -> None:
    page.session_state["lesson_step"] = 4
    page.run()
    before = said(page)
    page.slider[0].set_value(0).run()
    assert said(page) != before and "happy" in said(page)


def test_fewer_answers_are_right_more_often(page) -> None:
    page.session_state["lesson_step"] = 5
    page.run()
    first = [float(metric.value.split()[0]) for metric in page.metric]
    page.slider[0].set_value(90).run()
    then = [float(metric.value.split()[0]) for metric in page.metric]
    assert then[0] < first[0] and then[1] > first[1]


def test_home_leads_to_it_and_its_usual_address_does_not(page) -> None:
    del page.query_params["class"]
    page.run()
    assert "of 8" not in said(page)
    links = [link.proto.label for link in page.get("page_link")]
    assert any("For a class" in label for label in links)
