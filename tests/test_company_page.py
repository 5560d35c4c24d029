"""The views of one company and one investor, as a reader gets them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components import records
from components.company import capabilities
from components.words import LANGUAGES, Words
from data.build import TABLES_DIR
from data.catalog import dictionary
from data.tables import Tables, open_tables
from tests.factory import tables_from
from tests.test_pages import opened
from tests.test_plain import LINK, unescaped

REAL = open_tables()


def script(tables, query, lang):  # type: ignore[no-untyped-def]
    from urllib.parse import parse_qsl

    from components.company import show_company
    from components.investor import show_investor
    from components.words import Words
    from data.filters import parse

    filters = parse(parse_qsl(query))[0]
    (show_company if filters.company else show_investor)(tables, filters, Words(lang))


def shown(query: str, lang: str = "en", tables: Tables = REAL) -> AppTest:
    app = AppTest.from_function(script, args=(tables, query, lang), default_timeout=60).run()
    assert not app.exception
    assert not app.warning
    return app


def text(app: AppTest) -> str:
    """Everything said, without the signs that Markdown needs."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.info]).replace("\\", "").replace("\u00a0", " ")


def links(app: AppTest) -> set[str]:
    """Every address of the project that the page leads to."""
    return {m for e in app.markdown for m in re.findall(r"\]\((/[^)]*)\)", str(e.value))}


def rounds(column: str, entity: str) -> pd.DataFrame:
    table = REAL.native("funding_rounds")
    return table[table[column].fillna("").map(lambda cell: entity in cell.split(";"))]


# One company ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_company_shows_its_money_investors_models_voices_and_documents(lang: str) -> None:
    app = shown("company=openai", lang)
    said, found, words = text(app), rounds("company_id", "openai"), Words(lang)
    assert "## OpenAI" in said
    assert {"en": f"{len(found)} rounds read, 23 Jan 2023 to 31 Mar 2026", "zh": f"读到{len(found)}笔融资，2023年1月23日至2026年3月31日"}[
        lang
    ] in said
    assert {"en": "≥ US$16.6bn known in 2 rounds, up to US$162bn more in 2; 1 cancelled, not counted", "zh": "1笔已取消，未计入"}[
        lang
    ] in said
    for valuation in found["post_money_valuation_usd_m"].dropna():
        assert words.t("records.valued", value=words.usd_m(float(valuation))) in said
    assert len(app.get("plotly_chart")) == 2
    investors = {i for cell in found["investor_ids"].dropna() for i in cell.split(";")}
    assert {f"/funding?investor={i}&lang={lang}" for i in investors} <= links(app)
    assert words.t("entity.company.investors", n=len(investors)) in said
    models = REAL.native("models")
    assert set(app.dataframe[0].value.iloc[:, 0]) == set(models.loc[models["vendor_id"] == "openai", "model_name"])
    opinions = REAL.native("opinions")
    own = opinions[(opinions["organization_id"] == "openai") | (opinions["speaker_id"] == "openai")]
    assert all(summary[:30] in said for summary in own[f"summary_{lang}"])
    events = REAL.native("events")
    named = events[events["actor_ids"].fillna("").map(lambda cell: "openai" in cell.split(";"))]
    assert words.t("entity.company.events", n=len(named)) in said
    assert {"en": "documents behind this page", "zh": "本页依据的文件"}[lang] in said


def test_a_pledge_that_never_came_stands_beside_the_investor() -> None:
    said = text(shown("company=openai"))
    assert "[Walt Disney](/funding?investor=walt-disney&lang=en) (cancelled 1)" in said
    assert "[Microsoft](/funding?investor=microsoft&lang=en) 4 (led 1)" in said


def test_views_of_one_organisation_lead_to_one_another() -> None:
    company, investor = (links(shown(f"{view}=openai")) for view in ("company", "investor"))
    assert {"/opinions?speaker=openai&lang=en", "/funding?investor=openai&lang=en"} <= company
    assert {"/opinions?speaker=openai&lang=en", "/funding?company=openai&lang=en"} <= investor
    speaker = opened("opinions", speaker="openai", lang="en")
    assert {"/funding?company=openai&lang=en", "/funding?investor=openai&lang=en"} <= links(speaker)


