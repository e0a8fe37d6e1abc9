"""What a visitor reads who waits for a turn."""

from typing import TypeVar

from fer_core.common.jobs import Job, JobQueue

J = TypeVar("J", bound=Job)


def waiting(queue: JobQueue[J], job: J, what: str) -> str:
    """Returns how many jobs run before this one, and how long that takes.

    Args:
        queue: In which it waits.
        job: Whose owner asks.
        what: "video" or "painting".
    """
    before, seconds = queue.place(job), queue.wait(job)
    if before == 0:
        return "Starting"
    told = f"Waiting: {before} {what}{'s' if before > 1 else ''} before this one"
    return told if seconds is None else f"{told}, about {duration(seconds)}"


def duration(seconds: float) -> str:
    """Returns a time as people say it: "40 s", "2 min"."""
    if seconds < 100:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"
