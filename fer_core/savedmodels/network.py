"""A saved model as a Keras network: to explain, to export, to train on, to take features from."""

from typing import Any

from fer_core.errors import ModelNotFound
from fer_core.models import find
from fer_core.savedmodels.ensemble import read_ensemble
from fer_core.savedmodels.folder import SavedModel


def load_network(saved: SavedModel) -> Any:
    """Returns a float32 `keras.Model`: gray faces (n, 48, 48, 1), 0..255, to (n, classes).

    A model on a frozen trunk keeps only its head; the trunk comes from `models.backbones`.

    Raises:
        CorruptModel: If a file is missing or not the one saved.
        DownloadError: If the trunk is not available.
        ModelNotFound: If it is an ensemble, which has no network of its own.
    """
    if saved.is_ensemble:
        raise ModelNotFound(
            f"{saved.name} has no network of its own: it is a mean of "
            f"{', '.join(read_ensemble(saved.folder).names)}. Name one of these."
        )
    import keras

    if (saved.folder / "head.weights.h5").exists():
        from fer_core.models.transfer import head_model

        network = find(saved.name).build(len(saved.classes))
        head_model(network).load_weights(saved.file("head.weights.h5"))
        return network
    return keras.models.load_model(saved.file("model.keras"), compile=False, safe_mode=True)


def load_features(saved: SavedModel) -> Any:
    """Returns `load_network` without its classifying layer: faces to (n, features).

    Raises:
        CorruptModel: As `load_network`.
        DownloadError: Likewise.
    """
    import keras

    network = load_network(saved)
    return keras.Model(network.inputs, network.layers[-2].output)