def test_a_part_and_its_parent_lead_to_one_another() -> None:
    part, parent = shown("company=kling-ai", "zh"), shown("company=kuaishou", "zh")
    assert "隶属：[快手](/funding?company=kuaishou&lang=zh)" in text(part)
    assert "下属：[可灵AI](/funding?company=kling-ai&lang=zh)" in text(parent)
    n = int((REAL.native("models")["vendor_id"] == "kuaishou").sum())
    assert f"有{n}个模型登记在其上级机构名下：[快手]" in text(part)
    assert len(parent.dataframe[0].value) == n
    assert not part.dataframe
    assert "没有读到其融资" in text(parent)


def test_a_single_round_has_no_chart_and_names_where_documents_disagree() -> None:
    app = shown("company=kling-ai")
    assert not app.get("plotly_chart")
    said = text(app)
    assert "1 round read, 3 Jul 2026" in said
    assert "valued at US$18bn" in said
    assert "Sources disagree" in said


def test_other_filters_leave_rounds_out_and_say_so() -> None:
    some, none = (text(shown(f"company=openai{rest}")) for rest in ("&from=2025", "&general=without"))
    assert "3 of 5 rounds under the other filters, 31 Mar 2025 to 31 Mar 2026" in some
    assert "All 5 rounds read of them are left out by the other filters." in none
    assert "investors named" not in none
    assert "4 models" in none
    assert "documents behind this page" in none


@pytest.mark.parametrize(("view", "lang", "expected"), [
    ("company", "en", "No company is registered under “nobody-at-all”. Take the filter away to see all of them."),
    ("investor", "zh", "没有登记名为“nobody-at-all”的投资方。去掉该筛选即可看到全部投资方。"),
])  # fmt: skip
def test_whoever_is_in_no_register_gets_one_calm_sentence(view: str, lang: str, expected: str) -> None:
    app = shown(f"{view}=nobody-at-all", lang)
    assert [i.value.replace("\\", "") for i in app.info] == [expected]
    assert not app.markdown


def test_capabilities_are_words_and_a_dash_where_none_is_stated(words: Words) -> None:
    models = REAL.native("models")
    table = capabilities(models, words)
    assert len(table) == len(models)
    assert table.columns.is_unique
    assert not table.isin(["nan", "None", "", "True"]).any().any()
    assert (table == "–").any().any()


# One investor -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_investor_shows_companies_partners_and_rounds(lang: str) -> None:
    app = shown("investor=andreessen-horowitz", lang)
    said, found, words = text(app), rounds("investor_ids", "andreessen-horowitz"), Words(lang)
    assert {"en": f"Named in {len(found)} rounds", "zh": f"见于{len(found)}笔融资"}[lang] in said
    assert {"en": "not the investor's own share", "zh": "并非该投资方的出资"}[lang] in said
    assert words.code("investor_kind", "financial") in said
    assert words.t("entity.investor.companies", n=found["company_id"].nunique()) in said
    assert {f"/funding?company={c}&lang={lang}" for c in found["company_id"]} <= links(app)
    partners = {i for cell in found["investor_ids"] for i in cell.split(";")} - {"andreessen-horowitz"}
    assert words.t("entity.investor.partners", n=len(partners)) in said
    led = int(found["lead_investor_ids"].fillna("").map(lambda cell: "andreessen-horowitz" in cell.split(";")).sum())
    assert words.t("entity.investor.led", led=led) in said
    for group in ("sector_company", "general_model"):
        assert words.code("money_group", group) in said, "general-model companies stay apart"


def test_an_investor_whose_only_pledge_never_came_has_put_in_nothing() -> None:
    pledge = {"company_id": "acme", "investor_ids": "bank;friend", "announced_date": "2025-12-11", "status": "cancelled"}
    amount = {"amount_qualifier": "exact", "amount_usd_m": 7, "amount_original": 7e6, "currency": "USD"}
    stage = {"stage": "seed", "sectors": "film", "is_date_inferred": False, "round_id": "FR001"}
    kinds = [{"entity_id": e, "kind": "company", "name_en": e.title(), "name_zh": ""} for e in ("acme", "bank", "friend")]
    said = text(shown("investor=bank", tables=tables_from(funding_rounds=[pledge | amount | stage], entities=kinds)))
    assert "Named in 1 round, 11 Dec 2025; 0 count by themselves, named as lead in 0" in said
    assert "no round that counts by itself; 1 cancelled, not counted" in said
    assert "[Acme](/funding?company=acme&lang=en) (cancelled 1)" in said
    assert "other investor" not in said
    assert "US$7m known" not in said


