import pytest
from streamlit.testing.v1 import AppTest

from fer_core.models import REGISTRY
from fer_core.savedmodels import open_model, saved_names
from studio.card import _counted
from studio.markdown import unbroken


def page(name: str) -> None:
    from studio.card import open_card

    open_card(name)


@pytest.mark.parametrize("name", ["slim_vgg", "vgg16", "ensemble"])
def test_card_is_what_is_written_in_the_models_folder(name):
    app = AppTest.from_function(page, args=(name,), default_timeout=60).run()
    assert not app.exception and not app.error
    shown = " ".join(text.value for text in app.markdown)
    for paragraph in open_model(name).file("card.md").read_text().split("\n\n")[1:]:
        assert unbroken(paragraph.removeprefix("## ").strip()) in shown
    assert "### Licence" in shown
    drawn = [html.proto.body for html in app.get("html") if "layers" in html.proto.body]
    assert len(drawn) == (name != "ensemble")


@pytest.mark.parametrize("name", ["slim_vgg", "vgg16_finetuned", "ensemble"])
def test_card_names_no_command_where_hosted(name, limited):
    limited(hosted=1)
    app = AppTest.from_function(page, args=(name,), default_timeout=60).run()
    assert not app.exception and not app.error
    shown = " ".join(text.value for text in app.markdown)
    assert "python" not in shown and "### How it was " in shown and "### Licence" in shown


def test_stages_hold_all_parameters_of_their_network():
    for name, spec in REGISTRY.items():
        stages = spec.stages
        assert stages[0].side == 48 and stages[-1].maps == len(spec.classes), name
        assert sum(stage.parameters for stage in stages) == spec.parameters, name
        assert sum(stage.trainable for stage in stages) == spec.trainable, name


def test_frozen_trunk_is_told_apart():
    stages = REGISTRY["vgg16"].stages
    assert [stage.trainable == 0 for stage in stages] == [True] * 6 + [False] * 2
    assert [sum(stage.layers.values()) for stage in stages[1:6]] == [2, 2, 3, 3, 3]


def test_layers_are_counted_in_words():
    assert _counted("convolution 3 × 3", 1) == "convolution 3 × 3"
    assert _counted("separable convolution 3 × 3", 2) == "2 separable convolutions 3 × 3"
    assert _counted("dense layer", 2) == "2 dense layers"


def test_every_saved_model_has_a_card_that_opens():
    for name in saved_names():
        assert open_model(name).file("card.md").read_text().startswith("# "), name
