"""Models that can be compared: those tested on the same faces."""

from collections.abc import Sequence
from dataclasses import dataclass

from fer_core.charts.ranking import best_first
from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import (
    COMMON,
    Contender,
    common_view,
    group_title,
    groups_of,
)
from fer_core.evaluation.significance import Comparison, compare_all
from fer_core.models import ModelSpec


@dataclass(frozen=True)
class Part:
    """Models that were tested on the same faces.

    Attributes:
        title: Which faces these are.
        contenders: Best first, all tested on the same faces.
        comparisons: Every pair of them.
        untrained: Architectures of this protocol with no saved model.
    """

    title: str
    contenders: tuple[Contender, ...]
    comparisons: tuple[Comparison, ...]
    untrained: tuple[ModelSpec, ...] = ()

    @property
    def titles(self) -> dict[str, str]:
        """Title of each contender's name."""
        return {contender.name: contender.title for contender in self.contenders}

    @property
    def n(self) -> int:
        """Number of faces they share."""
        return len(self.contenders[0].split)

    @property
    def leads(self) -> tuple[Comparison, ...]:
        """The pairs of the best with each other."""
        best = self.contenders[0].name
        return tuple(c for c in self.comparisons if best in (c.first, c.second))


def parts_of(
    contenders: Sequence[Contender], untrained: Sequence[ModelSpec] = ()
) -> tuple[list[Part], str | None]:
    """Returns one part for each set of faces, and one on those common to all if there are several.

    Args:
        contenders: In any order.
        untrained: Architectures with no saved model, each shown in its protocol's part.

    Returns:
        The parts, and why there is none on common faces, if there should be one.
    """
    found = []
    for name, group in groups_of(contenders).items():
        ghosts = tuple(spec for spec in untrained if spec.protocol == name)
        found.append(_part(group_title(name), group, ghosts))
    if len(found) < 2:
        return found, None
    try:
        found.append(_part(group_title(COMMON), common_view(contenders), ()))
    except EvaluationError as error:
        return found, str(error)
    return found, None


def _part(title: str, group: Sequence[Contender], ghosts: tuple[ModelSpec, ...]) -> Part:
    ranked = tuple(best_first(group))
    comparisons = compare_all({c.name: c.right for c in ranked})
    return Part(title, ranked, tuple(comparisons), ghosts)
