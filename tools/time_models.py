"""Times every saved model again, in one run on one machine, so that their costs can be compared.

    python tools/time_models.py

Run it on an otherwise idle machine, with `FER_DATA` naming FER2013. Only cost is recorded anew;
the cards, the manifest and `weights/reproduction.csv` (`fer-studio compare --reports`) follow.
"""

from fer_core.cli.source import open_dataset
from fer_core.common.files import write_json, write_text
from fer_core.evaluation.evaluate import measure_cost
from fer_core.evaluation.record import read_evaluation
from fer_core.models import find
from fer_core.savedmodels import alone_with, open_model, saved_names, update_manifest
from fer_core.settings import settings
from fer_core.training.card import model_card


def main() -> None:
    """Records the cost of each saved model, and what follows from it in its folder."""
    weights, faces = settings().weights_to_write, open_dataset(None).images[:500]
    for name in saved_names(weights):
        saved = open_model(name, weights)
        run, record = saved.run(), read_evaluation(saved)
        record = record.model_copy(update={"cost": measure_cost(saved.folder, run, faces)})
        with alone_with(name, weights):
            write_json(saved.folder / "evaluation.json", record.as_json())
            write_text(saved.folder / "card.md", model_card(find(name), run.whole(), record))
            update_manifest(weights, name)
        print(f"{name}: {record.cost.milliseconds:.2f} ms a face")


if __name__ == "__main__":
    main()
