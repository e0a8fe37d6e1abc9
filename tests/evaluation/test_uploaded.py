import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_core.dataset import FaceDataset
from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import common_view, group_title, groups_of, read_field
from fer_core.evaluation.evaluate import evaluate_own
from fer_core.evaluation.uploaded import own_contender, read_uploaded
from fer_core.savedmodels import open_model


@pytest.fixture(scope="module")
def known(made_up_five):
    return read_field(made_up_five).contenders


def as_csv(contender, order=None) -> bytes:
    split = contender.split
    order = np.arange(len(split)) if order is None else order
    table = pd.DataFrame(split.probabilities, columns=list(contender.classes))
    table.insert(0, "label", [contender.classes[label] for label in split.labels])
    table.insert(0, "row", split.rows)
    return table.iloc[order].to_csv(index=False).encode()


def as_npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_csv_of_known_faces_joins_their_protocol_in_any_order(known) -> None:
    custom = known[1]
    shuffled = np.random.default_rng(0).permutation(len(custom.split))
    uploaded = read_uploaded("theirs", "theirs.csv", as_csv(custom, shuffled), known)
    assert uploaded.protocol == "fer2013"
    assert uploaded.title == "theirs"
    assert (uploaded.split.rows == custom.split.rows).all()
    assert (uploaded.right == custom.right).all()
    assert uploaded.accuracy.value == pytest.approx(custom.accuracy.value)
    assert uploaded.calibration.temperature == 1


def test_title_keeps_nothing_that_means_anything_elsewhere(known) -> None:
    uploaded = read_uploaded("../<b>[evil](x) 2.1*", "x.csv", as_csv(known[1]), known)
    assert uploaded.title == "b  evil (x) 2 1"


def test_csv_joins_a_split_that_is_not_in_row_order(known) -> None:
    dcnn = known[3]
    assert (np.diff(dcnn.split.rows) < 0).any()
    uploaded = read_uploaded("theirs", "theirs.csv", as_csv(dcnn), known)
    assert uploaded.protocol == "r3"
    assert (uploaded.split.rows == dcnn.split.rows).all()
    assert (uploaded.right == dcnn.right).all()


def test_npz_with_classes_in_another_order_is_put_in_ours(known, made_up_five) -> None:
    custom = known[1]
    turned = custom.classes[::-1]
    uploaded = read_uploaded(
        "turned",
        "turned.npz",
        as_npz(
            classes=np.array(turned),
            test_probabilities=custom.split.probabilities[:, ::-1],
            test_labels=(6 - custom.split.labels).astype(np.uint8),
            test_rows=custom.split.rows,
        ),
        known,
    )
    assert uploaded.classes == custom.classes
    assert uploaded.split.probabilities == pytest.approx(custom.split.probabilities)
    assert (uploaded.split.labels == custom.split.labels).all()


def test_our_own_npz_is_read_and_a_temperature_fitted(known, made_up_five) -> None:
    data = (made_up_five / "custom_cnn" / "predictions.npz").read_bytes()
    uploaded = read_uploaded("again", "predictions.npz", data, known)
    assert uploaded.calibration.temperature == pytest.approx(known[1].calibration.temperature)
    assert uploaded.accuracy == known[1].accuracy


def test_other_faces_are_set_apart_and_meet_each_other(known) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.dirichlet(np.ones(2), 40), columns=["Happiness", "sad"])
    table.insert(0, "label", ["happy", "sadness"] * 20)
    table.insert(0, "row", np.arange(40))
    first = read_uploaded("one", "one.csv", table.to_csv(index=False).encode(), known)
    second = read_uploaded("two", "two.csv", table[::-1].to_csv(index=False).encode(), known)
    assert first.protocol == second.protocol
    assert first.protocol.startswith("own-")
    assert first.faces == second.faces
    assert first.classes == ("happy", "sad")


def test_some_of_the_known_faces_meet_them_in_the_common_view(known) -> None:
    custom = known[1]
    few = np.random.default_rng(0).permutation(len(custom.split))[:900]
    uploaded = read_uploaded("theirs", "theirs.csv", as_csv(custom, few), known)
    assert uploaded.protocol.startswith("own-")
    common = common_view((custom, uploaded))
    assert len(common[0].split) == 900
    assert (common[0].right == common[1].right).all()
    with pytest.raises(EvaluationError, match="Only 150 faces"):
        common_view((custom, read_uploaded("x", "x.csv", as_csv(custom, few[:150]), known)))


def test_the_same_row_numbers_with_other_labels_are_other_faces(known) -> None:
    custom = known[1]
    turned = replace(custom, split=replace(custom.split, labels=6 - custom.split.labels))
    uploaded = read_uploaded("theirs", "theirs.csv", as_csv(turned), known)
    assert uploaded.protocol != "fer2013"
    with pytest.raises(EvaluationError, match="different data sets"):
        common_view((custom, uploaded))