def test_whoever_invested_in_nothing_is_said_so() -> None:
    assert "No round names them as an investor" in text(shown("investor=runway"))
    hidden = text(shown("investor=andreessen-horowitz&from=2035"))
    assert "rounds that name them are left out by the other filters" in hidden


# From anywhere to a view ------------------------------------------------------------------------


def test_the_page_gives_way_to_the_view_and_the_chip_leads_back() -> None:
    at = opened("funding", company="runway", lang="en")
    assert not at.exception
    assert not at.warning
    assert "## Runway" in text(at)
    assert not [s for s in at.segmented_control if s.key == "f:view"]
    at.button(key="chip:company:runway").click().run()
    assert "## Runway" not in text(at)
    assert at.segmented_control(key="f:view").value == "rounds"


@pytest.mark.parametrize(("section", "view", "entity"), [("companies", "company", "openai"), ("investors", "investor", "nvidia")])
def test_a_name_is_chosen_from_a_list_with_its_number_of_rounds(section: str, view: str, entity: str) -> None:
    at = opened("funding", view=section, lang="en")
    box = at.selectbox(key=f"go:{view}:en")
    column = "company_id" if view == "company" else "investor_ids"
    entities = REAL.native("entities").set_index("entity_id")
    label = f"{entities.loc[entity, 'name_en']} · {len(rounds(column, entity))}"
    assert label in box.options
    box.set_value(label if label in box.options else entity).run()
    assert at.query_params[view] == entity
    assert f"## {entities.loc[entity, 'name_en']}" in text(at)


def test_every_round_in_a_list_leads_to_its_company_and_investors() -> None:
    found = links(opened("funding", lang="zh"))
    assert any(link.startswith("/funding?company=") and link.endswith("&lang=zh") for link in found)
    assert any(link.startswith("/funding?investor=") for link in found)


def test_every_entity_of_the_records_has_its_views() -> None:
    table = REAL.native("funding_rounds")
    for row in table.sample(6, random_state=3).to_dict("records"):
        shown(f"company={row['company_id']}", "zh")
        if isinstance(row["investor_ids"], str):
            shown(f"investor={row['investor_ids'].split(';')[-1]}", "en")


# Nothing there, and hostile text ----------------------------------------------------------------


def test_empty_tables_give_calm_sentences() -> None:
    nobody = tables_from()
    for view in ("company", "investor"):
        assert len(shown(f"{view}=openai", tables=nobody).info) == 1
    alone = tables_from(entities=[{"entity_id": "acme", "kind": "company", "name_en": "Acme", "name_zh": ""}])
    assert "No round of theirs was read" in text(shown("company=acme", tables=alone))
    assert "No round names them" in text(shown("investor=acme", tables=alone))


ATTACK = "](javascript:alert(1)) <b>bold</b> **x** :red[y] ![z](https://example.org/t.png) `"


def hostile() -> Tables:
    """The shipped tables where every name, title and note attacks."""

    def read(name: str) -> pd.DataFrame:
        columns = [c.name for c in dictionary().tables[name].columns if c.type in ("string", "text") and not c.pattern]
        frame = REAL.native(name)
        return frame.assign(**{c: [f"{i} {ATTACK}" for i in range(len(frame))] for c in columns if c not in ("aliases", "period")})

    return Tables(TABLES_DIR, REAL.version, read)


@pytest.mark.parametrize("query", ["company=openai", "company=kling-ai", "investor=tencent"])
def test_hostile_names_stay_text(query: str) -> None:
    app = shown(query, tables=hostile())
    attacked = [str(e.value) for e in [*app.markdown, *app.caption] if "alert" in str(e.value)]
    assert len(attacked) > 5
    for value in attacked:
        left = re.sub(LINK, "]", unescaped(value))
        assert not re.search(r"[`<>!]|\]\(|:red", left.replace("\u2060", "")), left


def test_names_that_do_not_go_with_their_ids_are_not_linked() -> None:
    table = REAL.native("funding_rounds")
    row = table[table["round_id"] == "FR125"].iloc[0].to_dict()
    linked, second = records._round(row, Words("en"))[:2]
    assert linked.startswith("**[Kling AI](/funding?company=kling-ai&lang=en)**")
    assert second.count("/funding?investor=") == len(row["investor_ids"].split(";"))
    _, second = records._round(row | {"investors_en": "Somebody; with a semicolon"}, Words("en"))[:2]
    assert "/funding?investor=" not in second
    assert "Somebody, with a semicolon" in second
