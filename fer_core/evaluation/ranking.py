"""Models in their order: those tested on the same faces, best first."""

from collections.abc import Callable, Sequence
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
    groups = groups_of(contenders)
    found = [ranking_of(name, group, untrained) for name, group in groups.items()]
    if len(found) < 2:
        return found, None
    try:
        found.append(ranking_of(COMMON, common_view(contenders)))
    except EvaluationError as error:
        return found, str(error)
    return found, None


def comparisons_of(contenders: Sequence[Contender]) -> tuple[Comparison, ...]:
    """Returns every pair of contenders compared."""
    return tuple(compare_all({contender.name: contender.right for contender in contenders}))


def ranking_of(
    name: str,
    contenders: Sequence[Contender],
    untrained: Sequence[ModelSpec] = (),
    compare: Callable[[tuple[Contender, ...]], tuple[Comparison, ...]] = comparisons_of,
) -> Ranking:
    """Returns the ranking of models that were tested on the same faces.

    Args:
        name: Of these faces, as `groups_of` gives it, or `COMMON`.
        contenders: In any order.
        untrained: Architectures with no saved model; those of this protocol are shown.
        compare: Compares every pair, best first: for who keeps what was compared before.
    """
    ranked = tuple(best_first(contenders))
    ghosts = tuple(spec for spec in untrained if spec.protocol == name)
    return Ranking(group_title(name), ranked, compare(ranked), ghosts)
