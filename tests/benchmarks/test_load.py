"""The visitors of the load benchmark still find their way through the app."""

import importlib

import pytest

from fer_core.settings import ROOT


@pytest.fixture
def load(monkeypatch):
    """The benchmark, which finds its neighbours as it does when it is run."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("load")


def test_visitors_do_what_their_script_says_without_an_error(load):
    outcome = load.measure(visitors=2, minutes=5, pauses=(0, 0.2), acts=4, settle=0)
    assert outcome.errors == []
    assert sum(map(len, outcome.seconds.values())) == 8
    assert min(min(seconds) for seconds in outcome.seconds.values()) > 0
    assert 0 < outcome.start_mb <= outcome.most_mb
    assert "8 acts, 0 errors" in outcome.told()


def test_visitor_goes_to_no_other_machine(load):
    with pytest.raises(ValueError, match="not on this machine"):
        load.Visitor("http://example.org:80")
