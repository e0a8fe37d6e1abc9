import html

import pytest
from markdown_it import MarkdownIt

from studio.markdown import code, plain, unbroken

NAMES = [
    "party 2024-06-01.jpg",
    "**me**_and_you_(1) [x](http://a.example).png",
    "# 1. <b>face</b> & `code` ~~no~~ $x^2$ | a\\b!",
    "élan – 写真 😀.webp",
    "1. first.png",
    "two\nlines\tand a tab.jpg",
]


def shown(markdown: str) -> str:
    """Returns the running text of a paragraph, or its code between backticks."""
    text = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown).strip()
    assert text.startswith("<p>") and text.endswith("</p>"), text
    return html.unescape(text[3:-4])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is(name):
    assert shown(plain(name)).replace("\u2060", "") == " ".join(name.split())


@pytest.mark.parametrize("name", NAMES)
def test_code_shows_a_name_as_it_is_but_for_backticks(name):
    expected = " ".join(name.replace("`", "'").split())
    assert shown(code(name)) == f"<code>{expected}</code>"


@pytest.mark.parametrize(
    "name", [":material/delete: a.png", ":red[x]:smile:", "www.a.example", "https://a.example"]
)
def test_icons_and_links_are_parted_by_what_nobody_sees(name):
    """Streamlit looks for them after Markdown's backslashes are gone."""
    assert plain(name).count("\u2060") >= 1
    assert shown(plain(name)).replace("\u2060", "") == name


def test_a_figure_stays_on_one_line_with_its_unit() -> None:
    assert unbroken("69.1 %, 12 ms and 48 pixels") == "69.1\u00a0%, 12\u00a0ms and 48 pixels"
    assert (
        unbroken("68.6% of 5 × 5; 65 ± 5 %").replace("\u00a0", "_") == "68.6_% of 5_×_5; 65_±_5_%"
    )
