"""What the comparison's charts hold: the right figures, in the right places."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.charts import cost
from fer_core.charts.colours import INK, model_colour, model_symbol
from fer_core.charts.confidence import calibration_table, coverage_curves, reliability_diagram
from fer_core.charts.cost import accuracy_against_cost, pareto_front
from fer_core.charts.failures import (
    confusion,
    confusion_of,
    highest_cell,
    normalise,
    per_class,
    precision_recall_curves,
    roc_curves,
)
from fer_core.charts.heat import heat_overlay
from fer_core.charts.lead import leads, significance_matrix
from fer_core.charts.photographs import CUT, photographs_table, read_on_photographs
from fer_core.charts.ranking import ranking
from fer_core.charts.robustness import robustness_curves
from fer_core.charts.training import epoch_violins, training_curves
from fer_core.evaluation.calibration import noise_floor
from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.significance import compare_all
from fer_core.models import REGISTRY


@pytest.fixture(scope="module")
def field(made_up_five):
    return read_field(made_up_five)


@pytest.fixture(scope="module")
def seven(field):
    return best_first([c for c in field.contenders if c.protocol == "fer2013"])


@pytest.fixture(scope="module")
def comparisons(seven):
    right = {contender.name: contender.right for contender in seven}
    return compare_all(right)


def titles(contenders):
    return {contender.name: contender.title for contender in contenders}


def test_every_model_has_a_colour_and_a_marker_of_its_own() -> None:
    assert len({model_colour(name) for name in REGISTRY}) == len(REGISTRY)
    assert len({model_symbol(name) for name in REGISTRY}) == len(REGISTRY)
    assert model_colour("somebody's") == model_colour("somebody's")


def test_colours_and_markers_do_not_run_out(monkeypatch) -> None:
    names = [f"model_{place}" for place in range(52)]
    monkeypatch.setattr("fer_core.charts.colours.REGISTRY", dict.fromkeys(names))
    found = {(model_colour(name), model_symbol(name)) for name in names}
    assert len({colour for colour, _ in found}) == len({symbol for _, symbol in found}) == 52
    for colour in {model_colour(name) for name in names[13:]}:
        assert contrast(colour, "#FFFFFF") >= 3 and contrast(colour, "#0E1117") >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast of two colours."""

    def luminance(colour: str) -> float:
        values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_ranking_draws_best_first_with_intervals_and_baseline(seven) -> None:
    exhibit = ranking(seven)
    dots = [trace for trace in exhibit.figure.data if trace.error_x.array is not None]
    assert [dot.y[0] for dot in dots] == [c.title for c in seven]
    assert dots[0].x[0] == seven[0].accuracy.value
    assert dots[0].x[0] - dots[0].error_x.arrayminus[0] == pytest.approx(seven[0].accuracy.low)
    lines = [shape.x0 for shape in exhibit.figure.layout.shapes if shape.type == "line"]
    assert lines == [seven[0].judged.baseline]
    assert "3,589" in exhibit.caption
    assert exhibit.table["Accuracy"].tolist() == [c.accuracy.value for c in seven]


def test_ranking_by_a_loss_puts_the_smallest_first(seven) -> None:
    exhibit = ranking(seven, "log_loss")
    values = [trace.x[0] for trace in exhibit.figure.data]
    assert values == sorted(values)


def test_spread_of_the_calibration_error_is_not_called_an_interval(seven) -> None:
    caption = ranking(seven, "ece").caption
    assert "95 %" not in caption
    floors = [noise_floor(contender.split.probabilities) for contender in seven]
    assert f"would show {100 * min(floors):.1f} % to {100 * max(floors):.1f} %" in caption
    assert "95 % bootstrap intervals" in ranking(seven, "log_loss").caption
    alone = reliability_diagram(seven[0]).caption
    assert f"show about {100 * noise_floor(seven[0].calibrated):.1f} %" in alone


def test_people_are_drawn_only_beside_what_they_were_asked(seven) -> None:
    own = [replace(contender, protocol="own-12345678-7") for contender in seven]
    for contenders, expected in ((seven, True), (own, False)):
        exhibit = ranking(contenders)
        drawn = [shape for shape in exhibit.figure.layout.shapes if shape.type == "rect"]
        assert bool(drawn) == expected
        assert ("people" in exhibit.caption) == expected


def test_robustness_bars_are_the_recorded_intervals(seven) -> None:
    trace = robustness_curves(seven, ["blur"]).figure.data[0]
    first = seven[0].robustness.points[0].accuracy
    assert trace.error_y.array[0] == pytest.approx(first.high - first.value)
    assert trace.error_y.arrayminus[0] == pytest.approx(first.value - first.low)


