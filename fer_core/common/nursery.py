"""The process that forks those that read untrusted files: `python -m fer_core.common.nursery`.

It has one thread, so that it can be forked. For each request it forks a guard, and that the process
that reads: the guard ends the reader when nobody waits for it, and tells how it ended.
"""

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

from fer_core.common import isolated
from fer_core.common.isolated import (
    End,
    Failure,
    Garbled,
    Item,
    Limits,
    Request,
    receive_whole,
    send,
)
from fer_core.errors import FerError

_NAME = 1000
"""Longest name of a module, bytes."""

_LOOK = 50
"""How often a guard looks whether its process has ended, ms."""


def main() -> None:
    """Forks a guard for each request that comes over standard input, until that is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards are not waited for
    control = socket.socket(fileno=0)
    while True:
        module, fds, *_ = socket.recv_fds(control, _NAME, 2)
        if len(fds) < 2:
            return
        _import(module.decode())
        if os.fork() == 0:
            control.close()
            _guard(socket.socket(fileno=fds[0]), socket.socket(fileno=fds[1]))
            os._exit(0)
        for fd in fds:
            os.close(fd)


def _import(module: str) -> None:
    if module not in sys.modules:
        with contextlib.suppress(Exception):  # the reader will fail of it, and say so
            importlib.import_module(module)
        gc.collect()
        gc.freeze()  # what is here stays shared with those that are forked


def _guard(line: socket.socket, answer: socket.socket) -> None:
    """Forks the reader, ends it when the line is hung up, and tells by which signal it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader = os.fork()
    if reader == 0:
        _read(line, answer)
        os._exit(0)
    answer.close()
    hung_up = select.poll()
    hung_up.register(line, 0)
    while not (ended := os.waitpid(reader, os.WNOHANG))[0]:
        if hung_up.poll(_LOOK):
            os.kill(reader, signal.SIGKILL)
            os.waitpid(reader, 0)
            return
    with contextlib.suppress(OSError):
        line.send(bytes([os.WTERMSIG(ended[1])]))


def _read(line: socket.socket, answer: socket.socket) -> None:
    """Answers one request."""
    isolated._is_inside = True
    try:
        request: Request = receive_whole(line)
        for name in [name for name in os.environ if name.startswith("FER_")]:
            del os.environ[name]
        os.environ.update(request.environment)
        _bound(request.limits)
        _answer(request, answer)
    except (Garbled, OSError):
        pass  # nobody waits any more


def _answer(request: Request, answer: socket.socket) -> None:
    patience = request.limits.seconds or 0
    try:
        signal.setitimer(signal.ITIMER_REAL, patience)
        result = request.function(*request.arguments)
        for value in result if request.is_stream else [result]:
            signal.setitimer(signal.ITIMER_REAL, 0)  # the caller takes its time
            send(answer, Item(value))
            signal.setitimer(signal.ITIMER_REAL, patience)
        send(answer, End())
    except FerError as error:
        send(answer, Failure(error, ""))
    except BrokenPipeError:
        raise
    except Exception as error:
        _set_memory(resource.RLIM_INFINITY)  # to say so may take a little
        if not isinstance(error, MemoryError):
            # Where, not what: an error's text may hold what somebody's file holds.
            print("".join(traceback.format_tb(error.__traceback__)[-3:]), file=sys.stderr)
        send(answer, Failure(None, type(error).__name__))


def _bound(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would keep somebody's pictures
    if limits.processor_seconds is not None:
        most = limits.processor_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    with contextlib.suppress(OSError):  # if memory runs out, this process goes, not the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    here = Path("/proc/self/statm")
    if limits.megabytes is not None and here.exists():
        pages = int(here.read_text().split()[0])
        _set_memory(pages * resource.getpagesize() + limits.megabytes * 2**20)


def _set_memory(most: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        most = hard if most == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    main()
