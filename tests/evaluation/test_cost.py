import numpy as np
import pytest

from fer_core.evaluation.cost import machine, milliseconds_per_face, multiply_accumulates
from fer_core.savedmodels.convert import convert_litert


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Convolution 3x3 valid to 8, depth-wise 3x3 same, pooling by 4, 7 classes."""
    import keras

    layers = keras.layers
    inputs = keras.Input((48, 48, 1))
    x = layers.Conv2D(8, 3)(inputs)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Flatten()(layers.MaxPooling2D(4)(x))
    outputs = layers.Dense(7, activation="softmax")(x)
    path = tmp_path_factory.mktemp("cost") / "model.tflite"
    path.write_bytes(convert_litert(keras.Model(inputs, outputs)))
    return path


def test_operations_counted_by_hand(network) -> None:
    convolution = 46 * 46 * 8 * 9
    depthwise = 46 * 46 * 8 * 9
    dense = 11 * 11 * 8 * 7
    assert multiply_accumulates(network) == convolution + depthwise + dense


def test_time_per_face_is_a_positive_number_of_milliseconds(network) -> None:
    faces = np.zeros((3, 48, 48), np.uint8)
    assert 0 < milliseconds_per_face(network, faces, runs=5) < 1000
    assert machine()