def test_untrained_model_is_shown_by_its_reports_figure(field) -> None:
    ghosts = [spec for spec in field.untrained if spec.name == "bolarinwa_resnet101"]
    r4 = [c for c in field.contenders if c.protocol == "r4"]
    claims = next(t for t in ranking(r4, untrained=ghosts).figure.data if t.name == "reported")
    assert dict(zip(claims.y, claims.x, strict=True)) == {
        "Bolarinwa CNN 1": 0.64,
        "Bolarinwa ResNet101 (not trained)": 0.32,
    }


def test_leads_are_seen_from_the_leader(seven, comparisons) -> None:
    exhibit = leads(comparisons, seven[0].name, titles(seven), 3589)
    for dot in exhibit.figure.data:
        other = next(c for c in seven if c.title == dot.y[0])
        gap = seven[0].accuracy.value - other.accuracy.value
        assert dot.x[0] == pytest.approx(100 * gap)
    turned = leads(comparisons, seven[-1].name, titles(seven), 3589)
    assert all(dot.x[0] < 0 for dot in turned.figure.data)


def test_matrix_is_antisymmetric_and_gray_where_chance(seven, comparisons) -> None:
    order = [contender.name for contender in seven]
    (cells,) = significance_matrix(comparisons, order, titles(seven), 3589).figure.data
    z = np.array(cells.z, float)
    assert np.isnan(np.diag(z)).all()
    assert np.nan_to_num(z) == pytest.approx(-np.nan_to_num(z).T)
    for comparison in comparisons:
        i, j = order.index(comparison.first), order.index(comparison.second)
        assert (z[i, j] != 0) == comparison.is_real
        assert f"{100 * comparison.difference.value:+.1f}" in cells.text[i][j]


def test_front_leaves_out_what_something_cheaper_beats(field) -> None:
    models = {c.name: c for c in field.contenders}
    chosen = [models["slim_vgg"], models["vgg16_finetuned"], models["custom_cnn"]]
    front = [contender.name for contender in pareto_front(chosen, "milliseconds")]
    assert front == ["custom_cnn", "slim_vgg"]


def test_every_model_is_named_beside_its_marker_or_in_the_legend(seven) -> None:
    crowd = [
        replace(c, name=f"{c.name}-{copy}", title=f"{c.title} {copy}")
        for c in seven
        for copy in "abcdef"
    ]
    for contenders in (seven, crowd):
        markers = [
            t for t in accuracy_against_cost(contenders).figure.data if t.mode.startswith("markers")
        ]
        assert [trace.name for trace in markers] == [c.title for c in contenders]
        assert all(("text" in trace.mode) != trace.showlegend for trace in markers)
        assert any("text" in trace.mode for trace in markers)
    assert any(trace.showlegend for trace in markers), "six at one place cannot all have a label"


def test_no_label_of_the_costs_covers_another_a_marker_or_an_interval(seven) -> None:
    values = {c.name: cost.COSTS["milliseconds"].of(c.cost) for c in seven}
    points, ends = cost._pixels(seven, values, log=True)
    places = cost._places(seven, values, log=True)
    titles = {c.name: c.title for c in seven}
    boxes = [cost._label_box(*points[name], titles[name], side) for name, side in places.items()]
    boxes += [(x - 8, x + 8, y - 8, y + 8) for x, y in points.values()]
    boxes += [(x, x, *ends[name]) for name, (x, _) in points.items()]
    for number, box in enumerate(boxes[: len(places)]):
        assert not any(cost._overlap(box, other) for other in boxes[number + 1 :])


def test_without_a_cost_on_record_the_chart_is_empty(seven) -> None:
    bare = [replace(contender, cost=None) for contender in seven]
    assert not accuracy_against_cost(bare).figure.data


def test_figures_of_matrices_are_written_in_ink(seven) -> None:
    assert confusion(seven[0]).figure.data[0].textfont.color == INK


def test_cost_axis_is_logarithmic_where_costs_lie_far_apart(seven) -> None:
    assert accuracy_against_cost(seven, "parameters").figure.layout.xaxis.type == "log"
    close = [c for c in seven if c.name != "vgg16_finetuned"]
    assert accuracy_against_cost(close, "parameters").figure.layout.xaxis.type is None


def test_confusion_cells_add_up_as_they_are_said_to(seven) -> None:
    counts = confusion_of(seven[0])
    assert counts.sum() == 3589
    assert normalise(counts, "truth").sum(axis=1) == pytest.approx(np.ones(7))
    assert normalise(counts, "prediction").sum(axis=0) == pytest.approx(np.ones(7))
    cells, doors = confusion(seven[0], "counts").figure.data
    assert (np.array(cells.z) == counts).all()
    assert list(doors.text) == [f"{count:,} faces" for count in counts.ravel()]
    assert doors.customdata[1] == [seven[0].name, *seven[0].classes[:2]]


