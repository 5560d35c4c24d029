"""HTML templates: Jinja2, everything escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import orjson

FOLDER = Path(__file__).parent / "templates"
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def filled(name: str, **values: Any) -> str:
    """A template with its values; a value that is missing is an error."""
    return _ENVIRONMENT.get_template(name).render(**values)


def inside_script(value: Any) -> str:
    """A value as JSON that nothing in it can end: for `<script type="application/json">`."""
    text = orjson.dumps(value).decode()
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
