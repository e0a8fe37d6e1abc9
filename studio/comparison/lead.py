"""Is the lead real?"""

from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import lead
from studio.comparison.chapter import show_chapter, tell


def show_lead(chosen: Ranking) -> None:
    """Draws the leader against each other model, and the matrix of all pairs."""
    show_chapter(tell(lead, chosen))
