"""No reader sees a text that stands outside the catalogues; Chinese texts are set as Chinese is.

What only programs read is English and stays in the code: errors and descriptions of the data addresses (JSON, OpenAPI),
the data commands, and the log.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from components.words import catalogue
from data.export import sheet_raw
from tests.keys import Code
from tests.wordlist import COLUMNS, TEMPLATES, code, main, word_list

#: What describes the addresses to programs; and Plotly's own button words, which it looks up by their English.
FOR_PROGRAMS = {"openapi.py", "plotly_locale.py"}
#: Where a figure says something.
SAID = {"text", "title", "name", "hovertemplate", "hovertext", "texttemplate", "ticktext", "ticksuffix", "tickprefix", "label"}
SAYING = {"small", "safe", "heading", "wrapped", "shortened", "sentences"}
SENTENCE = re.compile(r"^[A-Z][a-z]+( [a-z]+){2,}|[a-z]+( [a-z]+){2,}\.$")
LETTERS = re.compile("[A-Za-z\u4e00-\u9fff]{2,}")


def bare(text: str) -> str:
    """A text of a figure without Plotly's tags, values and signs."""
    return re.sub(r"<[^>]*>?|^[^<]*'>|%\{[^}]*\}|&\w+;", "", text)


def constants(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may put in front of a reader: no keys, no comparisons, no arguments of what says it in words."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in SAID:
                yield from constants(value)
    elif isinstance(node, ast.IfExp):
        yield from (*constants(node.body), *constants(node.orelse))
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.JoinedStr, ast.FormattedValue, ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)):
        parts = [node.elt] if isinstance(node, (ast.ListComp, ast.GeneratorExp)) else [*ast.iter_child_nodes(node)]
        for part in parts:
            yield from constants(part)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield from (text for part in node.args for text in constants(part))
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            yield from (text for part in (node.func.value, *node.args) for text in constants(part))


def said_by_figures(module: Code) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Dict):
            yield from ((node.lineno, text) for text in constants(node))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in SAYING:
                yield from ((node.lineno, text) for text in constants(node))
            for keyword in node.keywords:
                if keyword.arg in SAID:
                    yield from ((node.lineno, text) for text in constants(keyword.value))


def test_the_check_sees_a_text_in_a_figure() -> None:
    tree = "x = {'text': f'<b>{n}</b> rounds', 'font': {'family': 'Some font'}, 'title': {'text': words.t('a.b')}}"
    module = Code.__new__(Code)
    module.tree = ast.parse(tree)
    assert [bare(text).strip() for _, text in said_by_figures(module) if LETTERS.search(bare(text))] == ["rounds"]


def test_no_figure_has_a_text_of_its_own() -> None:
    modules = [module for module in code() if "figures" in module.path.parts]
    found = [(str(m.path), line, text) for m in modules for line, text in said_by_figures(m) if LETTERS.search(bare(text))]
    assert len(modules) > 25
    assert found == []


def test_no_component_has_a_sentence_of_its_own() -> None:
    """Outside what goes to programs, the log and exceptions."""
    found = []
    for module in code():
        if module.path.name in FOR_PROGRAMS:
            continue
        quiet = [
            n
            for n in ast.walk(module.tree)
            if isinstance(n, ast.Raise) or (isinstance(n, ast.Call) and ast.unparse(n.func).startswith("log."))
        ]
        exempt = {id(part) for node in quiet for part in ast.walk(node)}
        texts = [n for n in ast.walk(module.tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in exempt]
        texts = [n for n in texts if not isinstance(module.parent[n], ast.Expr)]  # a docstring
        found += [(str(module.path), n.lineno, n.value) for n in texts if SENTENCE.search(n.value.strip())]
    assert found == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_text_of_its_own(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    source = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", source)
    source = re.sub(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", source)
    read = re.findall(r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', source)
    read += [re.sub(r"(?s)<[^>]*>", "", source)]
    assert not [text for text in read if LETTERS.search(re.sub(r"&\w+;", "", text))]


@cache
def word_list_of_all() -> list[dict[str, str]]:
    return word_list().to_dict("records")


# Chinese as it is set ------------------------------------------------------------------------------

HAN = "[\u3400-\u9fff]"
#: Names of files, addresses, parameters and commands keep the blanks around them: they are copied.
COPIED = re.compile(r" ?(?:\]\([^)]*\)|`[^`]*`|\S*[./][A-Za-z_.]+[A-Za-z]|\{parameter\}(?:=\{value\})?|\{ending\}) ?")
WRONG = {
    "an ASCII mark beside a Chinese sign": f"{HAN}[,;:?!]|[,;:?!]{HAN}|{HAN}\\.$",
    "an ASCII bracket beside a Chinese sign": f"{HAN}[(\\[]|[)\\]]{HAN}",
    "straight quotes around Chinese": f"[\"']{HAN}|{HAN}[\"']",
    "a blank between Chinese signs": f"{HAN} +{HAN}",
    "a blank beside a number or Latin letters": f"{HAN} [A-Za-z0-9{{]|[A-Za-z0-9%}}] {HAN}",
    "a blank beside full-width punctuation": "[，。；：、！？）》”] +(?![≥≤·+○●━◇◆■▲✕])|(?<![≥≤·+○●━◇◆■▲✕]) +[，。；：、！？（《“]",
    "two marks in a row": "[，。；：、][，。；：、]",
    "a full-width letter or digit": "[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a＝＋＜＞％]",
}


@pytest.mark.parametrize("name", WRONG)
def test_chinese_is_set_as_chinese(name: str) -> None:
    found = []
    for row in word_list_of_all():
        if row["key"].endswith(".command"):
            continue
        text = re.sub("^ *· ", "", COPIED.sub("", row["zh"]).replace("  \n", "").replace("\n", ""))
        found += [(row["place"], text[max(0, m.start() - 8) : m.end() + 8]) for m in re.finditer(WRONG[name], text)]
    assert found == []


def test_one_word_for_one_thing() -> None:
    """Words that once stood beside another for the same thing."""
    given_up = {"搜集": "收集", "要事": "重点事件", "文献": "文件", "看好": "正面", "看淡": "负面", "中立": "中性", "系推断": "为推断"}
    found = [(row["place"], word) for row in word_list_of_all() for word in given_up if word in row["zh"]]
    assert found == []


def test_the_list_of_words_is_whole_and_says_where() -> None:
    rows = word_list_of_all()
    assert set(catalogue()) | {"entities.columns.name_zh.label", "codes.sector.film", "codes.language.zh"} <= {row["key"] for row in rows}
    assert all(row["used_in"] for row in rows)
    for row in rows[::50]:
        path, line = row["place"].rsplit(":", 1)
        near = "\n".join(Path(path).read_text(encoding="utf-8").splitlines()[max(0, int(line) - 2) : int(line) + 1])
        assert row["key"].rpartition(".")[2] in near or "en:" in near, row


def test_a_spreadsheet_opens_the_list_of_words(tmp_path: Path) -> None:
    assert main([str(tmp_path / "words.csv")]) == 0
    body = (tmp_path / "words.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(body), encoding="utf-8-sig", keep_default_na=False)
    assert tuple(read.columns) == COLUMNS
    assert [sheet_raw(text) for text in read["zh"]] == [row["zh"] for row in word_list_of_all()]
    assert not read["zh"].str.startswith(("=", "+", "-", "@")).any()
