"""What others claim on FER2013, and how they chose."""

from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import claims
from studio.comparison.chapter import show_chapter, tell


def show_claims(chosen: Ranking) -> None:
    """Draws published results beside the chosen models."""
    show_chapter(tell(claims, chosen))
