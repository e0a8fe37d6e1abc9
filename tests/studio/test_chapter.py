from types import SimpleNamespace

import plotly.graph_objects as go
import pytest
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import Chapter
from studio.comparison import chapter as module


def contender() -> Contender:
    return object.__new__(Contender)


@pytest.fixture
def saved(monkeypatch):
    """Two saved models, and which of the two memories is asked."""
    models = (contender(), contender())
    asked = []
    monkeypatch.setattr(module, "read_saved", lambda: SimpleNamespace(contenders=models))
    for name in ("_of_all", "_of_visitor"):

        def remember(key, make, arguments, name=name):
            asked.append((name, key))
            return arguments, make(*arguments)

        monkeypatch.setattr(module, name, remember)
    return models, asked


def told(ranking, words="") -> Chapter:
    return Chapter("What?", (words,), (SimpleNamespace(figure=go.Figure()),))


def test_chapter_of_saved_models_is_for_all_and_one_with_a_visitors_is_not(saved):
    models, asked = saved
    module.tell(told, Ranking("Faces", models, ()))
    module.tell(told, Ranking("Faces", (*models, contender()), ()))
    module.tell(told, list(models))
    module.tell(told, [models[0], contender()])
    assert [name for name, _ in asked] == ["_of_all", "_of_visitor", "_of_all", "_of_visitor"]
    assert len({key for _, key in asked}) == 4


def test_same_arguments_are_the_same_chapter_and_others_are_not(saved):
    (first, second), asked = saved
    for models in ((first, second), (first, second), (second, first)):
        module.tell(told, Ranking("Faces", models, ()), "accuracy")
    module.tell(told, Ranking("Faces", (first, second), ()), "log_loss")
    keys = [key for _, key in asked]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_figures_are_inked_before_they_are_shared(saved):
    models, _ = saved
    chapter = module.tell(told, Ranking("Faces", models, ()))
    assert chapter.exhibits[0].figure.layout.font.color == GRAY_90
