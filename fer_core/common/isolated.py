"""Reads untrusted files in a separate process, which may crash without harm.

A damaged file can crash a C library and the whole process with it, or keep it busy without end.
So such a file is read in a process of its own, with limits on memory, processor time and waiting;
whatever happens there, the caller gets an answer or a sentence.

The processes are forked by one small process (`nursery`) that has imported what they need: one
takes some milliseconds instead of the second that pandas and Arrow take to import. Where a system
cannot fork (Windows), the function is called here.
"""

import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from fer_core.errors import FerError

T = TypeVar("T")

IDLE_SECONDS = 30.0
"""After so long without a request the nursery ends, and its memory is free."""

_LARGE = 2**16
"""Bytes from which on an argument is sent beside the pickle instead of copied into it."""

_ASIDE = 0.5
"""How often somebody who waits is asked whether to continue, s."""

_can_fork = hasattr(os, "fork") and hasattr(socket, "send_fds")
_is_inside = False
"""Whether this process is such a one: it needs no further protection from the file."""


@dataclass(frozen=True)
class Limits:
    """What a process may take; None for as much as there is.

    Attributes:
        megabytes: Memory beyond what it starts with (only Linux holds it to that).
        processor_seconds: Processor time, all together.
        seconds: Time to the answer; of a stream, to each item.
    """

    megabytes: int | None = None
    processor_seconds: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Request:
    """What a process is to do."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    limits: Limits
    is_stream: bool
    environment: dict[str, str]


@dataclass(frozen=True)
class Item:
    """What the function returned, or one of what it yielded."""

    value: Any


@dataclass(frozen=True)
class Failure:
    """Why it came to nothing: an error for people, or the name of another."""

    error: FerError | None
    kind: str


@dataclass(frozen=True)
class End:
    """All is said."""


@dataclass(frozen=True)
class _Fault:
    """How it is told that nothing comes of it."""

    error: type[FerError]
    subject: str
    purpose: str

    def told(self, why: str) -> FerError:
        return self.error(f"{self.subject} cannot be {self.purpose}: {why}.")


class Garbled(Exception):
    """What the other process said ends early, or is nothing that can be understood."""


def call(
    function: Callable[..., T],
    *arguments: Any,
    limits: Limits,
    error: type[FerError],
    subject: str,
    purpose: str = "read",
) -> T:
    """Returns what a function returns, called in a process of its own.

    Args:
        function: Of a module's top level.
        arguments: Anything that can be pickled; large `bytes` are sent without a copy.
        limits: What it may take.
        error: Raised if the process dies or overruns.
        subject: What is read, as the error names it.
        purpose: What is done with it.

    Raises:
        FerError: What the function raised, or `error`.
    """
    fault = _Fault(error, subject, purpose)
    with _conversation(function, arguments, limits, fault, is_stream=False) as answers:
        answer: T = next(answers)
        return answer


def stream(
    function: Callable[..., Iterator[T]],
    *arguments: Any,
    limits: Limits,
    error: type[FerError],
    subject: str,
) -> Generator[T]:
    """Yields what a generator yields that runs in a process of its own, little ahead of its reader.

    Close the iterator to end the process. Arguments and errors are those of `call`.
    """
    fault = _Fault(error, subject, "read")
    with _conversation(function, arguments, limits, fault, is_stream=True) as answers:
        yield from answers


def _nothing() -> None:
    pass


while_waiting: Callable[[], None] = _nothing
"""Called twice a second in each thread that waits, and now and then in one that works long; what it
raises ends the wait and the process, or the work.
The app sets it, so that nothing is read for a visitor who has left or wants something else."""


@contextmanager
def _conversation(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    limits: Limits,
    fault: _Fault,
    is_stream: bool,
) -> Iterator[Iterator[Any]]:
    """Lends what the process answers; it has ended, or is ended, with the `with` block."""
    if _is_inside or not _can_fork:
        result = function(*arguments)
        yield iter(result) if is_stream else iter([result])
        return
    try:
        line, answer = _nursery.new_process(function.__module__)
    except OSError as reason:
        raise fault.told("there is no room for it now. Try again") from reason
    with _nursery.in_use(), line, answer:
        large = tuple(
            pickle.PickleBuffer(argument)
            if isinstance(argument, bytes) and len(argument) > _LARGE
            else argument
            for argument in arguments
        )
        environment = {k: v for k, v in os.environ.items() if k.startswith("FER_")}
        with suppress(OSError):  # it died: why is told where its answer is missed
            send(line, Request(function, large, limits, is_stream, environment))
        yield _answers(line, answer, limits, fault)


def _answers(
    line: socket.socket, answer: socket.socket, limits: Limits, fault: _Fault
) -> Iterator[Any]:
    while True:
        try:
            message = receive(answer, limits.megabytes, while_waiting)
        except MemoryError:
            raise fault.told(_too_much_memory(limits)) from None
        except Garbled:
            raise fault.told(_why(line, limits)) from None
        match message:
            case Item(value):
                yield value
            case Failure(FerError() as reason, _):
                raise reason
            case Failure(_, "MemoryError"):
                raise fault.told(_too_much_memory(limits))
            case Failure(_, kind):
                raise fault.error(
                    f"{fault.subject} is damaged and cannot be {fault.purpose} ({kind})."
                )
            case _:
                return


def _why(line: socket.socket, limits: Limits) -> str:
    """Returns how the process ended that owed an answer."""
    line.settimeout(10)
    try:
        ended_by = line.recv(1)
    except OSError:
        ended_by = b""
    match ended_by[0] if ended_by else signal.SIGKILL:
        case signal.SIGXCPU:
            return f"it takes more than {limits.processor_seconds} s of processor time"
        case signal.SIGALRM:
            return f"it takes longer than {limits.seconds:g} s"
        case signal.SIGKILL:
            return "the process that did it was ended, perhaps because memory ran out. Try again"
        case _:
            return "it is damaged in a way that makes programs crash"


def _too_much_memory(limits: Limits) -> str:
    most = "there is" if limits.megabytes is None else f"{limits.megabytes} MB"
    return f"it takes more memory than {most}. Save it smaller"


def send(to: socket.socket, message: Any) -> None:
    """Sends a message: its pickle, and beside it, without a copy, the arrays and bytes in it."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(pickled), *(buffer.raw() for buffer in buffers)]
    to.sendall(struct.pack(f"<I{len(parts)}Q", len(parts), *(part.nbytes for part in parts)))
    for part in parts:
        to.sendall(part)


