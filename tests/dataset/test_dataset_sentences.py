import numpy as np

from fer_core.dataset.sentences import agreement_sentence, baseline_sentence, headline
from fer_core.dataset.statistics import Baseline, read_statistics, split_agreement
from fer_core.emotions import EMOTIONS


def test_headline_of_fer2013() -> None:
    assert headline(read_statistics().counts, EMOTIONS) == (
        "35,887 faces, 7 emotions: **happy** is 16.4 times as frequent as **disgust**. A model "
        "must beat **24.5 %**, what always answering happy scores on PrivateTest."
    )


def test_headline_of_odd_datasets() -> None:
    classes = ("happy", "sad")
    assert "None of its faces" in headline(np.zeros((3, 2), int), classes)
    equal = headline(np.array([[2, 2], [0, 0], [0, 0]]), classes)
    assert equal.startswith("4 faces, 2 emotions: each is equally frequent.")
    missing = headline(np.array([[1, 0], [0, 0], [0, 0]]), classes)
    assert missing.startswith("1 face, 2 emotions: **happy** is commonest, **sad** has no face")


def test_agreement_in_words() -> None:
    same = agreement_sentence(split_agreement(read_statistics().counts))
    assert "in the same shares, as far as chance tells" in same
    assert "12 degrees of freedom, p = 0.687;" in same
    other = agreement_sentence(split_agreement(np.array([[100, 10], [10, 100]])))
    assert "differ in their classes by more than chance" in other
    assert "p < 0.001" in other
    assert "nothing to compare" in agreement_sentence(None)


def test_baseline_in_words() -> None:
    counts = np.array([[9, 1], [0, 0], [3, 1]])
    assert baseline_sentence(Baseline(0, 0.75, 2), counts, ("happy", "sad")) == (
        "Always answering “happy” is right for 75.0 % of PrivateTest (n = 4)."
    )
