"""The comparison, told once: its questions, the answers in sentences, and what shows them.

The page draws these chapters as its reader chooses, the review and its tables as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from fer_core.charts.claims import claimed
from fer_core.charts.confidence import calibration_errors, coverage_curves, reliability_diagram
from fer_core.charts.cost import accuracy_against_cost
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.failures import (
    Normalised,
    confusion,
    highest_cell,
    per_class,
    precision_recall_curves,
    roc_curves,
)
from fer_core.charts.lead import leads, significance_matrix
from fer_core.charts.photographs import read_on_photographs
from fer_core.charts.ranking import ranking as ranking_chart
from fer_core.charts.robustness import robustness_curves
from fer_core.charts.training import epoch_violins, training_curves
from fer_core.dataset import PROTOCOLS
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.recommendation import recommend
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.sentences import (
    calibration_sentence,
    claims_sentence,
    confused_sentences,
    elsewhere_sentences,
    headline,
    lead_sentence,
    optimistic_sentence,
    photographs_sentence,
    robustness_sentence,
    training_sentence,
    wrong_sentence,
)

CUT_OUT = (
    "A model's headline is for faces that come cut out. On a photograph a face must first be "
    "found, turned upright and cut out; one that is missed counts as wrong here."
)

CURVES = {"Precision-recall": precision_recall_curves, "ROC": roc_curves}


@dataclass(frozen=True)
class Chapter:
    """One question of the comparison, answered.

    Attributes:
        question: As its heading.
        sentences: The answer in words, Markdown bold allowed.
        exhibits: What shows it; none where nothing is known.
        missing: What is not known, and of which models.
    """

    question: str
    sentences: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    missing: str = ""


def chapters(ranking: Ranking, metric: str = "accuracy") -> list[Chapter]:
    """Returns those that have something to show, from the question to the answer.

    Args:
        ranking: The models.
        metric: Key of `METRICS` that they are ranked by.
    """
    told = [
        best(ranking, metric),
        lead(ranking),
        cost(ranking),
        failures(ranking.contenders),
        confidence(ranking, ranking.contenders),
        robustness(ranking),
        photographs(ranking),
        training(trained(ranking)),
        claims(ranking),
    ]
    return [chapter for chapter in told if chapter.exhibits]


def tables(ranking: Ranking, metric: str = "accuracy") -> dict[str, pd.DataFrame]:
    """Returns every table of the comparison by the name of its exhibit; see `chapters`."""
    exhibits = [exhibit for chapter in chapters(ranking, metric) for exhibit in chapter.exhibits]
    return {exhibit.name: exhibit.table for exhibit in exhibits}


def best(ranking: Ranking, metric: str = "accuracy") -> Chapter:
    """Ranks the models by a key of `METRICS`."""
    sentences = (
        headline(ranking.contenders, ranking.comparisons, metric),
        optimistic_sentence(ranking.contenders),
        *elsewhere_sentences(ranking.contenders),
    )
    return Chapter(
        "Which is best?",
        tuple(filter(None, sentences)),
        _of_data(ranking.contenders, ranking_chart(ranking.contenders, metric, ranking.untrained)),
    )


def _of_data(contenders: Sequence[Contender], *exhibits: Exhibit) -> tuple[Exhibit, ...]:
    """Returns exhibits whose captions say of what data their figures are."""
    is_known = all(one.protocol in PROTOCOLS for one in contenders)
    data = "FER2013" if is_known else "faces that were brought"
    return tuple(replace(one, caption=f"{one.caption} Data: {data}.") for one in exhibits)


def lead(ranking: Ranking) -> Chapter:
    """Holds the best against each other model, and every pair where there are three or more."""
    question, titles = "Is the lead real?", ranking.titles
    order, n = list(titles), ranking.n
    if len(order) < 2:
        return Chapter(
            question, missing="Choose two models or more to hold them against each other."
        )
    exhibits = [leads(ranking.comparisons, order[0], titles, n)]
    if len(order) > 2:
        exhibits.append(significance_matrix(ranking.comparisons, order, titles, n))
    sentences = tuple(lead_sentence(comparison, titles) for comparison in ranking.leads)
    return Chapter(question, sentences, _of_data(ranking.contenders, *exhibits))


def cost(ranking: Ranking, costs: Sequence[str] = ("milliseconds", "parameters")) -> Chapter:
    """Draws accuracy against keys of `COSTS` and names the model to take."""
    question = "What does it cost?"
    if not any(contender.cost for contender in ranking.contenders):
        return Chapter(question, missing="No cost is recorded for these models.")
    sentence = f"**Recommended:** {recommend(ranking.contenders, ranking.comparisons).text}"
    exhibits = (accuracy_against_cost(ranking.contenders, cost) for cost in costs)
    return Chapter(question, (sentence,), _of_data(ranking.contenders, *exhibits))


def claims(ranking: Ranking) -> Chapter:
    """Holds published results, and how they were chosen, beside models of FER2013's 7 emotions."""
    question = "What do others claim?"
    ours = [one for one in ranking.contenders if one.protocol == "fer2013" and _is_whole(one)]
    if not ours:
        return Chapter(question, missing="Published results are of FER2013's seven emotions.")
    return Chapter(question, (claims_sentence(),), (claimed(ours),))


