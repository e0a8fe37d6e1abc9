import pandas as pd
import pytest

from fer_core.common.tables import as_cell, as_csv


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formula_is_only_text(text):
    assert as_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "face.png", "a=b", "'=1"])
def test_other_text_stays_as_it_is(text):
    assert as_cell(text) == text


def test_table_keeps_its_numbers():
    table = pd.DataFrame({"picture": ["=1+2", "b.png"], "x": [-1.5, 2.0], "n": [-3, None]})
    assert as_csv(table) == "picture,x,n\n'=1+2,-1.5,-3.0\nb.png,2.0,\n"
