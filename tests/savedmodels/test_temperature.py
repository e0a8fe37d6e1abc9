import numpy as np
import pytest

from fer_core.savedmodels.temperature import apply_temperature

ANSWERS = np.array([[0.7, 0.2, 0.1], [0.05, 0.05, 0.9]])


def test_temperature_one_changes_nothing():
    np.testing.assert_array_equal(apply_temperature(ANSWERS, 1), ANSWERS)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_answers_are_powers_made_to_sum_to_one(temperature):
    powers = ANSWERS ** (1 / temperature)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(apply_temperature(ANSWERS, temperature), expected)


def test_a_probability_of_zero_stays_a_number():
    softened = apply_temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.1)
    np.testing.assert_allclose(softened, np.eye(2), atol=1e-12)


def test_sure_and_unsure_answers_stay_numbers_at_any_temperature():
    answers = np.array([[1.0, 0.0], [0.5, 0.5], [0.4, 0.6]])
    expected = [[1, 0], [0.5, 0.5], [0, 1]]
    np.testing.assert_allclose(apply_temperature(answers, 1e-4), expected, atol=1e-12)
