import re
from dataclasses import replace

from fer_core.evaluation.claims import CLAIMS
from fer_core.review.chapters import (
    CUT_OUT,
    chapters,
    claims,
    cost,
    failures,
    lead,
    photographs,
    robustness,
    tables,
    training,
)
from fer_core.review.document import review_html


def test_chapters_answer_every_question(rankings) -> None:
    questions = [chapter.question for chapter in chapters(rankings[0])]
    assert questions == [
        "Which is best?",
        "Is the lead real?",
        "What does it cost?",
        "Where does it fail?",
        "Can its confidence be trusted?",
        "Does it survive the real world?",
        "What does a person get on a photograph?",
        "How did it train?",
        "What do others claim?",
    ]
    assert "Is the lead real?" not in [chapter.question for chapter in chapters(rankings[1])]
    assert "Does it survive the real world?" not in [c.question for c in chapters(rankings[3])]


def test_tables_are_named_after_their_charts(rankings) -> None:
    found = tables(rankings[0])
    assert {
        "ranking-accuracy",
        "leads",
        "per-class",
        "calibration",
        "robustness",
        "photographs",
    } <= set(found)
    assert all(len(table) for table in found.values())


def test_leads_are_of_the_leader_and_significance_is_of_every_pair(rankings) -> None:
    found, leader = tables(rankings[0]), rankings[0].contenders[0].title
    assert (found["leads"][["Model", "Against"]] == leader).any(axis=1).all()
    assert len(found["leads"]) == len(rankings[0].contenders) - 1 < len(found["significance"])


def test_review_is_ranked_as_the_reader_ranks(rankings) -> None:
    assert "ranking-log_loss" in tables(rankings[0], "log_loss")
    assert "is best by log-loss" in chapters(rankings[0], "log_loss")[0].sentences[0]
    assert "is best by log-loss" in review_html(rankings[:1], metric="log_loss")


def test_what_is_not_known_is_said(rankings) -> None:
    alone, common = rankings[1], rankings[3]
    assert "two models or more" in lead(alone).missing
    assert robustness(common).missing.startswith("Not measured: ")
    assert all(one.title in robustness(common).missing for one in common.contenders)
    assert training(()).missing and not training(()).exhibits
    priceless = replace(alone, contenders=tuple(replace(c, cost=None) for c in alone.contenders))
    assert "No cost" in cost(priceless).missing


def test_claims_are_held_only_against_models_of_the_same_faces(rankings) -> None:
    told = claims(rankings[0])
    (exhibit,) = told.exhibits
    drawn = {trace.name for trace in exhibit.figure.data}
    assert drawn == {"published", *(one.title for one in rankings[0].contenders)}
    assert f"Of {len(CLAIMS)} published results" in told.sentences[0]
    assert all(claim.sources and 0.5 < claim.accuracy < 0.9 for claim in CLAIMS)
    for others in rankings[1:]:
        assert not claims(others).exhibits and "seven emotions" in claims(others).missing


def test_a_reader_chooses_what_is_drawn(rankings) -> None:
    pair = rankings[0].contenders[:2]
    drawn = [exhibit.name for exhibit in failures(pair, "counts", ["ROC"]).exhibits]
    assert drawn[:3] == [*(f"confusion-{one.name}-counts" for one in pair), "per-class"]
    assert drawn[3:] == [f"roc-{one.name}" for one in pair]
    assert [exhibit.name for exhibit in cost(rankings[0], ["size"]).exhibits] == ["cost-size"]


def test_headline_is_said_to_be_of_cut_out_faces(rankings) -> None:
    chapter = photographs(rankings[0])
    assert chapter.sentences[0] == CUT_OUT and not chapter.missing
    assert len(chapter.sentences) == 1 + len(rankings[0].contenders)
    common = photographs(rankings[3])
    assert common.missing.startswith("Not measured: ") and not common.sentences


def test_captions_say_how_many_and_of_what_data(rankings) -> None:
    for ranking in rankings:
        for chapter in chapters(ranking):
            for exhibit in chapter.exhibits:
                counted = r"\d (test )?faces|the number of test faces|epochs"
                assert re.search(counted, exhibit.caption), exhibit.name
                assert "FER2013" in exhibit.caption, exhibit.name
