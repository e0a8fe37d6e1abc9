import sys
from datetime import date

import pytest

from fer_core.errors import EvaluationError
from fer_core.evaluation.criteria import PRESETS
from fer_core.evaluation.recommendation import recommend
from fer_core.review import pdf
from fer_core.review.decision import Decision, decision_html
from fer_core.review.document import review_html


@pytest.fixture
def decision(rankings):
    ranking = rankings[0]
    told = recommend(ranking.contenders, ranking.comparisons, PRESETS["phone"])
    other = next(one for one in ranking.contenders if one is not told.chosen)
    return Decision(
        chosen=other,
        because="it is <calm>",
        by="A. Reader",
        on=date(2026, 3, 1),
        recommendation=told,
        link="https://example.org/Model_comparison?for=Phone+app&on=x",
        faces=ranking.title,
    )


def test_page_says_what_was_chosen_why_and_what_was_recommended(decision):
    html = decision_html(decision)
    assert f"I choose <b>{decision.chosen.title}</b> because it is &lt;calm&gt;." in html
    assert "A. Reader, 1 March 2026" in html
    told = decision.recommendation
    assert f"Under these conditions {told.chosen.title} was recommended." in html
    assert "Phone app: a poor camera 35 %" in html and "at most 5 ms per face and 5 MB" in html
    assert 'href="https://example.org/Model_comparison?for=Phone+app&amp;on=x"' in html
    assert f"sha256 {decision.chosen.data[:16]}" in html
    assert "Macro-F1" in html and "<script" not in html


def test_review_begins_with_the_decision(decision, rankings):
    html = review_html(rankings[:1], decision)
    assert html.index("I choose <b>") < html.index("<h1>Model comparison</h1>")
    assert "I choose" not in review_html(rankings[:1])


@pytest.mark.skipif(not pdf.has_weasyprint(), reason="Pango, which WeasyPrint needs, is missing")
def test_page_is_printed_where_there_is_no_browser(decision, monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    secret = tmp_path / "secret.svg"
    circles = "".join(f'<circle cx="{x * x % 97}" cy="{x}" r="{x % 7}"/>' for x in range(99))
    secret.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">{circles}</svg>'
    )
    html = decision_html(decision)
    printed = pdf.page_as_pdf(html)
    assert printed.startswith(b"%PDF") and len(printed) > 5000
    # Nothing that a page points to is fetched.
    with_picture = html.replace("<footer>", f'<img src="{secret.as_uri()}"><footer>')
    assert abs(len(pdf.page_as_pdf(with_picture)) - len(printed)) < 50
    assert "weasyprint" not in sys.modules  # it would have Pillow take pictures that are cut short


def test_a_page_that_cannot_be_printed_is_told(decision, monkeypatch):
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    monkeypatch.setattr(pdf, "has_weasyprint", lambda: True)
    monkeypatch.setattr(pdf.sys, "executable", "/no/such/python")
    with pytest.raises(EvaluationError, match="WeasyPrint did not print the page"):
        pdf.page_as_pdf(decision_html(decision))


def test_without_browser_and_weasyprint_the_way_out_is_said(decision, monkeypatch):
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    monkeypatch.setattr(pdf, "has_weasyprint", lambda: False)
    with pytest.raises(EvaluationError, match="needs Chromium or Chrome"):
        pdf.page_as_pdf(decision_html(decision))
