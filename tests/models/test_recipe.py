import json

import pytest

from fer_core.errors import TrainingError
from fer_core.models.recipe import Augmentation, Recipe


def test_recipe_comes_back_from_json() -> None:
    recipe = Recipe(
        epochs=9,
        teachers=("custom_cnn",),
        distillation=0.2,
        augmentation=Augmentation(zoom=(0.8, 1.3), flip=True),
    )
    assert Recipe.from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


def test_recipe_of_another_version_is_read_for_what_it_holds() -> None:
    found = {"epochs": 3, "of_later": 1, "augmentation": {"flip": True, "of_later": 2}}
    assert Recipe.from_dict(found) == Recipe(epochs=3, augmentation=Augmentation(flip=True))


@pytest.mark.parametrize("found", [{}, {"epochs": 3, "augmentation": 7}, {"epochs": "three"}])
def test_what_is_no_recipe_is_refused(found) -> None:
    with pytest.raises(TrainingError, match="no recipe"):
        Recipe.from_dict(found)
