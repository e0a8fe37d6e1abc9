import pytest

from fer_core.evaluation.comparison import read_field
from fer_core.review.part import parts_of


@pytest.fixture(scope="module")
def parts(made_up_five):
    field = read_field(made_up_five)
    found, reason = parts_of(field.contenders, field.untrained)
    assert reason is None
    return found
