import numpy as np
import pytest

from fer_core.styletransfer.lbfgs import minimise


def lowered(loss_and_gradient, start, evaluations):
    """The losses measured on the way, and the best picture."""
    losses, best = [], []

    def measure(picture):
        loss, gradient = loss_and_gradient(picture)
        if not losses or loss < min(losses):
            best[:] = [picture]
        losses.append(loss)
        return loss, gradient.astype(np.float32)

    minimise(measure, start.astype(np.float32), evaluations, 5)
    return losses, best[0]


def bowl(weights, centre):
    """A quadratic of which each value has its own steepness."""
    return lambda x: (float(np.sum(weights * (x - centre) ** 2)), 2 * weights * (x - centre))


def test_the_bottom_of_a_long_valley_is_found():
    centre = np.linspace(0.2, 0.8, 30)
    _, found = lowered(bowl(np.logspace(0, 3, 30), centre), np.full(30, 0.5), 200)
    np.testing.assert_allclose(found, centre, atol=1e-3)


def test_values_stop_at_0_and_1_and_the_others_go_on():
    centre = np.array([-3.0, 0.4, 5.0, 0.6])
    _, found = lowered(bowl(np.array([1.0, 50, 2, 9]), centre), np.full(4, 0.5), 60)
    np.testing.assert_allclose(found, [0, 0.4, 1, 0.6], atol=1e-4)


def test_a_value_leaves_its_bound_where_the_slope_turns():
    """The second is driven to 1 at first, and belongs in the middle once the first has moved."""

    def coupled(x):
        a, b = x
        return float((a - 0.9) ** 2 + 30 * (b - a / 2) ** 2), np.array(
            [2 * (a - 0.9) - 30 * (b - a / 2), 60 * (b - a / 2)]
        )

    _, found = lowered(coupled, np.array([0.0, 1.0]), 80)
    np.testing.assert_allclose(found, [0.9, 0.45], atol=1e-3)


def test_a_curved_valley_is_gone_down_as_far_as_by_scipy():
    from scipy.optimize import fmin_l_bfgs_b, rosen, rosen_der

    start, evaluations = np.full(10, 0.1), 60
    losses, _ = lowered(lambda x: (float(rosen(x)), rosen_der(x)), start, evaluations)
    _, theirs, _ = fmin_l_bfgs_b(
        rosen, start, rosen_der, m=5, bounds=[(0, 1)] * 10, maxfun=evaluations, factr=0, pgtol=0
    )
    assert losses[0] - min(losses) > 0.998 * (losses[0] - theirs)


@pytest.mark.parametrize("evaluations", [1, 2, 7])
def test_the_loss_is_measured_no_more_often_than_asked(evaluations):
    losses, _ = lowered(bowl(np.logspace(0, 3, 30), 0.3), np.full(30, 0.9), evaluations)
    assert len(losses) == 1 + evaluations


def test_it_ends_where_there_is_nothing_to_gain():
    losses, found = lowered(bowl(np.ones(4), 0.5), np.full(4, 0.5), 50)
    assert len(losses) < 50
    np.testing.assert_array_equal(found, np.full(4, 0.5))