def _is_whole(contender: Contender) -> bool:
    """Whether it was tested on all seven emotions, not on what others share with it."""
    return len(contender.classes) == len(EMOTIONS)


def failures(
    contenders: Sequence[Contender],
    cells: Normalised = "truth",
    curves: Sequence[str] = tuple(CURVES),
) -> Chapter:
    """Says what models take for what.

    Args:
        contenders: Tested on the same faces.
        cells: What the cells of the matrices are shares of.
        curves: Keys of `CURVES`.
    """
    highest = highest_cell(contenders, cells)
    exhibits = [confusion(one, cells, highest) for one in contenders]
    exhibits.append(per_class(contenders))
    exhibits += [CURVES[curve](one) for curve in curves for one in contenders]
    sentences = tuple(
        f"{wrong_sentence(one)} {'; '.join(confused_sentences(one, 3))}." for one in contenders
    )
    return Chapter("Where does it fail?", sentences, _of_data(contenders, *exhibits))


def confidence(ranking: Ranking, closely: Sequence[Contender]) -> Chapter:
    """Says how far each model's confidence is to be believed.

    Args:
        ranking: Whose calibration errors and coverage are drawn beside each other.
        closely: Models of it with a sentence and a reliability diagram of their own.
    """
    exhibits = (
        *(reliability_diagram(one) for one in closely),
        calibration_errors(ranking.contenders),
        coverage_curves(ranking.contenders),
    )
    sentences = tuple(calibration_sentence(one) for one in closely)
    return Chapter(
        "Can its confidence be trusted?", sentences, _of_data(ranking.contenders, *exhibits)
    )


def robustness(ranking: Ranking) -> Chapter:
    """Draws accuracy under each disturbance, one line for each model."""
    measured = [one for one in ranking.contenders if one.robustness is not None]
    others = [one.title for one in ranking.contenders if one.robustness is None]
    return Chapter(
        "Does it survive the real world?",
        tuple(robustness_sentence(one) for one in measured),
        _of_data(measured, robustness_curves(measured, list(CORRUPTIONS))) if measured else (),
        f"Not measured: {', '.join(others)}." if others else "",
    )


def photographs(ranking: Ranking) -> Chapter:
    """Says what is left of each model's figure where faces must first be found."""
    measured = [one for one in ranking.contenders if one.end_to_end is not None]
    others = [one.title for one in ranking.contenders if one.end_to_end is None]
    return Chapter(
        "What does a person get on a photograph?",
        (CUT_OUT, *(photographs_sentence(one) for one in measured)) if measured else (),
        _of_data(measured, read_on_photographs(measured)) if measured else (),
        f"Not measured: {', '.join(others)}." if others else "",
    )


def trained(ranking: Ranking) -> tuple[Contender, ...]:
    """Returns the models whose training is recorded."""
    return tuple(one for one in ranking.contenders if one.history is not None)


def training(contenders: Sequence[Contender]) -> Chapter:
    """Draws how models with a history trained, and says which of them overfits."""
    question = "How did it train?"
    if not contenders:
        return Chapter(question, missing="No history is recorded for these models.")
    exhibits = (
        *(training_curves(one) for one in contenders),
        epoch_violins(contenders, "accuracy"),
        epoch_violins(contenders, "loss"),
    )
    sentences = tuple(training_sentence(one) for one in contenders)
    return Chapter(question, sentences, _of_data(contenders, *exhibits))
