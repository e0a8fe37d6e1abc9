"""Light taken out of a face inside the network's own graph, so that every caller is served."""

import keras
from keras import layers

MEAN, DEVIATION = 130.0, 54.0
"""FER2013's median mean and standard deviation of a face, gray levels."""

STRENGTH = 0.75
"""Chosen by Slim VGG's weights on PublicTest and on photographs (docs/training.md)."""


def normalise_light(gray: keras.KerasTensor, strength: float = STRENGTH) -> keras.KerasTensor:
    """Adds layers that take each face towards FER2013's median brightness and contrast.

    Instance normalisation (Ulyanov et al. 2016), mixed with the face as it is. The variance is
    taken to be at least about one gray level squared, so that a blank face stays blank. Float32
    throughout, as bfloat16 would round the pixels.

    Args:
        gray: Keras tensor (n, height, width, 1), 0..255.
        strength: 0 leaves the face as it is, 1 takes it all the way.

    Returns:
        Keras tensor of the same shape.
    """
    own = layers.LayerNormalization(
        axis=[1, 2, 3], epsilon=1.0, center=False, scale=False, dtype="float32"
    )(gray)
    normal = layers.Rescaling(strength * DEVIATION, strength * MEAN, dtype="float32")(own)
    as_it_is = layers.Rescaling(1 - strength, dtype="float32")(gray)
    return layers.Add(dtype="float32")([as_it_is, normal])
