"""Models in their order: those tested on the same faces, best first."""

from collections.abc import Sequence
from dataclasses import dataclass

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import (
    COMMON,
    Contender,
    common_view,
    group_title,
    groups_of,
)
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.significance import Comparison, compare_all
from fer_core.models import ModelSpec


@dataclass(frozen=True)
class Ranking:
    """Models that were tested on the same faces, and how sure their order is.

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


def best_first(contenders: Sequence[Contender], metric: str = "accuracy") -> list[Contender]:
    """Returns the contenders ordered by a key of `METRICS`, best first."""
    return sorted(
        contenders,
        key=lambda contender: contender.judged.metrics[metric].value,
        reverse=METRICS[metric].higher_is_better,
    )


def rankings_of(
    contenders: Sequence[Contender], untrained: Sequence[ModelSpec] = ()
) -> tuple[list[Ranking], str | None]:
    """Returns a ranking for each set of faces, and one on those common to all if there are several.

    Args:
        contenders: In any order.
        untrained: Architectures with no saved model, each shown in its protocol's ranking.

    Returns:
        The rankings, and why there is none on common faces, if there should be one.
    """
    found = []
    for name, group in groups_of(contenders).items():
        ghosts = tuple(spec for spec in untrained if spec.protocol == name)
        found.append(_ranking(group_title(name), group, ghosts))
    if len(found) < 2:
        return found, None
    try:
        found.append(_ranking(group_title(COMMON), common_view(contenders), ()))
    except EvaluationError as error:
        return found, str(error)
    return found, None


def _ranking(title: str, group: Sequence[Contender], ghosts: tuple[ModelSpec, ...]) -> Ranking:
    ranked = tuple(best_first(group))
    comparisons = compare_all({c.name: c.right for c in ranked})
    return Ranking(title, ranked, tuple(comparisons), ghosts)
