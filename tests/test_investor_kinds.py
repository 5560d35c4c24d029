"""Every investor has one kind or none, given by hand; the rule keeps the kind to investors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.build import RECORDS_DIR, read_records
from data.catalog import dictionary
from data.checks import Files, Record, RecordFile, only_investors_have_an_investor_kind, split

KINDS = tuple(dictionary().codes["investor_kind"])
FILES: Files = read_records(RECORDS_DIR)[0]
ENTITIES: dict[str, Record] = {row["entity_id"]: row for row in FILES["entities"].rows}
INVESTORS = {i for row in FILES["funding_rounds"].rows for i in split(row["investor_ids"]) + split(row["lead_investor_ids"])}

#: Worked by hand, among them each hard case named in data/CHANGES.md.
KNOWN = {
    "financial": "sequoia-capital accel tiger-global bezos-expeditions t-rowe-price pvx-partners founders-inc cicc citic-securities-investment "
    "china-life-private-equity china-life-yrd-fund softbank legend-star emerson-collective banyan-ventures wndrco shunwei-capital "
    "endeavor-catalyst gold-house-ventures tsinghua-alumni-seed-fund natural-capital kivu-ventures gl-ventures",
    "strategic": "nvidia nventures google gv google-ai-futures-fund tencent long-z-investments walt-disney china-mobile humain amd amd-ventures "
    "prosperity7-ventures baidu-ventures infoedge-ventures united-al-saqer-group dentsu-ventures toyota-ventures intel-capital brahma",
    "state": "temasek mgx abu-dhabi-investment-authority vinci shenzhen-capital-group beijing-ai-industry-fund hangzhou-city-investment-fund "
    "huafa-group chengdu-hi-tech-zone zhongguancun-science-city",
    "person": "andrej-karpathy kim-kardashian liang-wenfeng zhang-fei oren-zeev",
    "other": "stanford-university",
    "": "amp atypical shanghai-semiconductor-investment shenzhen-venture-capital tsinghua-capital yuansheng-capital yueze-capital",
}


@pytest.mark.parametrize(("kind", "entity"), [(kind, entity) for kind, names in KNOWN.items() for entity in names.split()])
def test_a_kind_is_as_judged(kind: str, entity: str) -> None:
    assert entity in INVESTORS
    assert ENTITIES[entity]["investor_kind"] == kind


def test_only_what_is_not_settled_is_empty() -> None:
    """A new investor gets a kind, or is added to the names left empty."""
    assert {i for i in INVESTORS if not ENTITIES[i]["investor_kind"]} == set(KNOWN[""].split())


def test_nobody_else_has_a_kind() -> None:
    assert {e for e, row in ENTITIES.items() if row["investor_kind"]} <= INVESTORS
    assert list(only_investors_have_an_investor_kind(FILES)) == []


@pytest.mark.parametrize("investor", sorted(INVESTORS))
def test_a_kind_agrees_with_what_the_entity_is(investor: str) -> None:
    row = ENTITIES[investor]
    kind = row["investor_kind"]
    assert (kind == "person") == (row["kind"] == "person")
    allowed = {
        "person": {"person"},
        "company": {"strategic", "financial", "state"},
        "public_body": {"state"},
        "university": {"other"},
        "investor": {"financial", "strategic", "state", ""},
    }
    assert kind in allowed[row["kind"]], "groups and placeholders have no kind"
    if row["company_kind"] not in ("", "other"):
        assert kind == "strategic", "who makes something for this field is not here for return alone"


def test_an_arm_of_a_company_counts_with_it() -> None:
    arms = [row for i, row in ENTITIES.items() if i in INVESTORS and row["kind"] == "investor" and row["parent_id"]]
    operating = [row for row in arms if ENTITIES[row["parent_id"]]["kind"] == "company" and row["parent_id"] != "citic-securities"]
    assert len(operating) > 5
    assert {row["investor_kind"] for row in operating} == {"strategic"}


def test_every_code_says_its_rule_in_both_languages() -> None:
    assert KINDS == ("financial", "strategic", "state", "person", "other")
    assert set(dictionary().notes["investor_kind"]) == set(KINDS)
    column = dictionary().tables["entities"].by_name["investor_kind"]
    assert column.codes == "investor_kind" and not column.required
    assert "Our own classification" in column.description.en and "由编者" in column.description.zh


def files(kinds: list[str], rounds: list[tuple[list[int], list[int]]]) -> Files:
    """Invented entities e0, e1, … of these kinds, and rounds of (investors, leads) by number."""
    entities = [{"entity_id": f"e{at}", "investor_kind": kind} for at, kind in enumerate(kinds)]
    money = [{"investor_ids": ";".join(f"e{i}" for i in took), "lead_investor_ids": ";".join(f"e{i}" for i in led)} for took, led in rounds]
    return {
        "entities": RecordFile("entities.csv", ("entity_id", "investor_kind"), entities, list(range(2, len(entities) + 2))),
        "funding_rounds": RecordFile("funding_rounds.csv", ("investor_ids", "lead_investor_ids"), money, list(range(2, len(money) + 2))),
    }


def refused(made: Files) -> list[tuple[int, str, str]]:
    found = list(only_investors_have_an_investor_kind(made))
    assert all(p.file == "entities.csv" and p.column == "investor_kind" and "takes part in no round; empty it" in p.remedy for p in found)
    return [(p.line, p.column, p.value) for p in found]


def test_the_rule_by_hand() -> None:
    kinds = ["financial", "", "state", "", "person"]
    assert refused(files(kinds, [([0, 1], [1]), ([], [2])])) == [(6, "investor_kind", "person")]
    assert refused(files(kinds, [])) == [(n, "investor_kind", k) for n, k in ((2, "financial"), (4, "state"), (6, "person"))]
    assert refused(files(["", ""], [([0], [])])) == []


NUMBERS = st.lists(st.integers(0, 5), max_size=3, unique=True)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["", *KINDS]), min_size=6, max_size=6), st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4))
def test_the_rule_refuses_exactly_those_who_invest_in_nothing(kinds: list[str], rounds: list[tuple[list[int], list[int]]]) -> None:
    invest = {i for took, led in rounds for i in [*took, *led]}
    wanted = [(at + 2, "investor_kind", kind) for at, kind in enumerate(kinds) if kind and at not in invest]
    assert refused(files(kinds, rounds)) == wanted
    assert len(refused(files(kinds, [*rounds, (list(range(6)), [])]))) == 0
