import numpy as np
import pytest

from fer_core.imageops.text import (
    FONTS,
    code_points,
    draw_text,
    missing_characters,
    split_by_font,
)

BLACK = np.zeros((200, 400, 3), np.uint8)


def ink(text: str, **settings) -> np.ndarray:
    return draw_text(BLACK, text, **settings).any(axis=2)


def test_text_is_centred_where_it_is_put_in_the_colour_asked_for():
    result = draw_text(BLACK, "HH", size=20, colour="#FF8000", x=25, y=50)
    rows, columns = np.nonzero(result.any(axis=2))
    assert columns.mean() == pytest.approx(100, abs=3)
    assert rows.mean() == pytest.approx(100, abs=3)
    assert result.max(axis=(0, 1)).tolist() == [255, 128, 0]


def test_each_line_of_text_is_a_line_of_the_picture():
    one, two = ink("H", size=20, y=50), ink("H\nH", size=20, y=50)
    assert two.sum() == pytest.approx(2 * one.sum(), rel=0.1)
    assert np.ptp(np.nonzero(two)[0]) > 2 * np.ptp(np.nonzero(one)[0])


def test_size_is_a_share_of_the_height():
    heights = [np.ptp(np.nonzero(ink("H", size=size))[0]) for size in (10.0, 20.0)]
    assert heights[1] == pytest.approx(2 * heights[0], abs=2)


@pytest.mark.parametrize("font", FONTS)
def test_every_font_draws_differently_and_is_there(font):
    assert ink("agQ", font=font).any()
    others = [ink("agQ", font=other) for other in FONTS if other != font]
    assert all((ink("agQ", font=font) != other).any() for other in others)


@pytest.mark.parametrize(
    "text",
    [
        "Żółć",
        "Ελλάδα",
        "Привет",
        "مرحبا",
        "שלום",
        "你好",
        "こんにちは",
        "안녕",
        "नमस्ते",
        "ไทย",
        "አማርኛ",
        "😀",
    ],
)
def test_any_script_is_drawn_with_glyphs_of_its_own(text):
    assert missing_characters(text) == ""
    assert ink(text, size=20).any()
    empty_boxes = ink("\U00013000" * len(text), size=20)  # a hieroglyph that no font here has
    assert (ink(text, size=20) != empty_boxes).any()


def test_characters_that_no_font_has_are_named_once():
    assert missing_characters("a\U00013000b\U00013000 \n") == "\U00013000"


def test_a_line_is_split_only_where_no_font_has_it_all():
    assert [part for part, _ in split_by_font("नमस्ते 123", "DejaVu Sans")] == ["नमस्ते 123"]
    parts = list(split_by_font("abc 你好 नमस्ते", "DejaVu Serif"))
    assert "".join(part for part, _ in parts) == "abc 你好 नमस्ते"
    assert len(parts) == 3
    for part, path in parts:
        assert all(ord(c) in code_points(path) for c in part)
    assert parts[0][1] == FONTS["DejaVu Serif"]


def test_marks_stay_with_their_letter():
    parts = [part for part, _ in split_by_font("你e\u0301é नि", "DejaVu Sans")]
    assert all(not part.startswith("\u0301") for part in parts)
    assert "".join(parts) == "你e\u0301é नि"


def test_no_text_changes_nothing():
    np.testing.assert_array_equal(draw_text(BLACK, ""), BLACK)
    np.testing.assert_array_equal(draw_text(BLACK, "\n \n"), BLACK)
