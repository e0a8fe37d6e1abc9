"""Does it survive the real world?"""

from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import robustness
from fer_core.savedmodels import saved_names
from studio.comparison.chapter import show_chapter, tell
from studio.terminal import offer


def show_robustness(chosen: Ranking) -> None:
    """Draws accuracy under each disturbance, and says how those without it are measured."""
    show_chapter(tell(robustness, chosen))
    missing = [c.name for c in chosen.contenders if c.robustness is None]
    if missing:
        saved = saved_names()
        name = next((name for name in missing if name in saved), "NAME")
        offer(
            f"python -m fer_core evaluate {name} --robustness --write",
            "A saved model is measured on FER2013 by this command; a selection of common faces is "
            "not measured.",
        )
