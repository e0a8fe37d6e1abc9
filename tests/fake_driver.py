"""Reads a run of the fake reader in a process of its own, to be killed: DEST, the engine's name."""

import sys
from dataclasses import replace
from importlib import import_module

from fake_job import FAKE

from fer_core.scale.dest import Dest
from fer_core.scale.run import open_plan, read_left

if __name__ == "__main__":
    dest = Dest(sys.argv[1])
    plan = replace(open_plan(dest), job=FAKE)
    engine = import_module(f"fer_core.scale.engines.{sys.argv[2]}")
    for _ in read_left(dest, plan, range(plan.shards), engine.read_shards, 2):
        pass