def test_two_matrices_share_one_scale(seven) -> None:
    highest = highest_cell(seven[:2], "truth")
    scales = [confusion(c, "truth", highest).figure.data[0].zmax for c in seven[:2]]
    assert scales[0] == scales[1] == highest


def test_per_class_draws_three_measures_with_support(seven) -> None:
    exhibit = per_class(seven[:2])
    assert len(exhibit.figure.data) == 6
    recall = exhibit.figure.data[1]
    assert list(recall.x) == [record.recall.value for record in seven[0].per_class]
    assert exhibit.table["Support"].iloc[:7].sum() == 3589


def test_curves_end_where_they_must_and_name_their_areas(seven) -> None:
    precision_recall = precision_recall_curves(seven[0])
    assert len(precision_recall.table) == 7
    for curve, area in zip(
        precision_recall.figure.data, precision_recall.table["Area"], strict=True
    ):
        assert curve.name.endswith(f"{area:.2f}")
        assert {min(curve.x), max(curve.x)} == {0, 1}
    for curve in roc_curves(seven[0]).figure.data[:7]:
        assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_reliability_holds_every_face_before_and_after(seven) -> None:
    table = reliability_diagram(seven[0]).table
    assert table.groupby("Scaling")["Faces"].sum().tolist() == [3589, 3589]
    row = calibration_table(seven).iloc[0]
    assert row["ECE before"] == seven[0].calibration.before.ece
    assert row["Temperature"] == seven[0].calibration.temperature


def test_answering_every_face_gives_the_plain_accuracy(seven) -> None:
    exhibit = coverage_curves(seven)
    for contender, curve in zip(seven, exhibit.figure.data, strict=True):
        assert curve.x[-1] == 1
        assert curve.y[-1] == pytest.approx(contender.accuracy.value, abs=1e-4)


def test_robustness_starts_at_the_face_as_it_is(seven) -> None:
    exhibit = robustness_curves(seven, list(CORRUPTIONS))
    assert len(exhibit.figure.data) == len(CORRUPTIONS) * len(seven)
    for trace in exhibit.figure.data:
        assert list(trace.x) == [0, 1, 2, 3, 4, 5]
    assert "1,000" in exhibit.caption


def test_photographs_show_the_cut_out_faces_first_and_every_recorded_interval(seven) -> None:
    exhibit = read_on_photographs(seven)
    traces = exhibit.figure.data
    assert exhibit.figure.layout.yaxis.ticktext[0] == CUT
    assert len(traces) == len(seven)
    for trace, contender in zip(traces, seven, strict=True):
        record = contender.end_to_end
        shares = [record.cut, *(point.right for point in record.points)]
        assert list(trace.x) == [share.value for share in shares]
        assert list(trace.error_x.array) == pytest.approx([s.high - s.value for s in shares])
    rows = [round(float(y)) for y in traces[0].y]
    assert rows == list(range(len(rows))), "each mark lies in its own row"
    assert "98.0 %" in exhibit.caption and "YuNet" in exhibit.caption


def test_conditions_that_are_not_known_here_are_left_out(seven) -> None:
    record = seven[0].end_to_end
    odd = record.points[0].model_copy(update={"condition": "under water"})
    changed = record.model_copy(update={"points": (*record.points, odd), "cut": None})
    measured = replace(seven[0], end_to_end=changed)
    assert len(photographs_table([measured])) == len(record.points)
    assert CUT not in read_on_photographs([measured]).figure.layout.yaxis.ticktext


def test_training_marks_the_epoch_that_was_kept(seven) -> None:
    history = seven[0].history
    kept = replace(seven[0], best_epoch=7)
    assert history.set_index("epoch")["val_accuracy"].idxmax() != 7
    assert training_curves(kept).figure.layout.shapes[0].x0 == 7
    assert seven[0].best_epoch == 25, "as recipe.json says"
    assert not training_curves(replace(kept, best_epoch=None)).figure.layout.shapes
    violins = epoch_violins(seven[:2], "loss")
    assert len(violins.figure.data) == 4
    assert violins.table["Median"].iloc[0] == pytest.approx(history["loss"].median())


def test_heat_brightens_only_where_it_is_positive() -> None:
    face = np.full((48, 48), 100, np.uint8)
    heat = np.zeros((48, 48))
    heat[:8, :8] = 1
    heat[40:, 40:] = -1
    overlay = heat_overlay(face, heat)
    assert overlay.shape == (288, 288, 3)
    assert (overlay[150:, 150:] == 100).all()
    assert (overlay[:30, :30].max(axis=2) > 150).all()
