import numpy as np
import pytest

from fer_core.dataset.spellings import (
    columns_of,
    label_of,
    number_of,
    pixel_columns,
    pixels_of,
    usage_in,
    usage_of,
)
from fer_core.emotions import EMOTIONS

FACE = np.random.default_rng(1).integers(0, 256, 2304, np.uint8)


@pytest.mark.parametrize(
    "text",
    ["3", "3.0", " 3 ", '"3"', "3.", "happy", "Happiness", "3_happy", "3 - Happy", "HAPPY ", "joy"],
)
def test_label_is_known_however_it_is_written(text):
    assert EMOTIONS[label_of(text)] == "happy"


@pytest.mark.parametrize("text", ["suprise", "Surprised", "5-suprise", "surprise_5"])
def test_common_misspelling_is_known(text):
    assert EMOTIONS[label_of(text)] == "surprise"


@pytest.mark.parametrize("text", ["7", "-1", "3.5", "", "contempt", "nan", "None", "1e0"])
def test_what_is_no_label_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"emotion '.*' is not 0\.\.6"):
        label_of(text)


def test_numbers_are_those_of_the_names_given():
    assert EMOTIONS[label_of("0", ["surprise", "fear"])] == "surprise"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("Training", "train", "Train", "training", "train_set", "trainset", "TRAIN"), 0),
        (("PublicTest", "val", "valid", "validation", "dev", "public_test", "val-set"), 1),
        (("PrivateTest", "test", "testing", "private test", "test_set", "TestSet"), 2),
    ],
)
def test_every_word_for_a_split(words, number):
    assert {usage_of(word) for word in words} == {number}


@pytest.mark.parametrize("text", ["", "Public", "both", "0"])
def test_what_is_no_split_is_refused_in_words(text):
    with pytest.raises(ValueError, match="is none of Training, PublicTest, PrivateTest"):
        usage_of(text)


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("train.csv", "Training"),
        ("fer2013_train.csv", "Training"),
        ("data/test.csv.gz", "PrivateTest"),
        ("validation-00000-of-00001.parquet", "PublicTest"),
        ("train_set", "Training"),
        ("fer2013.csv", None),
        ("train_and_test.csv", None),
        ("contest.csv", None),
    ],
)
def test_split_in_a_name(name, usage):
    assert usage_in(name) == usage


def test_number_is_whole():
    assert [number_of(text) for text in ("3", "03", "3.0", "3.1", "a", "", "-1")] == [
        *(3, 3, 3),
        *[None] * 4,
    ]


@pytest.mark.parametrize(
    "text",
    [
        " ".join(map(str, FACE)),
        ",".join(map(str, FACE)),
        ", ".join(map(str, FACE)),
        str(FACE.tolist()),
        '"' + " ".join(map(str, FACE)) + '"',
        " ".join(f"{value}.0" for value in FACE),
        "; ".join(map(str, FACE)),
        str(FACE.reshape(48, 48).tolist()),
    ],
)
def test_pixels_are_read_however_they_are_parted(text):
    np.testing.assert_array_equal(pixels_of(text), FACE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3", "3 pixels instead of 2304"),
        ("x " * 2304, "its pixels are not all numbers"),
        ("256 " * 2304, r"a pixel is not in 0\.\.255"),
        ("0.5 " * 2304, "a pixel is no whole number"),
        ("nan. " * 2304, "its pixels are not all numbers"),
    ],
)
def test_pixels_that_are_none_are_refused_in_words(text, said):
    with pytest.raises(ValueError, match=said):
        pixels_of(text)


def test_columns_bear_many_names():
    assert columns_of([" Usage", "label", "pixels "]) == {
        "usage": " Usage",
        "emotion": "label",
        "pixels": "pixels ",
    }
    assert columns_of(["image", "label", "emotion"])["emotion"] == "emotion"


def test_column_for_each_pixel():
    names = [f"pixel_{n}" for n in range(2304)]
    assert pixel_columns(["label", *names, "split"]) == names
    assert pixel_columns(["label", *names[:-1]]) == []
