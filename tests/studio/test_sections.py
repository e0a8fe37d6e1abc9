"""Tabs and list open the same section."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from studio.sections import section_is_chosen, sections

    names = ["One", "Two"]
    for name, tab in zip(names, sections(names), strict=True):
        if tab.open:
            tab.markdown(name)
    st.caption(str(section_is_chosen(names)))


def test_list_opens_a_section_and_the_address_names_it() -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    assert [one.value for one in page.markdown] == ["One"]
    assert page.caption[0].value == "False"
    page.selectbox(key="section_list").set_value("Two").run()
    assert [one.value for one in page.markdown] == ["Two"]
    assert page.query_params["section"] == "Two"
    assert page.caption[0].value == "True"


def test_address_opens_a_section_and_the_list_shows_it() -> None:
    page = AppTest.from_function(_page, default_timeout=60)
    page.query_params["section"] = "Two"
    page.run()
    assert [one.value for one in page.markdown] == ["Two"]
    assert page.selectbox(key="section_list").value == "Two"
