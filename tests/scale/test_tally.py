from fake_job import FakeReader

from fer_core.scale.manifest import Entry
from fer_core.scale.tally import KEPT, Tally


def tally_of(*names: str, modified: int = 0) -> Tally:
    tally, reader = Tally(), FakeReader()
    for name in names:
        entry = Entry(name, modified=modified)
        tally.count(entry, reader(entry))
    return tally


def test_counts_faces_nothing_and_errors():
    tally = tally_of("a/one", "a/pair", "b/none", "b/bad7", "b/bad8")
    assert (tally.pictures, tally.faces, tally.faceless, tally.bad) == (5, 3, 1, 2)
    assert tally.reasons == {"It is bad.": 2}
    assert tally.failed == [("b/bad7", "b/bad7 is bad."), ("b/bad8", "b/bad8 is bad.")]
    assert sum(tally.cells.values()) == 3
    assert {cell[0] for cell in tally.cells} == {"a"}


def test_sum_of_two_is_that_of_all_and_survives_json():
    names = [f"{'ab'[n % 2]}/{n} pair" for n in range(70)] + [f"bad {n}" for n in range(20)]
    whole = tally_of(*names, modified=1_700_000_000)
    parts = Tally()
    for part in (names[:31], names[31:]):
        parts.add(Tally.from_json(tally_of(*part, modified=1_700_000_000).to_json()))
    assert Tally.from_json(whole.to_json()) == parts
    assert {cell[1] for cell in parts.cells} == {"2023-11"}
    assert len(parts.least) == len(parts.failed) == KEPT
    assert [face[0] for face in parts.least] == sorted(face[0] for face in parts.least)
    assert parts.least[0][0] == min(
        r["confidence"] for n in names[:70] for r in FakeReader()(Entry(n))
    )


def test_reasons_do_not_grow_without_end():
    total = Tally()
    for word in ("ab", "cd", "ef"):
        part = Tally()
        for n in range(30):
            entry = Entry("x")
            part.count(
                entry, [{"face": 0, "error": f"because of {word}{chr(97 + n % 26)}{n // 26 * 'z'}"}]
            )
        total.add(part)
    assert total.bad == 90
    assert len(total.reasons) <= 41
