import numpy as np

from fer_core.savedmodels import network
from fer_core.savedmodels.network import load_features


def test_features_are_what_the_classifying_layer_is_given(monkeypatch):
    import keras

    inputs = keras.Input((48, 48, 1))
    hidden = keras.layers.Dense(5)(keras.layers.GlobalAveragePooling2D()(inputs))
    whole = keras.Model(inputs, keras.layers.Dense(7, activation="softmax")(hidden))
    monkeypatch.setattr(network, "load_network", lambda saved: whole)
    faces = np.random.default_rng(0).random((3, 48, 48, 1), np.float32)
    features = load_features(None)(faces)
    assert features.shape == (3, 5)
    np.testing.assert_allclose(whole.layers[-1](features), whole(faces), rtol=1e-5)
