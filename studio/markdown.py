"""Texts of the user's, such as file names, made safe to stand in Markdown."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
"""What Markdown may take for a command: ASCII only, before others a backslash would be shown."""

_DIRECTIVE = re.compile(r":(?=[\w/+-]+:)|(?<=\bwww)\.|(?<=https):|(?<=http):")
"""Where icons, emoji and links begin, which are looked for after the backslashes are gone."""

_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|px|ms|MB|s)(?!\w))|(?<=\d)(?=%)"
    r"|(?<=\d) (?=[×±] \d)|(?<=[×±=]) (?=\d)|(?<=\bn) (?==)"
)

_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """Returns a text as Markdown that shows it in the running text and does nothing else."""
    apart = _DIRECTIVE.sub(lambda found: found[0] + _WORD_JOINER, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\1", apart)


def unbroken(text: str) -> str:
    """Returns a text whose figures stay on one line with their unit, a space before each %."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def code(text: str) -> str:
    """Returns a text as Markdown that shows it as code and does nothing else."""
    inside = text.replace("`", "'")
    return f"`{' '.join(inside.split())}`"
