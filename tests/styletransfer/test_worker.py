import pickle
import subprocess
import sys

import numpy as np

from fer_core.errors import StyleError
from fer_core.settings import ROOT
from fer_core.styletransfer.messages import WANT_OF_MEMORY, Failure, Request
from fer_core.styletransfer.options import StyleOptions
from fer_core.styletransfer.worker import reason


def test_want_of_memory_is_told_as_such():
    assert reason(MemoryError()) == WANT_OF_MEMORY


def test_an_error_for_people_is_told_as_it_is():
    assert reason(StyleError("Choose a painting.")) == "Choose a painting."


def test_an_unforeseen_error_is_told_by_its_type_and_first_line():
    told = reason(ZeroDivisionError("by zero\nand a trace"))
    assert told.endswith("ZeroDivisionError: by zero")
    assert "memory" not in told


def painting_process(code: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the worker with another `_paint`, on a request."""
    picture = np.zeros((8, 8, 3), np.uint8)
    program = f"from fer_core.styletransfer import worker\n{code}\nworker._paint = paint\n"
    return subprocess.run(
        (sys.executable, "-c", program + "worker.main()"),
        input=pickle.dumps(Request(picture, (picture,), StyleOptions(size=128))),
        capture_output=True,
        cwd=ROOT,
    )


def test_a_bug_ends_with_a_failure_and_a_trace_in_the_log():
    done = painting_process("def paint(request, send): request.no_such_thing")
    failure = pickle.loads(done.stdout)
    assert isinstance(failure, Failure)
    assert "AttributeError" in failure.message
    assert b"Traceback" in done.stderr


def test_what_libraries_print_does_not_come_between_the_messages():
    done = painting_process("def paint(request, send): print('chatter'); return request.options")
    assert pickle.loads(done.stdout) == StyleOptions(size=128)
    assert b"chatter" in done.stderr


def test_it_paints_without_what_is_large():
    """A real painting's beginning, by random weights, in a process of its own."""
    done = painting_process(
        "import sys\n"
        "sys.path.insert(0, 'tests/styletransfer')\n"
        "from conftest import stand_in\n"
        "from fer_core.styletransfer.engine import stylize\n"
        "def stop(*step): raise StopIteration\n"
        "def paint(request, send):\n"
        "    stylize(request.photo, request.paintings, request.options, stop, network=stand_in())\n"
        "    large = ('tensorflow', 'keras', 'scipy', 'pandas')\n"
        "    return [name for name in large if name in sys.modules]"
    )
    assert pickle.loads(done.stdout) == [], done.stderr
