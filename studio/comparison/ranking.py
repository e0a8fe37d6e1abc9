"""Which is best?"""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from fer_core.charts.ranking import elsewhere_column, ranking_table
from fer_core.common.numerals import percent
from fer_core.evaluation.comparison import Contender, Field
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.ranking import Ranking, best_first
from fer_core.evaluation.sentences import figure_text
from fer_core.review.chapters import best
from fer_core.savedmodels import saved_names
from fer_core.settings import settings
from studio.card import open_card
from studio.comparison.chapter import remember, tell
from studio.figure import show
from studio.glossary import explain
from studio.markdown import plain, unbroken

_METRIC = "metric"
_TABLE, _OPENED = "ranking_table", "ranking_opened"


def show_ranking(chosen: Ranking, expanded: bool) -> str:
    """Draws every model's figure with its interval, and the sortable table of all figures.

    Args:
        chosen: The models.
        expanded: Whether more is shown than a line.

    Returns:
        The key of `METRICS` that they are ranked by.
    """
    line = unbroken(", ".join(f"{c.title} {percent(c.accuracy.value)}" for c in chosen.contenders))
    with st.expander(f"**Ranking.** {line}", expanded=expanded):
        return _draw(chosen)


def ranked_by() -> str:
    """Returns the key of `METRICS` that the reader ranks by, also above where it is chosen."""
    asked = st.session_state.get(_METRIC, st.query_params.get(_METRIC))
    return next((key for key, one in METRICS.items() if asked in (key, one.title)), "accuracy")


def _draw(chosen: Ranking) -> str:
    metric = st.segmented_control(
        "Ranked by",
        list(METRICS),
        default="accuracy",
        required=True,
        format_func=lambda key: METRICS[key].title,
        key=_METRIC,
        bind="query-params",
    )
    chapter = tell(best, chosen, metric)
    (exhibit,) = chapter.exhibits
    st.markdown(f"## {unbroken(exhibit.title)}")
    show(exhibit.figure, exhibit.caption, key="ranking")
    for sentence in chapter.sentences[1:]:  # the first is the page's lead
        st.caption(sentence)
    table, config = remember(_table, chosen.contenders)
    st.dataframe(
        table,
        hide_index=True,
        column_config=config,
        on_select=lambda: _note_opened(chosen.contenders),
        selection_mode="single-cell",
        key=_TABLE,
        column_order=_order(table.columns, metric),
    )
    st.caption(
        "A click on a row opens the model's card; the table's menu shows its other columns: each "
        "interval, cost, other data."
    )
    if opened := st.session_state.pop(_OPENED, None):
        open_card(opened)
    explain(
        *("accuracy", "balanced accuracy", "macro-F1", "log-loss", "Brier score", "ECE"),
        *("interval", "always one answer", "people, 65 ± 5 %", "PublicTest, PrivateTest"),
        *("optimistic", "MMACs", "report, R1 to R5"),
    )
    return metric


def _note_opened(contenders: tuple[Contender, ...]) -> None:
    """Notes whose row was clicked, if it is a saved model and nobody's upload."""
    for row, _ in st.session_state[_TABLE].selection.cells:
        name = best_first(contenders)[row].name
        if name in saved_names():
            st.session_state[_OPENED] = name


def _order(columns: Iterable[str], metric: str) -> list[str]:
    """Returns the columns that a page has room for, the ranked one's interval among them."""
    shown = {"Model", "ms per face", "Size, MB", "n", *(one.title for one in METRICS.values())}
    shown.add(f"{METRICS[metric].title}, {METRICS[metric].interval}")
    return [column for column in columns if column in shown]


def _table(contenders: tuple[Contender, ...]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Returns the table, shares as percentages, each interval in one column; and its looks."""
    table = ranking_table(contenders)
    number = st.column_config.NumberColumn
    config: dict[str, Any] = {"Model": st.column_config.TextColumn(pinned=True)}
    for key, metric in METRICS.items():
        bounds = zip(
            table.pop(f"{metric.title} low"), table.pop(f"{metric.title} high"), strict=True
        )
        texts = [
            " – ".join(figure_text(key, bound).removesuffix(" %") for bound in pair)
            for pair in bounds
        ]
        place = list(table.columns).index(metric.title)
        table.insert(place + 1, f"{metric.title}, {metric.interval}", texts)
        if metric.is_share:
            table[metric.title] *= 100
        config[metric.title] = number(format="%.1f %%" if metric.is_share else "%.3f")
    config |= {title: number(format="%.2f") for title in ("MMACs", "Size, MB", "ms per face")}
    elsewhere = {elsewhere_column(record): record for one in contenders for record in one.elsewhere}
    for column, record in elsewhere.items():
        table[column] *= 100
        config[column] = number(
            format="%.1f %%",
            help=f"Read correctly of {record.n:,} pictures. {plain(record.source)}",
        )
    config["Parameters"] = number(format="compact")
    return table, config


def show_unreadable(field: Field) -> None:
    """Names the folders that cannot be read."""
    for name, reason in field.unreadable.items():
        st.warning(
            f"**{plain(name)}** cannot be read and is left out. {reason}",
            icon=":material/broken_image:",
        )


def show_untrained(field: Field) -> None:
    """Names the architectures of which there is no saved model, for who would train one."""
    if not field.untrained or settings().hosted:
        return
    few = len(field.untrained) == 1
    label = f"{field.untrained[0].title} is" if few else f"{len(field.untrained)} architectures are"
    with st.expander(f"{label} not trained here", icon=":material/model_training:"):
        table = pd.DataFrame(
            {
                "Model": spec.title,
                "From": spec.report,
                "Reported": spec.reported or "no figure",
                "Parameters, M": round(spec.parameters / 1e6, 2),
                "To train it": f"python -m fer_core train {spec.name}",
            }
            for spec in field.untrained
        )
        st.dataframe(table, hide_index=True)
