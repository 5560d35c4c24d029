"""What several tests share: the shipped tables, empty and tiny ones, and words in both languages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from components.words import LANGUAGES, Words
from data.build import TABLES_DIR
from data.tables import TABLES_VARIABLE, Tables, open_tables
from tests.factory import tables_from

# Streamlit reads .streamlit/config.toml from here, and some tests read the project's own files.
os.chdir(Path(__file__).parent.parent)
# Shared machines pause for seconds; a property that is slow is not a property that is wrong.
# One client asks for all tests: the limit a minute has a test of its own.
os.environ.setdefault("REELSHIFT_RATE", "0")
settings.register_profile("reelshift", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("reelshift")


@pytest.fixture(scope="session")
def tables() -> Tables:
    """The shipped tables. Read-only, shared by all tests."""
    return Tables(TABLES_DIR, open_tables().version)


@pytest.fixture(scope="session")
def empty() -> Tables:
    """Tables of the shipped schema without a single row."""
    return tables_from()


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    """Words in English, then in Chinese."""
    return Words(request.param)


@pytest.fixture
def broken_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped tables that the app is pointed at, for a test to break."""
    folder = tmp_path / "tables"
    shutil.copytree(TABLES_DIR, folder)
    monkeypatch.setenv(TABLES_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The application as it is served, its middleware included. Once a process: Streamlit's runtime starts no second time."""
    from app import app

    with TestClient(app) as opened:
        yield opened
