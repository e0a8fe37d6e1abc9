import csv
import io
import re
from urllib.parse import unquote

import pytest
from fabricated import fabricate

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.ranking import rankings_of
from fer_core.review import pdf
from fer_core.review.chapters import chapters
from fer_core.review.document import review_html


def test_optimistic_model_is_marked_wherever_the_review_names_it(tmp_path) -> None:
    fabricate(tmp_path, "dcnn_elu", faces=300, optimistic=True)
    (ranking,), _ = rankings_of(read_field(tmp_path).contenders)
    assert ranking.contenders[0].title == "ELU DCNN (optimistic)"
    best = chapters(ranking)[0]
    assert "the same faces chose the best epoch: ELU DCNN (optimistic)." in best.sentences[1]
    assert best.exhibits[0].table["Model"].tolist() == ["ELU DCNN (optimistic)"]
    html = review_html([ranking])
    names = html[html.rindex("</style>") :].count("ELU DCNN")
    assert names == html.count("ELU DCNN (optimistic)") > 10


def test_review_holds_everything_and_asks_for_nothing(rankings) -> None:
    html = review_html(rankings[:2])
    exhibits = sum(
        len(chapter.exhibits) for ranking in rankings[:2] for chapter in chapters(ranking)
    )
    assert html.count('<script type="application/json"') == exhibits > 20
    assert html.count("<figcaption>") == exhibits
    assert "Slim VGG leads at" in html
    ours = html[: html.index("<script>")] + html[html.rindex("<script>") :]
    assert not re.findall(r'(?:src|href)="(?!data:)', ours)
    assert "@import" not in ours
    names = re.findall(r'download="([^"]+)\.csv" href="data:text/csv;charset=utf-8,([^"]*)"', html)
    assert len(names) == exhibits
    rows = list(csv.DictReader(io.StringIO(unquote(dict(names)["ranking-accuracy"]))))
    assert len(rows) in {1, 3}


def test_names_from_outside_cannot_break_out_of_the_page(rankings) -> None:
    from dataclasses import replace

    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    outsider = replace(rankings[0].contenders[0], name=evil, title=evil)
    ranking = replace(rankings[0], contenders=(outsider,), comparisons=())
    html = review_html([ranking])
    body = html[: html.rindex("<script>")]
    assert "<script>alert" not in body
    assert "<img" not in body.split("</style>")[1].split("<script>")[0]


def test_pdf_without_chromium_is_one_clear_sentence(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(EvaluationError, match=r"needs Chromium .* --out review\.html"):
        pdf.write_pdf("<p>", tmp_path / "review.pdf")


def test_pdf_of_before_is_not_taken_for_a_new_one(monkeypatch, tmp_path) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho nothing to print >&2\n")
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "find_browser", lambda: str(browser))
    (tmp_path / "review.pdf").write_bytes(b"%PDF-old")
    with pytest.raises(EvaluationError, match="nothing to print"):
        pdf.write_pdf("<p>", tmp_path / "review.pdf")
    assert (tmp_path / "review.pdf").read_bytes() == b"%PDF-old"


def test_pdf_is_printed_where_chromium_is(tmp_path) -> None:
    if pdf.find_browser() is None:
        pytest.skip("no Chromium is installed")
    pdf.write_pdf("<h1>Review</h1>", tmp_path / "deep" / "review.pdf")
    assert (tmp_path / "deep" / "review.pdf").read_bytes().startswith(b"%PDF-")
