"""Any picture, and any setting an image operation allows, for hypothesis."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.imageops import OPERATIONS
from fer_core.imageops.parameters import Choice, Colour, Number, Switch

LARGEST_TESTED = 60


def images():
    side = st.integers(1, 24)
    shapes = st.one_of(st.tuples(side, side), st.tuples(side, side, st.just(3)))
    return shapes.flatmap(lambda shape: arrays(np.uint8, shape))


def values(parameter):
    if isinstance(parameter, Number):
        if isinstance(parameter.step, int):
            high = min(parameter.high, LARGEST_TESTED)
            numbers = st.integers(int(parameter.low), int(high))
            return numbers.map(lambda n: n | 1) if parameter.odd else numbers
        return st.floats(parameter.low, parameter.high)
    if isinstance(parameter, Choice):
        return st.sampled_from(parameter.options)
    if isinstance(parameter, Switch):
        return st.booleans()
    if isinstance(parameter, Colour):
        return st.integers(0, 0xFFFFFF).map("#{:06X}".format)
    return st.text(max_size=parameter.longest)


def every_setting(name):
    return st.fixed_dictionaries({p.name: values(p) for p in OPERATIONS[name].parameters})
