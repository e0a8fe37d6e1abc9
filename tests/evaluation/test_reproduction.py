from fabricated import fabricate

from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.reproduction import as_markdown, reproduction_table
from fer_core.models import REGISTRY


def test_each_architecture_has_a_row_with_its_claim_and_our_figure(made_up_five) -> None:
    table = reproduction_table(made_up_five).set_index("model")
    assert list(table.index) == list(REGISTRY)
    dcnn = read_field(made_up_five).contenders[3]
    row = table.loc["dcnn_elu"]
    assert row["reported"] == "82.42 % (374 of 2,127 wrong)"
    assert row["test_n"] == 2127
    assert row["test_accuracy"] == round(dcnn.accuracy.value, 4)
    assert row["test_accuracy_low"] < row["test_accuracy"] < row["test_accuracy_high"]
    untrained = table.loc["bolarinwa_resnet101"]
    assert untrained["state"] == "not trained"
    assert untrained["parameters"] == 44_797_252
    assert untrained.isna()["test_accuracy"]


def test_unreadable_model_says_so_and_the_others_stay(five_models) -> None:
    (five_models / "custom_cnn" / "evaluation.json").write_text("{")
    table = reproduction_table(five_models).set_index("model")
    assert table.loc["custom_cnn", "state"].startswith("unreadable")
    assert table.loc["slim_vgg", "state"] == "trained"


def test_optimistic_figure_says_so_in_both_forms(tmp_path) -> None:
    fabricate(tmp_path, "dcnn_elu", faces=200, optimistic=True)
    fabricate(tmp_path, "custom_cnn", faces=200)
    table = reproduction_table(tmp_path)
    states = table.set_index("model")["state"]
    assert states["dcnn_elu"] == "trained, optimistic"
    assert states["custom_cnn"] == "trained"
    lines = as_markdown(table).splitlines()
    assert [line.split("|")[2].strip() for line in lines if "optimistic" in line] == ["`dcnn_elu`"]


def test_markdown_has_a_line_for_each_and_percentages(made_up_five) -> None:
    lines = as_markdown(reproduction_table(made_up_five)).splitlines()
    assert len(lines) == 2 + len(REGISTRY)
    assert len({line.count("|") for line in lines}) == 1
    dcnn = next(line for line in lines if "`dcnn_elu`" in line)
    assert "82.42 % (374 of 2,127 wrong)" in dcnn
    assert " % (" in dcnn.split("|")[5]
    assert "not trained" in next(line for line in lines if "resnet101" in line)
