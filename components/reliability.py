"""One line on how reliable the coding is, for under every chart that draws stances."""

from __future__ import annotations

from urllib.parse import urlencode

from components.charts import CHART, frame_of
from components.figures.parts import has
from components.figures.reliability import agreeing, alpha_words
from components.plain import plain
from components.words import Words
from data.filters import Filters
from data.frames.common import SMALL_N
from data.tables import Tables

_KEY = "charts.coder-agreement.line"


def agreement_line(tables: Tables, filters: Filters, words: Words) -> str:
    """How often the two codings agree on the opinions shown, as Markdown, with a link to the evidence page.

    "" when there are no opinions under the filters.
    """
    frame = frame_of(CHART["coder-agreement"], tables, filters)
    if frame.empty:
        return ""
    row = frame.iloc[0]
    n, exact = int(row["n_total"]), row["stance_exact_pct"]
    if not n:
        said = words.t(f"{_KEY}.none")
    elif not has(exact):
        said = words.t(f"{_KEY}.differ")
    elif n < SMALL_N:
        said = words.t(f"{_KEY}.few", n=n, k=agreeing(frame))
    else:
        said = words.t(
            f"{_KEY}.shares", n=n, share=words.percent(float(exact), 1), alpha=alpha_words(row["stance_alpha"], "ordinal", words)
        )
    address = "/evidence?" + urlencode([*filters.to_query(), ("lang", words.lang)])
    return f"{plain(said)}{words.t('joiner')}[{plain(words.t(f'{_KEY}.link'))}](<{address}>)"
