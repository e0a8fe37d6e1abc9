import pytest

from fer_core.errors import TrainingError
from fer_core.models import REGISTRY
from fer_core.models.recipe import Recipe
from fer_core.training.recipes import CHEAPEST_FIRST, OURS, REPORT, recipe_for


def test_every_model_has_a_recipe_and_a_place_in_the_queue():
    assert set(OURS) == set(REGISTRY) == set(CHEAPEST_FIRST)
    assert set(REPORT) == {name for name, spec in REGISTRY.items() if spec.report != "ours"}


def test_the_reports_own_recipes_keep_their_printed_values():
    r3 = recipe_for("dcnn_elu", "report")
    assert (r3.batch_size, r3.epochs, r3.patience, r3.min_delta) == (32, 100, 11, 5e-5)
    assert r3.protocol == "r3-report"
    assert recipe_for("bolarinwa_cnn6", "report").learning_rate == 3e-3
    assert recipe_for("bolarinwa_cnn1", "report").epochs == 20
    assert (recipe_for("little_vgg", "report").epochs, REPORT["little_vgg"].monitor) == (
        25,
        "val_loss",
    )
    assert recipe_for("mini_xception", "report").epochs == 85


def test_our_own_network_has_no_report_recipe():
    with pytest.raises(TrainingError, match="No report describes slim_vgg"):
        recipe_for("slim_vgg", "report")


def test_a_recipe_that_cannot_run_says_why():
    with pytest.raises(TrainingError, match="epochs"):
        Recipe(epochs=0)
    with pytest.raises(TrainingError, match="warmup_epochs"):
        Recipe(epochs=3, schedule="cosine", warmup_epochs=3)


def test_a_warm_up_is_no_longer_than_the_epochs_allow():
    for name in OURS:
        assert recipe_for(name).adapted(epochs=1).warmup_epochs == 0
    assert recipe_for("slim_vgg").adapted(epochs=30).warmup_epochs == 3
