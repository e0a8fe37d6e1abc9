import subprocess
import sys

import pytest

from fer_core.settings import ROOT

_PROGRAM = """
import ctypes, sys
from fer_core.common.memory import keep_blocks, return_large_blocks
if sys.argv[1] == "returned":
    assert return_large_blocks()
if sys.argv[1] == "kept":
    assert keep_blocks()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]

def used():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

def taken(size):
    block = libc.malloc(size)
    ctypes.memset(block, 1, size)
    return block

libc.free(taken(24 << 20))  # from here on glibc takes blocks up to 24 MB from its heap
before = used()
large = taken(20 << 20)
small = [taken(200) for _ in range(5000)]  # lie above it
libc.free(large)
print(used() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
@pytest.mark.parametrize(("how", "low", "high"), [("returned", -5, 5), ("", 15, 25)])
def test_large_block_is_returned_although_smaller_ones_lie_above_it(how, low, high):
    run = [sys.executable, "-c", _PROGRAM, how]
    answer = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert low < float(answer.stdout) < high


_AT_THE_TOP = (
    _PROGRAM.split("libc.free(taken")[0]
    + """
before = used()
libc.free(taken(100 << 20))
print(used() - before)
"""
)


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
@pytest.mark.parametrize(("how", "low", "high"), [("kept", 95, 105), ("", -5, 5)])
def test_freed_block_is_kept_for_a_training(how, low, high):
    run = [sys.executable, "-c", _AT_THE_TOP, how]
    answer = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert low < float(answer.stdout) < high
