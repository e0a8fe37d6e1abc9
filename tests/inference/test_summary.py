import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.summary import (
    MOST_BINS,
    MOST_MOMENTS,
    MOST_TIMELINES,
    Summary,
    Timeline,
)

CLASSES = ("happy", "sad", "neutral")
PICTURE = np.zeros((100, 200, 3), np.uint8)


def face(happy: float, number: int = 1, label: str | None = None) -> TrackedFace:
    values = np.array([happy, 1 - happy, 0], np.float32)
    label = label or CLASSES[int(values.argmax())]
    return TrackedFace(FaceBox(20, 20, 40, 40), CLASSES, values, number, label, True)


def summed(course, fps: float = 10, threshold: float = 0.0, picture=PICTURE) -> Summary:
    """Sums one face with the given probabilities of happy; None where there is no face."""
    summary = Summary()
    for index, happy in enumerate(course):
        faces = [] if happy is None else [face(happy)]
        summary.add(picture, faces, index / fps, threshold)
    return summary


def test_shares_are_shares_of_time_not_of_frames():
    summary = Summary()
    times = [0.0, 0.25, 0.5, 0.75, 1.0, 2.0]
    for index, seconds in enumerate(times):
        summary.add(PICTURE, [face(0.9 if index < 5 else 0.1)], seconds, 0.0)
    assert summary.faces[1].spent == pytest.approx({"happy": 1.0, "sad": 1.0})
    assert summary.faces[1].shares() == pytest.approx({"happy": 0.5, "sad": 0.5})


def test_gap_in_the_video_counts_as_one_second_at_most():
    summary = Summary()
    for seconds in (0.0, 0.1, 60.0):
        summary.add(PICTURE, [face(0.9)], seconds, 0.0)
    assert summary.faces[1].seconds == pytest.approx(1.1)


def test_not_sure_has_its_share():
    assert summed([0.55] * 11, threshold=0.7).faces[1].shares() == {"not sure": 1.0}


def test_first_last_and_order_of_the_faces_seen_longest():
    summary = Summary()
    for index in range(50):
        there = [n for n, start in ((1, 45), (2, 0), (3, 10)) if index >= start]
        summary.add(PICTURE, [face(0.9, n) for n in there], index / 10, 0.0)
    assert [f.number for f in summary.longest(2)] == [2, 3]
    assert (summary.faces[3].first, summary.faces[3].last) == (1.0, 4.9)
    assert (summary.frames, summary.seconds) == (50, 4.9)


def test_only_the_faces_seen_longest_keep_their_timelines():
    summary, seconds = Summary(), 0.0
    for number in range(1, 101):
        for _ in range(3 + number % 50):
            seconds += 0.1
            summary.add(PICTURE, [face(0.9, number)], seconds, 0.0)
        seconds += 5.0
    summary.add(PICTURE, [], seconds, 0.0)
    assert len(summary.faces) == 100
    kept = [number for number, face in summary.faces.items() if len(face.timeline.points()[0])]
    assert len(kept) == MOST_TIMELINES
    assert kept == [face.number for face in summary.longest(MOST_TIMELINES)]


def test_timeline_means_what_falls_into_a_bin():
    line = Timeline()
    for seconds, value in ((0.0, 0.2), (0.05, 0.4), (0.31, 0.8)):
        line.add(seconds, np.array([value, 1 - value]))
    seconds, values = line.points()
    np.testing.assert_allclose(seconds, [0.05, 0.15, 0.25, 0.35])
    np.testing.assert_allclose(values[:, 0], [0.3, np.nan, np.nan, 0.8])


def test_timeline_of_ten_frames_a_second_has_no_gaps():
    line = Timeline()
    for index in range(40):
        line.add(index / 10, np.array([0.5, 0.5]))
    seconds, values = line.points()
    assert len(seconds) == 40
    assert not np.isnan(values).any()


@pytest.mark.parametrize("rate", [2, 3, 8, 12])
def test_a_slow_video_has_no_gaps_but_where_the_face_is_away(rate):
    course = [None if 2 <= index / rate < 4 else 0.5 for index in range(6 * rate)]
    summary = summed(course, fps=rate)
    seconds, values = summary.faces[1].timeline.points()
    gap = np.isnan(values[:, 0])
    assert gap.any() and seconds[gap].min() > 1.5 and seconds[gap].max() < 4
    assert not gap[seconds < 1.5].any() and not gap[seconds > 4.2].any()


