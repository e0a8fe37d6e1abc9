from dataclasses import replace

import pytest

from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.criteria import CRITERIA, DOUBLING, PRESETS, Conditions
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.recommendation import is_behind, recommend
from fer_core.evaluation.significance import compare_all


@pytest.fixture(scope="module")
def seven(made_up_five):
    contenders = read_field(made_up_five).contenders
    return best_first([c for c in contenders if c.protocol == "fer2013"])


def compared(models):
    return compare_all({one.name: one.right for one in models})


def disturbed(contender, **levels):
    """The contender with another accuracy at every severity of some disturbances."""
    points = tuple(
        point.model_copy(
            update={
                "accuracy": point.accuracy.model_copy(update={"value": levels[point.corruption]})
            }
        )
        if point.corruption in levels
        else point
        for point in contender.robustness.points
    )
    record = contender.robustness.model_copy(update={"points": points})
    return replace(contender, robustness=record)


@pytest.mark.parametrize("conditions", PRESETS.values(), ids=list(PRESETS))
def test_weights_of_each_preset_are_percentages(conditions):
    assert sum(weight for _, weight in conditions.weights) == 100
    assert {name for name, _ in conditions.weights} <= CRITERIA.keys()


def test_one_model_alone_is_recommended_against_no_other(seven):
    told = recommend(seven[:1], [])
    assert "no other model is chosen" in told.text and told.chosen is seven[0]


def test_gap_that_may_be_chance_counts_for_nothing_and_the_cheaper_wins(seven):
    slim, vgg = seven[0], seven[1]
    assert not is_behind(vgg, seven, compared(seven))
    told = recommend(seven, compared(seven))
    assert told.chosen is slim and "it is the most accurate" in told.sentence
    swapped = [vgg, slim, seven[2]]
    told = recommend(swapped, compared(swapped))
    assert told.chosen is slim and "may be chance" in told.sentence
    twin = replace(slim, name="twin", title="Twin", cost=vgg.cost)
    tied = [twin, slim]
    told = recommend(tied, compared(tied))
    assert told.chosen is slim and "it is level with Twin" in told.sentence


def test_score_is_the_weighed_sum_less_the_time_worked_by_hand(seven):
    pair = [seven[0], replace(seven[0], name="slow", title="Slow")]
    cost = pair[1].cost.model_copy(update={"milliseconds": 4 * pair[0].cost.milliseconds})
    pair[1] = replace(pair[1], cost=cost)
    told = recommend(pair, compared(pair))
    assert told.scores["slim_vgg"] - told.scores["slow"] == pytest.approx(100 * 2 * DOUBLING)
    asked = PRESETS["general"]
    whole = sum(told.used[name] * CRITERIA[name].share(pair[0], asked) for name in told.used)
    assert told.scores["slim_vgg"] == pytest.approx(100 * whole)
    assert "points off for each doubling of time" in told.sentence


def test_model_that_breaks_in_bad_light_loses_to_one_that_does_not(seven):
    broken = disturbed(seven[0], **dict.fromkeys(("darkness", "noise", "contrast", "blur"), 0.15))
    models = [broken, seven[1]]
    assert recommend(models, compared(models)).chosen is seven[1]


def test_simpler_model_that_reads_more_in_noise_is_named(seven):
    worse = disturbed(seven[0], noise=0.30)
    custom = disturbed(seven[2], noise=0.32)
    assert custom.cost.parameters < worse.cost.parameters
    models = [worse, custom]
    told = recommend(models, compared(models))
    assert told.chosen is worse
    assert told.cautions == (
        "Mind noise: Custom CNN, which is simpler, reads 32.0 % of the faces in it on average, "
        "Slim VGG 30.0 %.",
    )
    assert told.cautions[0] in told.text


def test_dearer_model_that_reads_more_in_noise_is_no_caution(seven):
    models = [disturbed(seven[0], noise=0.50), disturbed(seven[1], noise=0.60)]
    assert not [told for told in recommend(models, compared(models)).cautions if "noise" in told]


def test_what_not_all_were_measured_on_is_left_out_for_all_and_said(seven):
    models = [replace(seven[0], robustness=None), seven[1]]
    told = recommend(models, compared(models))
    assert "disturbed" not in told.used and sum(told.used.values()) == pytest.approx(1)
    assert "Not measured of all, so not weighed: mean over disturbances" in told.sentence


def test_model_without_a_cost_is_not_recommended_beside_one_that_has(seven):
    models = [replace(seven[0], cost=None), seven[2]]
    assert recommend(models, compared(models)).chosen is seven[2]
    alone = [replace(seven[0], cost=None)]
    assert "its cost is not known" in recommend(alone, []).text


def test_photographs_count_only_where_all_models_were_measured_under_all_conditions(seven):
    assert "photographs" in recommend(seven, compared(seven)).used
    record = seven[1].end_to_end
    partly = record.model_copy(update={"points": record.points[:3]})
    models = [seven[0], replace(seven[1], end_to_end=partly), *seven[2:]]
    told = recommend(models, compared(models))
    assert "photographs" not in told.used
    assert "Not measured of all, so not weighed: end to end on photographs." in told.sentence


def test_the_conditions_decide(seven):
    dark = disturbed(seven[0], darkness=0.2, brightness=0.2, contrast=0.2, side_light=0.2)
    light = disturbed(seven[2], darkness=0.6, brightness=0.6, contrast=0.6, side_light=0.6)
    models = [dark, light]
    assert recommend(models, compared(models), PRESETS["stills"]).chosen is dark
    told = recommend(models, compared(models), PRESETS["dark"])
    assert told.chosen is light and "bad light 45 %" in told.sentence


def test_model_beyond_the_limits_is_not_recommended_and_named(seven):
    cheap = min(seven, key=lambda one: one.cost.milliseconds)
    within = replace(PRESETS["general"], longest=cheap.cost.milliseconds)
    told = recommend(seven, compared(seven), within)
    assert told.chosen is cheap
    others = ", ".join(one.title for one in seven if one is not cheap)
    assert f"Beyond {within.longest:g} ms per face: {others}." in told.sentence
    none = replace(PRESETS["general"], longest=0.001, largest=0.001)
    told = recommend(seven, compared(seven), none)
    assert "No model keeps to 0.001 ms per face and 0.001 MB; this one is" in told.sentence


def test_emotions_that_count_and_the_dear_one_are_weighed_by_recall_and_precision(seven):
    asked = Conditions("", (("recognised", 1), ("trusted", 1)), ("sad", "fear"), "happy", 0)
    told = recommend(seven, compared(seven), asked)
    rows = {row.name: row for row in seven[0].per_class}
    recall = (rows["sad"].recall.value + rows["fear"].recall.value) / 2
    expected = 100 * (recall + rows["happy"].precision.value) / 2
    assert told.scores[seven[0].name] == pytest.approx(expected)
    assert "recall of sad, fear 50 %, few false “happy” 50 %" in told.sentence


def test_weight_that_decides_is_named(seven):
    broken = disturbed(seven[0], **dict.fromkeys(("darkness", "noise", "contrast", "blur"), 0.15))
    models = [broken, seven[1]]
    told = recommend(models, compared(models))
    assert told.chosen is seven[1]
    assert told.hinges == (
        f"The answer hangs on the weights: without mean over disturbances it would be "
        f"{broken.title}.",
    )
    even = [seven[0], disturbed(seven[2], noise=0.1)]
    assert recommend(even, compared(even)).hinges == ()
