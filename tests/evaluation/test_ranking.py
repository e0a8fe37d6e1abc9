from dataclasses import replace

from fabricated import fabricate

from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.ranking import rankings_of


def test_protocols_are_kept_apart_and_common_faces_come_last(rankings) -> None:
    assert [ranking.title for ranking in rankings] == [
        "FER2013, 7 emotions",
        "R3, 3 emotions",
        "R4, 4 emotions",
        "Faces common to all",
    ]
    assert [len(ranking.contenders) for ranking in rankings] == [3, 1, 1, 5]
    assert len(rankings[3].comparisons) == 10
    for ranking in rankings:
        assert len({len(contender.split) for contender in ranking.contenders}) == 1


def test_too_few_common_faces_is_said_and_the_rest_stays(made_up_five) -> None:
    contenders = read_field(made_up_five).contenders
    moved = [contenders[0], replace(contenders[3], data="elsewhere")]
    found, reason = rankings_of(moved)
    assert len(found) == 2
    assert "different data" in reason


def test_models_of_one_protocol_on_other_faces_are_rankings_of_their_own(
    made_up_five, tmp_path
) -> None:
    fabricate(tmp_path, "custom_cnn", faces=300)
    slim = read_field(made_up_five).contenders[0]
    found, reason = rankings_of([slim, *read_field(tmp_path).contenders])
    assert [len(ranking.contenders) for ranking in found] == [1, 1, 2]
    assert found[1].title.startswith("FER2013, 7 emotions, other faces")
    assert len(found[2].contenders[0].split) == 300
    assert reason is None


def test_a_ranking_knows_its_faces_and_who_leads(rankings) -> None:
    ranking = rankings[0]
    assert ranking.n == len(ranking.contenders[1].split)
    assert ranking.titles[ranking.contenders[0].name] == ranking.contenders[0].title
    best = ranking.contenders[0].name
    assert len(ranking.leads) == len(ranking.contenders) - 1
    assert all(best in (pair.first, pair.second) for pair in ranking.leads)