def own(name: str, level: int, saved_models, n: int = 300):
    """A saved model judged on n own faces, happy and sad in turn, all of one gray level."""
    labels = np.tile(np.array([3, 4], np.uint8), n // 2)
    images = np.full((n, 48, 48), level, np.uint8)
    dataset = FaceDataset(images, labels, np.zeros(n, np.uint8))
    return own_contender(name, *evaluate_own(open_model(name, saved_models), dataset))


def test_own_faces_are_the_same_only_if_their_pictures_are(saved_models) -> None:
    dark, light = (own("custom_cnn", level, saved_models) for level in (10, 200))
    assert (dark.split.labels == light.split.labels).all()
    assert dark.data != light.data
    assert len(groups_of([dark, light])) == 2


def test_models_of_other_emotions_meet_on_one_own_set(saved_models) -> None:
    seven, three = (own(name, 100, saved_models) for name in ("custom_cnn", "dcnn_elu"))
    assert list(map(group_title, groups_of([seven, three]))) == [
        f"Own faces {seven.data[:8]}, 7 emotions",
        f"Own faces {seven.data[:8]}, 3 emotions",
    ]
    common = common_view((seven, three))
    assert [c.classes for c in common] == [("happy", "sad", "neutral")] * 2
    assert len(common[0].split) == 300


def _npz(**changes) -> bytes:
    arrays = {
        "classes": np.array(["happy", "sad"]),
        "test_probabilities": np.full((30, 2), 0.5),
        "test_labels": np.zeros(30, np.int16),
        "test_rows": np.arange(30),
    }
    return as_npz(**arrays | changes)


def _rows(**changes) -> bytes:
    table = pd.DataFrame(
        {"row": range(30), "label": ["happy", "sad"] * 15, "happy": 0.6, "sad": 0.4}
    )
    for column, value in changes.items():
        table[column] = value
    return table.to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("x.txt", b"", "neither a csv nor an npz"),
        ("x.csv", b"", "cannot be read"),
        ("x.csv", b"row,happy,sad\n1,0.5,0.5\n", "lacks the column label"),
        ("x.csv", _rows(label="bored"), "'bored' is no emotion"),
        ("x.csv", _rows(row=1), "occurs twice"),
        ("x.csv", _rows(happy=-1), "not negative"),
        ("x.csv", _rows(happy="much"), "no number"),
        ("x.csv", b"row,label,happy,sad\n1,sad,0.5,0.5\n", "too few"),
        ("x.csv", b"a," * 10**6 + b"\n", "has 1,000,001 columns; it needs 9"),
        ("x.npz", b"PK nonsense", "damaged, or no zip"),
        ("x.npz", as_npz(classes=np.array(["happy", "sad"])), "lacks the array"),
        ("x.npz", as_npz(classes=np.array(["happy", "bored"])), "must name emotions"),
        (
            "x.npz",
            as_npz(
                classes=np.array(["happy", "sad"]),
                test_probabilities=np.ones((30, 3)),
                test_labels=np.zeros(30, np.uint8),
                test_rows=np.arange(30),
            ),
            "Shapes do not fit",
        ),
        ("x.npz", as_npz(test_probabilities=np.zeros((2**22, 2))), "unpacks to more than"),
        ("x.csv", _rows(row=np.arange(30) + 0.5), "Row numbers must be whole"),
        ("x.csv", _rows(row=np.arange(30) + 2**32), "Row numbers must be whole"),
        ("x.csv", _rows(row=[None, *range(29)]), "Row numbers must be whole"),
        ("x.csv", _rows(Happiness=0.1), "same meaning"),
        ("x.npz", _npz(test_labels=np.full(30, -1)), "Labels must be whole"),
        ("x.npz", _npz(test_labels=np.full(30, 0.7)), "Labels must be whole"),
        ("x.npz", _npz(test_labels=np.full(30, "sad")), "Labels must be whole"),
        ("x.npz", _npz(test_labels=np.array(0)), "Shapes do not fit"),
        ("x.npz", _npz(test_probabilities=np.full((30, 2), "0.5")), "no number"),
        ("x.npz", _npz(test_rows=np.arange(30) + 0.5), "Row numbers must be whole"),
        ("x.npz", _npz(test_rows=np.arange(30) + 2**32), "Row numbers must be whole"),
        ("x.npz", _npz(classes=np.array("happy")), "two emotions or more"),
        ("x.npz", _npz(classes=np.array(["happy", "joy"])), "each once"),
        ("x.npz", _npz(validation_probabilities=np.full((9, 2), 0.5)), "lacks the array"),
        ("x.npz", _npz()[:400], "damaged, or no zip"),
        ("x.npz", _npz(test_probabilities=np.full((30, 2), 1e308)), "must be finite"),
        ("x.csv", _rows(happy=1e308, sad=1e308), "must be finite"),
    ],
)
def test_bad_upload_is_refused_with_the_reason(file, data, message, known) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_uploaded("bad", file, data, known)
