from fer_core.evaluation.card import model_card
from fer_core.evaluation.record import read_evaluation
from fer_core.models import find
from fer_core.savedmodels import WholeRun, open_model
from fer_core.training.recipes import REPORT, recipe_for


def test_the_card_says_what_was_recorded(saved_models):
    saved = open_model("dcnn_elu")
    record = read_evaluation(saved)
    facts = {
        "name": "dcnn_elu",
        "classes": list(saved.classes),
        "protocol": "r3",
        "parameters": 2_395_075,
        "trainable": 2_393_027,
        "faces": {"train": 17_223, "validation": 1_914},
        "best_epoch": 31,
        "epochs_run": 42,
        "minutes": 61.2,
        "machine": "a test",
        "recipe": recipe_for("dcnn_elu").as_dict(),
    }

    def card(name: str = "dcnn_elu", **changed: object) -> str:
        return model_card(find(name), WholeRun.model_validate(facts | changed), record)

    text = card()
    accuracy = record.test.metrics["accuracy"]
    whole = " ".join(text.split())
    assert f"Accuracy {accuracy.value:.1%}" in whole and f"on the {record.test.n:,} test" in whole
    assert "The report claims 82.42 %" in whole
    assert "the epoch (31 of 42)" in whole and "61 min on a test" in whole
    worst = min(record.per_class, key=lambda row: row.recall.value)
    assert f"most often {worst.name} (finds {worst.recall.value:.0%})" in whole
    assert "`python -m fer_core train dcnn_elu` trains" in whole
    assert "train dcnn_elu --epochs 8`" in card(recipe=facts["recipe"] | {"epochs": 8})
    r3 = REPORT["dcnn_elu"].adapted(protocol="r3").as_dict()
    whole_r3 = " ".join(card(recipe=r3).split())
    assert "train dcnn_elu --recipe report --protocol r3`" in whole_r3
    told = card(recipe=facts["recipe"] | {"learning_rate": 0.5})
    assert "python -m fer_core train" not in told and "recipe has changed since" in told
    told = card(epochs_run=50, best_epoch=47, warm_start={"epochs_run": 8})
    told = " ".join(told.split())
    assert "(47 of 50)" in told and "trains it again" not in told
    command = "`python -m fer_core train dcnn_elu --warm-start`"
    assert f"It went on by {command} from the best of 8 epochs trained before" in told
    assert "min for the head, after" in card("vgg16")
    assert "Article 5(1)(f)" in whole
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.startswith("# ELU DCNN\n\n") and "\n## Figures\n\n" in text
