"""Temperature scaling: one number that makes a model's confidence honest."""

import numpy as np

SMALLEST = 1e-7
"""Probabilities are raised to this before a logarithm; float16 holds nothing smaller but zero."""


def apply_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Returns softmax(log p / T), shape (n, classes): T above 1 makes the answers less sure.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017. T = 1 changes nothing.
    """
    if temperature == 1:
        return probabilities
    powers = np.log(np.maximum(probabilities, SMALLEST)) / temperature
    powers = np.exp(powers - powers.max(axis=1, keepdims=True))
    softened: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return softened
