import threading

import pytest
from waiting import wait_until

from fer_core.common import jobs
from fer_core.common.jobs import Job, JobQueue, State
from fer_core.errors import BudgetError, VideoError


class Gated(Job):
    """Works until its gate is opened."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.error = error
        self.released = 0

    def work(self) -> None:
        self.gate.wait(60)
        if self.error:
            raise self.error
        self.finish()

    def stop(self) -> None:
        self.gate.set()

    def release(self) -> None:
        self.released += 1


def opened(error: Exception | None = None) -> Gated:
    job = Gated(error)
    job.gate.set()
    return job


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setattr(jobs, "_LOOK_SECONDS", 0.01)
    queue = JobQueue("test")
    yield queue
    for job in tuple(queue._jobs):
        job.cancel()
    wait_until(lambda: queue._thread is None)


def test_jobs_take_turns(queue):
    first, second, third = (queue.submit(job) for job in (Gated(), Gated(), opened()))
    wait_until(lambda: first.state == State.RUNNING)
    assert [queue.place(job) for job in (first, second, third)] == [0, 1, 2]
    assert (second.state, third.state) == (State.WAITING, State.WAITING)
    first.gate.set()
    wait_until(lambda: second.state == State.RUNNING)
    assert (first.state, third.state) == (State.DONE, State.WAITING)
    second.gate.set()
    wait_until(lambda: third.state == State.DONE)
    assert [job.released for job in (first, second, third)] == [1, 1, 1]


def test_the_thread_ends_with_the_work_and_a_later_job_gets_another(queue):
    first = queue.submit(opened())
    wait_until(lambda: queue._thread is None)
    second = queue.submit(opened())
    wait_until(lambda: second.state == State.DONE)
    assert first.state == State.DONE


def test_cancelling_stops_what_the_work_waits_for_and_is_final(queue):
    job = queue.submit(Gated())
    wait_until(lambda: job.state == State.RUNNING)
    job.cancel()
    assert job.state == State.CANCELLED
    wait_until(lambda: job.released == 1)  # `finish`, which came after, changed nothing
    job.fail("too late")
    assert (job.state, job.message) == (State.CANCELLED, "")


def test_a_waiting_job_that_is_cancelled_gives_up_its_place_and_what_it_holds(queue):
    running, cancelled, waiting = (queue.submit(Gated()) for _ in range(3))
    cancelled.cancel()
    assert (cancelled.state, cancelled.released) == (State.CANCELLED, 1)
    assert queue.place(waiting) == 1
    wait_until(lambda: cancelled not in queue._jobs)
    running.cancel()
    wait_until(lambda: waiting.state == State.RUNNING)
    assert cancelled.released == 1
    assert cancelled.state == State.CANCELLED


def test_who_leaves_loses_the_turn_and_who_stays_keeps_it(queue):
    queue.patience = 1.5
    deserted, attended, left = (queue.submit(Gated()) for _ in range(3))

    def goes_on() -> bool:
        attended.ask()
        return attended.state == State.RUNNING

    wait_until(goes_on)
    assert deserted.state == State.CANCELLED
    wait_until(lambda: (attended.ask(), left.state == State.CANCELLED)[1])
    assert attended.state == State.RUNNING


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (VideoError("No film."), "No film."),
        (ValueError("boom"), "It stopped at an error of the program (ValueError: boom)."),
    ],
)
def test_an_error_becomes_the_message_and_the_queue_goes_on(queue, error, message):
    failing, after = queue.submit(opened(error)), queue.submit(opened())
    wait_until(lambda: after.state == State.DONE)
    assert (failing.state, failing.message, failing.released) == (State.FAILED, message, 1)


def test_the_queue_outlives_a_job_for_which_there_was_no_thread(queue, monkeypatch):
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "test job":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as without:
        without.setattr(threading.Thread, "start", refuse)
        job = queue.submit(opened())
        wait_until(lambda: not job.is_active)
    assert (job.state, job.released) == (State.FAILED, 1)
    assert "can't start new thread" in job.message
    after = queue.submit(opened())
    wait_until(lambda: after.state == State.DONE)


def test_owners_take_turns_whoever_came_first(queue):
    names = ("greedy", "greedy", "greedy", "other", "third")
    jobs = [queue.submit(Gated(), owner) for owner in names]
    wait_until(lambda: jobs[0].state == State.RUNNING)
    assert [queue.place(job) for job in jobs] == [0, 3, 4, 1, 2]
    for number in (0, 3, 4, 1, 2):
        wait_until(lambda number=number: jobs[number].state == State.RUNNING)
        jobs[number].gate.set()
    wait_until(lambda: jobs[2].state == State.DONE)


def test_a_full_queue_says_so_and_takes_more_when_one_has_gone(queue):
    queue.most = 2
    running = queue.submit(Gated())
    wait_until(lambda: running.state == State.RUNNING)
    waiting = [queue.submit(Gated()) for _ in range(2)]
    with pytest.raises(BudgetError, match="2 others wait already"):
        queue.submit(Gated())
    waiting[0].cancel()
    assert queue.submit(Gated()).state == State.WAITING


def test_a_job_that_runs_for_too_long_is_ended_in_words(queue):
    queue.longest = 0.05
    endless, after = queue.submit(Gated()), queue.submit(opened())
    wait_until(lambda: after.state == State.DONE)
    assert endless.state == State.FAILED
    assert "does not work longer for one visitor" in endless.message


def test_who_leaves_takes_all_his_jobs_along(queue):
    jobs = [queue.submit(Gated(), owner) for owner in ("a", "b", "a")]
    queue.leave("a")
    assert [job.state for job in (jobs[0], jobs[2])] == [State.CANCELLED] * 2
    wait_until(lambda: jobs[1].state == State.RUNNING)


def test_the_wait_is_that_of_the_jobs_before(queue):
    running, second, third = (queue.submit(Gated(), owner) for owner in "abc")
    wait_until(lambda: running.state == State.RUNNING)
    assert queue.wait(second) is None, "nothing tells how long the first takes"
    queue.expected = lambda job: 40.0
    running.fraction = 1.0
    assert queue.wait(second) == 0
    assert queue.wait(third) == 40


def test_time_left_follows_the_fraction():
    job = Gated()
    job.fraction = 0.5
    assert job.seconds_left is None, "it has not begun"
    thread = threading.Thread(target=job.run)
    thread.start()
    wait_until(lambda: job.state == State.RUNNING)
    half = job.seconds_left
    job.fraction = 0.005
    assert job.seconds_left is None, "too little to go by"
    job.fraction = 1.0
    assert half > 0 == job.seconds_left
    job.gate.set()
    thread.join()


def test_job_that_runs_twice_works_once():
    job = opened()
    job.run()
    job.run()
    assert job.released == 1
