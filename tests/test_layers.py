"""The house in order: imports go one way, and what must not be used is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS = ("data", "components", "pages")
#: What each layer may import of the project.
MAY_IMPORT = {"data": {"data"}, "components": {"components", "data"}, "pages": {"pages", "components", "data"}}
#: Pieces that must work without Streamlit: figures, words, files and addresses are used by scripts and tests too.
NO_STREAMLIT = ("components/figures", "components/theme.py", "components/words.py", "components/chart.py", "components/charts.py", "components/registry", "components/files.py",
                "components/addresses.py", "components/plain.py", "components/warm.py")  # fmt: skip
SOURCES = [*sorted(path for layer in LAYERS for path in Path(layer).rglob("*.py")), Path("app.py")]
every_file = pytest.mark.parametrize("path", SOURCES, ids=str)


def imported(path: Path) -> Iterator[str]:
    """Full names of what a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_one_way(layer: str) -> None:
    own = {"data", "components", "pages", "app", "tests", "bench"}
    for path in Path(layer).rglob("*.py"):
        assert tops(path) & own <= MAY_IMPORT[layer], path


def test_data_knows_neither_streamlit_nor_plotly() -> None:
    for path in Path("data").rglob("*.py"):
        assert not tops(path) & {"streamlit", "plotly"}, path


def test_figures_words_and_files_know_no_streamlit() -> None:
    for place in NO_STREAMLIT:
        assert Path(place).exists(), place
        for path in Path(place).rglob("*.py") if Path(place).is_dir() else [Path(place)]:
            assert "streamlit" not in tops(path), path


def test_what_is_loaded_in_fact() -> None:
    """A library that a layer must not know is not loaded by a detour either."""
    layer = "import sys, data.build, data.export, data.frames.overview, data.frames.markets; print([m for m in {0} if m in sys.modules])"
    above = "import components.charts, components.addresses; print([m for m in {1} if m in sys.modules])"
    code = f"{layer}\n{above}".replace("{0}", "('streamlit', 'plotly')").replace("{1}", "('streamlit',)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["[]", "[]"]


@every_file
def test_what_must_not_be_used(path: Path) -> None:
    """Plotly Express is slow and heavy; raw HTML, `st.html` and iframes let text become markup; tables are not copied by a cache."""
    assert not [name for name in imported(path) if name.startswith("plotly.express") or name.startswith("streamlit.components")]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            assert node.arg not in ("unsafe_allow_html", "unsafe_allow_javascript"), f"{path}:{node.value.lineno}"
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ("st.html", "st.iframe", "st.cache_data", "st.write", "px.line"), f"{path}:{node.lineno}"


@every_file
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= (80 if path.parts[0] == "pages" else 600), f"{path} has {len(lines)} lines"


@every_file
def test_a_file_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text)), path


def test_nothing_reads_what_lies_outside_the_project() -> None:
    for path in SOURCES:
        assert "shared/" not in path.read_text(encoding="utf-8"), path


def test_there_is_a_page_for_every_address() -> None:
    names = {path.stem for path in Path("pages").glob("*.py")}
    assert names == {"__init__", "site", "overview", "opinions", "funding", "markets", "technology", "evidence", "method"}


def test_no_request_is_written_to_another_host() -> None:
    """Text from the web stands in records; code, styles and settings name no host but this one."""
    # The two forms themselves, in checks; names of an XML vocabulary and of the licence are not fetched.
    allowed = ("http://", "https://", "http://www.w3.org/2005/Atom", "https://creativecommons.org/licenses/by/4.0/")
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(("http://", "https://")):
                assert node.value in allowed, f"{path}:{node.lineno}: {node.value}"
    settings = Path(".streamlit/config.toml").read_text(encoding="utf-8")
    assert "http" not in settings
    assert "gatherUsageStats = false" in settings
