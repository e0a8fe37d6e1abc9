"""Fitting on Keras's JAX backend, in a process that has neither TensorFlow nor LiteRT."""

import json
import os
import subprocess
import sys

import numpy as np

from fer_core.models.recipe import Augmentation, Recipe
from fer_core.savedmodels import open_model
from fer_core.settings import ROOT
from fer_core.training.train import train

_FIT = """
import json, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "ai_edge_litert"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
import numpy as np
from fer_core.dataset import FaceDataset
from fer_core.models.recipe import Augmentation, Recipe
from fer_core.training.train import train
from tiny_network import registered

with np.load(sys.argv[1]) as file:
    faces = FaceDataset(file["images"], file["labels"], file["usage"])
values = json.loads(sys.argv[2])
recipe = Recipe(**values | {"augmentation": Augmentation(**values["augmentation"])})
with registered() as tiny:
    state = train(tiny, faces, recipe, fit_only=True)
print(json.dumps([str(state), sys.modules["keras"].backend.backend()]))
"""


def test_what_jax_fitted_is_converted_and_judged_here(stripes, tiny, checkpoints, tmp_path):
    augmentation = Augmentation(flip=True, rotation=5, zoom=(0.9, 1.1), camera=0.5, noise=5, blur=1)
    recipe = Recipe(epochs=2, batch_size=35, ema=0.9, mixup=0.2, augmentation=augmentation)
    faces = tmp_path / "faces.npz"  # those to learn from and to select by; none to test on
    np.savez(
        faces,
        images=stripes.images[:140],
        labels=stripes.labels[:140],
        usage=stripes.usage[:140],
    )
    answer = subprocess.run(
        [sys.executable, "-c", _FIT, str(faces), json.dumps(recipe.as_dict())],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    state, backend = json.loads(answer.stdout.splitlines()[-1])
    assert backend == "jax" and state.startswith(str(checkpoints))

    folder = train("tiny", stripes, recipe, weights=tmp_path / "weights")
    facts = open_model("tiny", folder.parent).run().as_json()
    assert facts["epochs_run"] == 2 and "jax" in facts["versions"]
