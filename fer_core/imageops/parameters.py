"""What a setting of an operation may be. Each kind checks a value that came from outside."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fer_core.errors import PipelineError


@dataclass(frozen=True)
class Number:
    """A number within a range.

    Attributes:
        name: Of the function's argument.
        title: What people read.
        low: Smallest value.
        high: Largest value.
        step: Distance of the values a slider offers; whole numbers where it is an int.
        unit: What it counts, as "px" or "%".
        length: Whether it is a length on the picture, which shrinks with a reduced preview.
        odd: Whether it must be odd, as the side of a square around a pixel.
    """

    name: str
    title: str
    low: float
    high: float
    step: float
    unit: str = ""
    length: bool = False
    odd: bool = False

    def check(self, value: Any) -> float:
        """Returns the value as int or float.

        Raises:
            PipelineError: If it is no number, out of range, broken where whole is meant, or even
                where odd is meant.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PipelineError(f"“{self.name}” must be a number, not {value!r}.")
        if not self.low <= value <= self.high:
            raise PipelineError(
                f"“{self.name}” must be from {self.low:g} to {self.high:g}, not {str(value)[:12]}."
            )
        if not isinstance(self.step, int):
            return float(value)
        if value != int(value) or (self.odd and value % 2 == 0):
            kind = "an odd number" if self.odd else "a whole number"
            raise PipelineError(f"“{self.name}” must be {kind}, not {value:g}.")
        return int(value)

    def reduced(self, value: float, scale: float) -> float:
        """Returns the value for a picture that was scaled by 0 < scale <= 1."""
        if not self.length or scale == 1:
            return value
        if not isinstance(self.step, int):
            return max(self.low, value * scale)
        size = round(value * scale)
        return max(int(self.low), size + (self.odd and size % 2 == 0))


@dataclass(frozen=True)
class Choice:
    """One of several words.

    Attributes:
        name: Of the function's argument.
        title: What people read.
        options: The words.
    """

    name: str
    title: str
    options: tuple[str, ...]

    def check(self, value: Any) -> str:
        """Returns the value.

        Raises:
            PipelineError: If it is none of the options.
        """
        if not isinstance(value, str) or value not in self.options:
            raise PipelineError(
                f"“{self.name}” must be one of {listed(self.options)}, not {value!r}."
            )
        return value


@dataclass(frozen=True)
class Switch:
    """Yes or no.

    Attributes:
        name: Of the function's argument.
        title: What people read.
    """

    name: str
    title: str

    def check(self, value: Any) -> bool:
        """Returns the value.

        Raises:
            PipelineError: If it is neither true nor false.
        """
        if not isinstance(value, bool):
            raise PipelineError(f"“{self.name}” must be true or false, not {value!r}.")
        return value


@dataclass(frozen=True)
class Words:
    """Free text.

    Attributes:
        name: Of the function's argument.
        title: What people read.
        longest: Most characters.
    """

    name: str
    title: str
    longest: int = 200

    def check(self, value: Any) -> str:
        """Returns the value.

        Raises:
            PipelineError: If it is no text, not valid Unicode, or longer than `longest`.
        """
        if not isinstance(value, str):
            raise PipelineError(f"“{self.name}” must be text, not {value!r}.")
        if len(value) > self.longest:
            raise PipelineError(
                f"“{self.name}” has {len(value)} characters; the limit is {self.longest}."
            )
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise PipelineError(f"“{self.name}” has half of a surrogate pair, which is no text.")
        return value


@dataclass(frozen=True)
class Colour:
    """A colour as "#RRGGBB".

    Attributes:
        name: Of the function's argument.
        title: What people read.
    """

    name: str
    title: str

    def check(self, value: Any) -> str:
        """Returns the value in capitals.

        Raises:
            PipelineError: If it is not of the form "#RRGGBB".
        """
        if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise PipelineError(f"“{self.name}” must be a colour as #RRGGBB, not {value!r}.")
        return value.upper()


Parameter = Number | Choice | Switch | Words | Colour


def listed(words: Iterable[str]) -> str:
    """Returns words as one text: “a”, “b”, “c”."""
    return ", ".join(f"“{word}”" for word in words)