def test_uneven_frames_leave_no_gaps_but_where_the_video_pauses():
    summary, random = Summary(), np.random.default_rng(0)
    early = np.cumsum(random.uniform(0.14, 0.26, 50))
    times = [*early, *(early[-1] + 5 + np.arange(60) / 30)]
    for seconds in times:
        summary.add(PICTURE, [face(0.5)], seconds, 0.0)
    seconds, values = summary.faces[1].timeline.points()
    gap = np.isnan(values[:, 0])
    assert gap.sum() == pytest.approx(50, abs=2)
    assert not gap[(seconds < early[-1]) | (seconds > early[-1] + 5)].any()


def test_timeline_gets_coarser_and_never_longer():
    line = Timeline()
    for index in range(20_000):
        line.add(index / 10, np.array([index / 20_000, 0.0]))
    seconds, values = line.points()
    assert MOST_BINS / 2 <= len(seconds) <= MOST_BINS
    np.testing.assert_allclose(values[:, 0], seconds / 2000, atol=2e-3)


def test_timeline_with_long_gaps_is_no_longer():
    line = Timeline()
    for seconds in (0.0, 0.1, 0.2, 9_000.0, 9_000.1, 21_000.0):
        line.add(seconds, np.array([seconds / 21_000, 0.0]))
    seconds, values = line.points()
    assert len(seconds) <= MOST_BINS
    there = seconds[~np.isnan(values[:, 0])]
    np.testing.assert_allclose(there, [0, 9_000, 21_000], atol=line.width)


def test_change_is_found_once_with_its_time_and_sides():
    (moment,) = summed([0.9] * 30 + [0.1] * 30).moments
    assert moment.before == ("happy", pytest.approx(0.9))
    assert moment.after == ("sad", pytest.approx(0.9))
    assert moment.change == pytest.approx(0.8)
    assert 3.0 <= moment.seconds <= 4.0


def test_steady_face_has_no_moment():
    assert summed([0.9] * 100).moments == []
    assert summed(0.7 + 0.1 * np.sin(np.arange(100))).moments == []


def test_only_the_strongest_changes_are_kept_in_order_of_time():
    course = []
    for step in range(12):
        course += [0.5 - 0.03 * step - 0.1] * 30 + [0.5 + 0.03 * step + 0.1] * 30
    moments = summed(course).moments
    assert len(moments) == MOST_MOMENTS
    assert [m.seconds for m in moments] == sorted(m.seconds for m in moments)
    assert min(m.change for m in moments) > 0.6


def test_thumbnail_holds_an_eighth_more_on_each_side_of_the_face():
    down, across = np.mgrid[:100, :200].astype(np.uint8)
    picture = np.dstack([across, down, down])
    before, _ = summed([0.9] * 20 + [0.1] * 20, picture=picture).moments[0].thumbnails
    for span in (before[..., 0], before[..., 1]):  # a face from 20 to 60 px: 5 px more on each side
        assert (span.min(), span.max()) == (pytest.approx(15, abs=1), pytest.approx(64, abs=1))


def test_thumbnails_show_the_face_before_and_after():
    summary = Summary()
    for index in range(40):
        picture = np.full((100, 200, 3), 40 if index < 20 else 200, np.uint8)
        summary.add(picture, [face(0.9 if index < 20 else 0.1)], index / 10, 0.0)
    before, after = summary.moments[0].thumbnails
    assert before.shape == after.shape == (96, 96, 3)
    assert (before.mean(), after.mean()) == (40, 200)


def test_face_that_is_gone_leaves_no_pictures_behind():
    summary = summed([0.9] * 20 + [None] * 30)
    assert summary._lately == {}


def test_change_to_a_model_with_other_classes_is_no_moment():
    summary = Summary()
    for index in range(30):
        shown = face(0.9)
        if index >= 15:
            p = np.array([0.0, 1.0], np.float32)
            shown = TrackedFace(FaceBox(20, 20, 40, 40), ("happy", "sad"), p, 1, "sad", True)
        summary.add(PICTURE, [shown], index / 10, 0.0)
    assert summary.moments == []
