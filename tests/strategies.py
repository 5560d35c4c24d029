"""Hypothesis strategies that several tests draw from."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from data.filters import DIMENSION, OPTIONS, allowed_values, parse

DATES = st.one_of(
    st.just(""),
    st.builds(str, st.integers(1990, 2040)),
    st.builds("{}-{:02d}".format, st.integers(2021, 2027), st.integers(1, 12)),
    st.builds("{}-Q{}".format, st.integers(2021, 2027), st.integers(1, 4)),
    st.dates(date(2021, 1, 1), date(2027, 12, 31)).map(date.isoformat),
)


def some_of(parameter: str) -> st.SearchStrategy[list[str]]:
    """A few of the values that a parameter takes, any order."""
    return st.lists(st.sampled_from(allowed_values(parameter)), max_size=3, unique=True)


@st.composite
def queries(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Valid query parameters in any order, few of them restricting anything."""
    pairs = [(p, v) for p in ("sector", *DIMENSION) for v in draw(st.one_of(st.just([]), some_of(p)))]
    pairs += [("cross", v) for v in draw(st.lists(st.sampled_from("01"), max_size=1))]
    pairs += [(name, value) for name in ("from", "to") if (value := draw(DATES))]
    pairs += [(o.parameter, v) for o in OPTIONS for v in draw(st.lists(st.sampled_from(o.allowed), max_size=1))]
    pairs += [("speaker", v) for v in draw(st.sampled_from([[], [], [], ["openai"], ["nobody"]]))]
    pairs += [("company", v) for v in draw(st.sampled_from([[], [], [], ["openai"], ["nobody"]]))]
    pairs += [("investor", v) for v in draw(st.sampled_from([[], [], [], ["andreessen-horowitz"], ["nobody"]]))]
    pairs += [("event", v) for v in draw(st.sampled_from([[], ["EV017"]]))]
    pairs += [("hide", v) for v in draw(st.sampled_from([[], [], ["money"], ["market", "voices"]]))]
    pairs += [("series", v) for v in draw(st.sampled_from([[], [], ["csi-300"], ["made-up", "csi-300"]]))]
    pairs += [("against", v) for v in draw(st.sampled_from([[], [], ["csi-300"]]))]
    pairs += [("window", v) for v in draw(st.sampled_from([[], [], ["-1..1"], ["-10..30"]]))]
    pairs += [("estimation", v) for v in draw(st.sampled_from([[], [], ["-60..-11"]]))]
    pairs += [("q", q) for q in draw(st.lists(st.text(max_size=12), max_size=1))]
    return draw(st.permutations(pairs))


FILTERS = queries().map(lambda pairs: parse(pairs)[0])