def receive(source: socket.socket, most_mb: int | None, aside: Callable[[], None]) -> Any:
    """Returns the next message; arrays in it can be written to.

    Args:
        source: Where it comes from.
        most_mb: Its largest size, MB; None for any.
        aside: Called now and then during the wait.

    Raises:
        Garbled: If it ends before its end or cannot be understood.
        MemoryError: If it is too large.
    """
    source.settimeout(_ASIDE)
    lengths = _lengths(lambda size: _exactly(source, size, aside))
    if most_mb is not None and sum(lengths) > most_mb * 2**20:
        raise MemoryError
    return _unpickled([_exactly(source, length, aside) for length in lengths])


def receive_whole(source: socket.socket) -> Any:
    """Returns the next message; `bytes` in it are `bytes`, and arrays cannot be written to.

    Raises:
        Garbled: As `receive` does.
    """

    def receive(size: int) -> bytes:
        data = source.recv(size, socket.MSG_WAITALL) if size else b""
        if len(data) < size:
            raise Garbled
        return data

    return _unpickled([receive(length) for length in _lengths(receive)])


def _lengths(receive: Callable[[int], bytes | bytearray]) -> tuple[int, ...]:
    count = struct.unpack("<I", receive(4))[0]
    return struct.unpack(f"<{count}Q", receive(8 * count))


def _unpickled(parts: list[bytes] | list[bytearray]) -> Any:
    try:
        return pickle.loads(parts[0], buffers=parts[1:])
    except Exception as error:  # a garbled pickle raises almost anything
        raise Garbled from error


def _exactly(source: socket.socket, size: int, aside: Callable[[], None]) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        try:
            count = source.recv_into(rest)
        except TimeoutError:
            aside()
            continue
        except OSError as error:
            raise Garbled from error
        if not count:
            raise Garbled
        rest = rest[count:]
    return data


class _Nursery:
    """The process that forks the others: started when one is wanted, ended when long none was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._in_use = 0
        self._left = 0.0

    def new_process(self, module: str) -> tuple[socket.socket, socket.socket]:
        """Returns the ends here of two lines to a new process: for the request, for the answer.

        Args:
            module: Imported before the process is forked, once for all.
        """
        line, their_line = socket.socketpair()
        answer, their_answer = socket.socketpair()
        with their_line, their_answer, self._lock:
            self._left = time.monotonic()
            for attempt in (1, 2):
                try:
                    if self._control is None:
                        self._start()
                    assert self._control is not None
                    fds = [their_line.fileno(), their_answer.fileno()]
                    socket.send_fds(self._control, [module.encode()], fds)
                    break
                except OSError:  # it was killed: the next try starts another
                    self._end()
                    if attempt == 2:
                        line.close()
                        answer.close()
                        raise
        return line, answer

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keeps it from ending as idle."""
        with self._lock:
            self._in_use += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_use -= 1
                self._left = time.monotonic()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = os.pathsep.join(sys.path)  # what can be imported here can be there
        quiet = {  # a process that is forked can have no other threads; Arrow's pools reserve 1 GB
            "OPENBLAS_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "2",
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "fer_core.common.nursery"],
                stdin=theirs.fileno(),
                env={**os.environ, **quiet, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C ends the caller, and thereby this
            )
        threading.Thread(target=self._end_when_idle, name="nursery", daemon=True).start()

    def _end_when_idle(self) -> None:
        control = self._control
        while True:
            time.sleep(IDLE_SECONDS / 3)
            with self._lock:
                if control is not self._control:
                    return
                if not self._in_use and time.monotonic() - self._left > IDLE_SECONDS:
                    self._end()
                    return

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


_nursery = _Nursery()
