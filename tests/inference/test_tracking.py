import numpy as np
import pytest

from fer_core.inference.tracking import PATIENCE, SHOWN_WHILE_MISSED, Tracker, distance_iou, match

FPS = 15


def face(x: float, y: float = 100.0, side: float = 80.0) -> list[float]:
    return [x, y, side, side]


def run(frames: list[list[list[float]]], tracker: Tracker | None = None) -> list[dict]:
    """Observes each frame; returns {number: left} of what is shown in each."""
    tracker = tracker or Tracker()
    shown = []
    for index, boxes in enumerate(frames):
        places = np.array(boxes, float).reshape(-1, 4)
        tracker.observe(places, np.ones(len(places)), index / FPS)
        shown.append({t.number: t.place[0] for t in tracker.shown(index / FPS)})
    return shown


def test_distance_iou_against_hand_worked_pairs():
    a = np.array([[0.0, 0, 2, 2]])
    same, beside, half = [0.0, 0, 2, 2], [2.0, 0, 2, 2], [1.0, 0, 2, 2]
    got = distance_iou(a, np.array([same, beside, half]))[0]
    # beside: no overlap, centres 2 apart, diagonal^2 16 + 4; half: 2 / 6, 1 apart, 9 + 4.
    np.testing.assert_allclose(got, [1, -4 / 20, 1 / 3 - 1 / 13])


def test_match_takes_the_best_sum_not_the_first_best():
    # Greedy would give the second its nearest (column 0) and leave the first what is far.
    places, others = np.array([face(0), face(30)]), np.array([face(20), face(60)])
    assert distance_iou(places, others).argmax() == 2
    assert match(places, others) == [(0, 0), (1, 1)]


def test_match_does_not_pass_a_sure_face_on_to_fill_a_gap():
    # The second track lost its face; a new one stands beside the first.
    places, others = np.array([face(0), face(-60)]), np.array([face(-10), face(70)])
    assert match(places, others) == [(0, 0)]


def test_match_leaves_out_what_is_too_far():
    assert match(np.array([face(0)]), np.array([face(500)])) == []
    assert match(np.empty((0, 4)), np.array([face(0)])) == []


def test_jitter_keeps_the_number_and_is_damped():
    rng = np.random.default_rng(1)
    lefts = 200 + rng.normal(0, 6, 120)
    shown = run([[face(x)] for x in lefts])
    assert all(set(frame) == {1} for frame in shown)
    followed = np.array([frame[1] for frame in shown])
    assert np.diff(followed).std() < 0.75 * np.diff(lefts).std()


def test_crossing_faces_keep_their_numbers():
    frames = []
    for x in np.arange(0, 400, 10):
        boxes = [face(x), face(400 - x, 112)]
        hidden = abs(x - (400 - x)) < 60
        frames.append(boxes[:1] if hidden else boxes)  # the one behind is not found
    assert sum(len(frame) == 1 for frame in frames) >= 5
    shown = run(frames)
    assert shown[0] == {1: 0, 2: 400}
    assert set(shown[-1]) == {1, 2}
    assert shown[-1][1] > 350
    assert shown[-1][2] < 50


def test_detections_in_any_order_keep_their_numbers():
    rng = np.random.default_rng(2)
    frames = []
    for step in range(50):
        boxes = [face(10 + step), face(150 + step), face(300 - step)]
        frames.append([boxes[n] for n in rng.permutation(3)])
    shown = run(frames)
    start = shown[0]
    for number, left in shown[-1].items():
        assert abs(left - start[number]) < 60


def test_face_that_leaves_and_returns_in_time_has_its_number_again():
    gone = int(0.8 * PATIENCE * FPS)
    shown = run([[face(50)]] * 10 + [[]] * gone + [[face(60)]] * 5)
    assert set(shown[-1]) == {1}


def test_face_that_returns_too_late_gets_a_new_number():
    gone = int(1.2 * PATIENCE * FPS)
    shown = run([[face(50)]] * 10 + [[]] * gone + [[face(50)]] * 5)
    assert set(shown[-1]) == {2}


def test_missed_face_is_shown_a_little_longer_then_not():
    shown = run([[face(50)]] * 10 + [[]] * FPS)
    held = [bool(frame) for frame in shown[10:]]
    expected = int(SHOWN_WHILE_MISSED * FPS)
    assert sum(held) == pytest.approx(expected, abs=1)
    assert held == sorted(held, reverse=True)


def test_single_false_hit_is_never_shown_except_in_the_first_frame():
    frames = [[face(50)] for _ in range(10)]
    frames[5].append(face(400))
    assert all(set(frame) == {1} for frame in run(frames))
    assert set(run([[face(50), face(400)], [face(50)]])[0]) == {1, 2}


def test_new_face_is_shown_once_found_twice():
    shown = run([[face(50)]] * 5 + [[face(50), face(300)]] * 3)
    assert [set(frame) for frame in shown[5:]] == [{1}, {1, 2}, {1, 2}]


def test_tracker_asks_for_a_search_while_a_face_is_uncertain():
    tracker = Tracker()
    tracker.observe(np.array([face(50)]), np.ones(1), 0.0)
    assert tracker.unsettled(0.0)
    tracker.observe(np.array([face(50)]), np.ones(1), 0.1)
    assert not tracker.unsettled(0.1)
    tracker.observe(np.empty((0, 4)), np.ones(0), 0.2)
    assert tracker.unsettled(0.2)
    assert not tracker.unsettled(0.1 + SHOWN_WHILE_MISSED + 0.1)


def test_forgotten_faces_leave_nothing_behind():
    tracker = Tracker()
    for index in range(200):
        boxes = np.array([face(500 * (index % 7), 700 * (index % 3))])
        tracker.observe(boxes, np.ones(1), float(2 * index))
    assert len(tracker.numbers()) <= 1


def test_move_leaves_a_face_where_it_is_that_could_not_be_followed():
    tracker = Tracker()
    for seconds in (0.0, 0.1):
        tracker.observe(np.array([face(50), face(300)]), np.ones(2), seconds)
    moved = np.array([face(55), [np.nan] * 4])
    assert not tracker.move(moved, 0.15)
    assert {t.number: t.place[0] for t in tracker.shown(0.15)} == {1: 55, 2: 300}
