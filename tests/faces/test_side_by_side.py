import threading

import cv2
import pytest

from fer_core.faces.side_by_side import side_by_side


@pytest.fixture
def threads():
    before = cv2.getNumThreads()
    yield cv2.setNumThreads
    cv2.setNumThreads(before)


def test_results_come_in_order_and_errors_arrive(threads):
    threads(2)
    assert side_by_side(lambda n: n * n, range(20)) == [n * n for n in range(20)]
    assert side_by_side(str, []) == []
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 / n, [1, 0, 2])


def test_as_many_work_at_once_as_opencv_may(threads):
    threads(2)
    both = threading.Barrier(2)
    side_by_side(lambda _: both.wait(timeout=60), [0, 1])  # alone, the first would wait in vain
    threads(1)
    seen = side_by_side(lambda _: threading.current_thread(), range(4))
    assert set(seen) == {threading.current_thread()}
