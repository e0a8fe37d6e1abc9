"""What training makes of a face, computed in another process, by Keras on NumPy: no TensorFlow."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np

from fer_core.errors import FerError, TrainingError
from fer_core.images import FACE_SIZE
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import open_model, saved_names
from fer_core.settings import ROOT
from fer_core.training.recipes import recipe_for

TIMEOUT_SECONDS = 120


def recipe_as_trained(name: str) -> Recipe:
    """Returns a model's recipe with the augmentation and views that its saved copy was trained by.

    Raises:
        TrainingError: If there is no recipe of that name.
        CorruptModel: If the saved model's `recipe.json` is not the one that was saved.
    """
    recipe = recipe_for(name)
    saved = open_model(name).run().recipe_fields if name in saved_names() else None
    if not saved or "augmentation" not in saved:
        return recipe
    trained = Recipe.from_dict(saved)
    return replace(recipe, augmentation=trained.augmentation, views=trained.views)


def augmented(face: np.ndarray, recipe: str, count: int, seed: int) -> np.ndarray:
    """Returns a face as a model's training sees it, time and again.

    Args:
        face: uint8 of shape (48, 48).
        recipe: Name of the model whose own augmentation is applied.
        count: How often.
        seed: Of the random changes.

    Returns:
        uint8 array of shape (count, 48, 48).

    Raises:
        TrainingError: If the other process fails; its last line says why.
    """
    command = [sys.executable, "-m", __name__, recipe, str(count), str(seed)]
    try:
        done = subprocess.run(
            command,
            input=face.tobytes(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            cwd=ROOT,
            env=os.environ | {"KERAS_BACKEND": "numpy"},
        )
    except subprocess.TimeoutExpired as error:
        raise TrainingError(
            f"Augmentation took over {TIMEOUT_SECONDS} s. Try again when the machine is idle."
        ) from error
    if done.returncode or len(done.stdout) != count * FACE_SIZE**2:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise TrainingError(f"Augmentation failed: {lines[-1] if lines else 'no reason given'}")
    return np.frombuffer(done.stdout, np.uint8).reshape(count, FACE_SIZE, FACE_SIZE)


def augment_here(face: np.ndarray, recipe: str, count: int, seed: int) -> np.ndarray:
    """Does what `augmented` promises in this process; imports Keras and its backend."""
    import keras

    from fer_core.training.augmentation import augmentation_layers

    layers = augmentation_layers(recipe_as_trained(recipe).augmentation, seed)
    faces = np.repeat(face[None, :, :, None].astype(np.float32), count, axis=0)
    for layer in layers:
        faces = layer(faces, training=True)
    values = keras.ops.convert_to_numpy(faces)[..., 0]
    result: np.ndarray = np.clip(values, 0, 255).round().astype(np.uint8)
    return result


def _main(recipe: str, count: str, seed: str) -> None:
    """Reads one face as 2,304 gray bytes and writes as many changed ones as are asked for."""
    face = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(FACE_SIZE, FACE_SIZE)
    try:
        faces = augment_here(face, recipe, int(count), int(seed))
    except FerError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(faces.tobytes())


if __name__ == "__main__":
    _main(*sys.argv[1:])
