"""Every text that a reader may see, with its place, for whoever checks the words: `python -m tests.wordlist [words.csv]`.

Interface texts, and what the data dictionary says of tables, columns, codes and caveats; both languages side by side,
the line to change, and where the text is asked for. A CSV that a spreadsheet opens as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from components.words import LANGUAGES, TEXT_DIR
from data.catalog import DICTIONARY_DIR
from data.export import sheet_csv
from tests.keys import Code, patterns_in

COLUMNS = ("place", "key", "en", "zh", "used_in")
TEMPLATES = sorted(Path("components/templates").glob("*.j2"))


@cache
def code() -> list[Code]:
    """Every module that may ask for a text."""
    return [Code(path) for folder in ("components", "pages") for path in sorted(Path(folder).rglob("*.py"))] + [Code(Path("app.py"))]


def asked_in(template: Path) -> Iterator[str]:
    """The patterns of the keys that a template asks for: `words.t("key")`, `words.t("stem." ~ name)`."""
    for key, more in re.findall(r'words\.t\("([^"]+)"( ~)?', template.read_text(encoding="utf-8")):
        yield re.escape(key) + ("[^.]+" if more else "")


def entries(path: Path) -> Iterator[dict[str, str]]:
    """Every entry of a file that has both languages, with its key and its line."""

    def look(node: yaml.Node, key: str) -> Iterator[dict[str, str]]:
        if isinstance(node, yaml.SequenceNode):
            for n, part in enumerate(node.value):
                yield from look(part, f"{key}.{_name(part) or n}")
        elif isinstance(node, yaml.MappingNode):
            parts = {name.value: part for name, part in node.value}
            if isinstance(parts.get("zh"), yaml.ScalarNode):  # the list of languages has a code of that name
                place = f"{path.as_posix()}:{node.start_mark.line + 1}"
                yield {"place": place, "key": key.lstrip("."), **{lang: _said(parts.pop(lang)) for lang in LANGUAGES}}
            for name, part in parts.items():
                yield from look(part, f"{key}.{name}")

    yield from look(yaml.compose(path.read_text(encoding="utf-8")), "")


def _name(node: yaml.Node) -> str:
    """What a column in a list of columns is called."""
    return next((str(v.value) for k, v in node.value if k.value == "name"), "") if isinstance(node, yaml.MappingNode) else ""


def _said(node: yaml.Node) -> str:
    """A text; of an English singular and plural both."""
    return " | ".join(str(part.value) for _, part in node.value) if isinstance(node, yaml.MappingNode) else str(node.value).strip()


def word_list() -> pd.DataFrame:
    """One row a text, in the order of the files."""
    texts = [entry for path in sorted(TEXT_DIR.glob("*.yaml")) for entry in entries(path.relative_to(Path.cwd()))]
    described = [
        entry | {"key": f"{path.stem}.{entry['key']}", "used_in": "data dictionary"}
        for path in sorted(DICTIONARY_DIR.glob("*.yaml"))
        for entry in entries(path.relative_to(Path.cwd()))
    ]
    roots = {entry["key"].split(".")[0] for entry in texts}
    asked = [(str(c.path), set(patterns_in(c, roots))) for c in code()] + [(str(path), set(asked_in(path))) for path in TEMPLATES]
    known = [(path, re.compile("|".join(f"(?:{p})" for p in sorted(found)))) for path, found in asked if found]
    for entry in texts:
        entry["used_in"] = ", ".join(path for path, pattern in known if pattern.fullmatch(entry["key"]))
    return pd.DataFrame([*texts, *described], columns=list(COLUMNS))


def main(arguments: list[str]) -> int:
    path = Path(arguments[0] if arguments else "words.csv")
    found = word_list()
    path.write_bytes(sheet_csv(found))
    print(f"{len(found)} texts in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
