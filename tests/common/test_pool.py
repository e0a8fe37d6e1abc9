from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from fer_core.common.pool import Pool


def test_no_object_is_lent_twice_at_once():
    pool: Pool[object] = Pool(object)
    busy: set[object] = set()
    guard = Lock()

    def use(_):
        with pool.lend() as item:
            with guard:
                assert item not in busy
                busy.add(item)
            with guard:
                busy.remove(item)
        return item

    with ThreadPoolExecutor(8) as threads:
        assert 1 <= len(set(threads.map(use, range(2000)))) <= 8


def test_as_many_are_made_as_are_needed_at_once():
    made = []
    pool: Pool[object] = Pool(lambda: made.append(object()) or made[-1])
    barrier = Barrier(3)

    def use():
        with pool.lend():
            barrier.wait(timeout=10)

    for _ in range(5):
        with ThreadPoolExecutor(3) as threads:
            for future in [threads.submit(use) for _ in range(3)]:
                future.result()
    assert len(made) == 3


def test_comes_back_after_an_error():
    pool: Pool[list] = Pool(list)
    with pytest.raises(RuntimeError), pool.lend() as first:
        raise RuntimeError
    with pool.lend() as second:
        assert second is first
