"""Tables whose every text attacks: what readers see is the text, and nothing in it runs, loads or links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, expect

from data.build import TABLES_DIR, write_tables
from data.catalog import TABLE_NAMES, dictionary
from tests.browser.server import running_app
from tests.browser.shots import PAGES, put_away, settle

pytestmark = pytest.mark.browser
ATTACK = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1><b>bold</b> **loud** [go](javascript:window.hacked=1) "
    "![i](/hacked.png) :red[red] :smile: $x^2$ www.hacked.example https://hacked.example me@hacked.example"
)


@pytest.fixture(scope="module")
def attacked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the shipped tables with every free text replaced."""
    folder = tmp_path_factory.mktemp("hostile") / "tables"
    write_tables({name: _attacked(name) for name in TABLE_NAMES}, folder)
    with running_app({"REELSHIFT_TABLES": str(folder)}) as address:
        yield address


def _attacked(name: str) -> pa.Table:
    table = pq.read_table(Path(TABLES_DIR) / f"{name}.parquet")
    for column in dictionary().tables[name].columns:
        if column.type in ("string", "text") and not column.pattern and column.name not in ("period", "max_resolution"):
            place = table.schema.get_field_index(column.name)
            table = table.set_column(place, table.schema.field(place), pa.array([ATTACK] * table.num_rows))
    return table


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_the_data_runs_loads_or_links(page: Page, attacked: str, name: str) -> None:
    page.goto(f"{attacked}{PAGES[name]}?lang=en", wait_until="domcontentloaded")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for popover in page.get_by_test_id("stPopoverButton").filter(has_text="Sources").all():
        popover.click()
        expect(page.get_by_test_id("stPopoverBody")).to_contain_text("<script>")
        _nothing_of_it_lives(page)
        put_away(page, page.get_by_test_id("stPopoverBody"))
    _nothing_of_it_lives(page)


def _nothing_of_it_lives(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator('[src*="hacked"], [href*="hacked"], [href^="javascript"]').all() == []
    inside = '[data-testid="stMarkdownContainer"], .js-plotly-plot'
    assert page.locator(inside).locator("img, script, .katex, b:text-is('bold'), strong:text-is('loud')").all() == []
