"""Words are explained where they stand, by one text."""

import ast

from fer_core.settings import ROOT
from studio.glossary import TERMS


def test_every_word_that_a_page_explains_is_in_the_glossary() -> None:
    asked = {
        leaf.value
        for path in (ROOT / "studio").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "explain"
        for leaf in ast.walk(node)
        if isinstance(leaf, ast.Constant)
    }
    assert len(asked) > 10
    assert asked <= set(TERMS)


def test_every_word_of_a_section_of_the_comparison_is_in_the_glossary() -> None:
    from studio.comparison.page import SECTIONS, WORDS

    assert set(WORDS) <= set(SECTIONS)
    assert {word for words in WORDS.values() for word in words} <= set(TERMS)
