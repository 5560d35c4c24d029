"""Which keys of the text catalogue a piece of code may ask for, read from its syntax tree.

A key is followed through names: constants of the module, names assigned in the function, and arguments
that callers in the same module pass. What cannot be followed becomes "anything without a dot".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

Function = ast.FunctionDef | ast.Lambda
ANY = "[^.]+"


class Code:
    """One module and what is needed to follow a name in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.calls: dict[str, list[ast.Call]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self.calls.setdefault(node.func.id, []).append(node)

    def without_docstrings(self) -> Iterator[ast.AST]:
        """Every statement but strings that stand alone."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not _is_docstring(node):
                yield node

    def scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """The functions around a node from the inside out, then the module."""
        while node in self.parent:
            node = self.parent[node]
            if isinstance(node, (ast.FunctionDef, ast.Module)):
                yield node


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def calls_of_t(code: Code) -> Iterator[tuple[ast.Call, tuple[str, ...]]]:
    """Every `….t(key, …)` with the patterns of its key."""
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "t" and node.args:
            yield node, tuple(sorted(set(patterns(node.args[0], code))))


def patterns_in(code: Code, roots: set[str]) -> Iterator[str]:
    """The patterns of every text in the code that may be a key: it begins with one of the roots."""
    for node in ast.walk(code.tree):
        if isinstance(node, (ast.JoinedStr, ast.BinOp)) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield from (p for p in patterns(node, code) if re.split(r"\\?\.", p)[0] in roots)


def patterns(node: ast.AST, code: Code, depth: int = 0) -> list[str]:
    """Regular expressions of the texts that an expression may be."""
    if depth > 6:
        return [ANY]
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.IfExp):
        return patterns(node.body, code, depth + 1) + patterns(node.orelse, code, depth + 1)
    if isinstance(node, ast.FormattedValue):
        return patterns(node.value, code, depth + 1)
    if isinstance(node, ast.JoinedStr):
        return _joined([patterns(part, code, depth + 1) for part in node.values])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([patterns(node.left, code, depth + 1), patterns(node.right, code, depth + 1)])
    if isinstance(node, ast.Name):
        return _named(node, code, depth) or [ANY]
    return [ANY]


def _joined(parts: list[list[str]]) -> list[str]:
    found = ["".join(choice) for choice in product(*parts)] if parts else [""]
    return found if len(found) <= 200 else [ANY]


def _named(node: ast.Name, code: Code, depth: int) -> list[str]:
    for scope in code.scopes(node):
        values = _assigned(scope, node.id)
        if values is None:
            return [ANY]  # a loop variable, an import, …
        if values:
            return [p for value in values for p in patterns(value, code, depth + 1)]
        if isinstance(scope, ast.FunctionDef):
            place = _argument(scope, node.id)
            if place is not None:
                return _passed(scope, node.id, place, code, depth)
    return [ANY]


def _assigned(scope: ast.AST, name: str) -> list[ast.AST] | None:
    """What is assigned to a name in a scope; None when something other than a plain assignment sets it."""
    body = scope.body if isinstance(scope, (ast.FunctionDef, ast.Module)) else []
    values: list[ast.AST] = []
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(t, ast.Name) and t.id == name for t in targets) and node.value is not None and _owner(node, scope):
                    values.append(node.value)
            elif (
                isinstance(node, (ast.For, ast.comprehension))
                and any(isinstance(t, ast.Name) and t.id == name for t in ast.walk(node.target))
                and isinstance(scope, ast.FunctionDef)
            ):
                looped = _looped(node, name)
                if looped is None:
                    return None
                values += looped
    return values


def _owner(node: ast.AST, scope: ast.AST) -> bool:
    """Whether an assignment belongs to the scope itself and not to a function inside it."""
    inner = [f for f in ast.walk(scope) if isinstance(f, ast.FunctionDef) and f is not scope]
    return not any(node in ast.walk(f) for f in inner)


def _looped(node: ast.For | ast.comprehension, name: str) -> list[ast.AST] | None:
    """The values that a loop over a written-out tuple gives a name."""
    if not isinstance(node.iter, (ast.Tuple, ast.List)):
        return None
    if isinstance(node.target, ast.Name):
        return list(node.iter.elts)
    if isinstance(node.target, ast.Tuple) and all(isinstance(e, ast.Tuple) for e in node.iter.elts):
        place = [t.id if isinstance(t, ast.Name) else "" for t in node.target.elts].index(name)
        return [e.elts[place] for e in node.iter.elts if isinstance(e, ast.Tuple)]
    return None


def _argument(scope: ast.FunctionDef, name: str) -> int | None:
    names = [a.arg for a in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)]
    return names.index(name) if name in names else None


def _passed(scope: ast.FunctionDef, name: str, place: int, code: Code, depth: int) -> list[str]:
    found: list[str] = []
    for call in code.calls.get(scope.name, []):
        given = [k.value for k in call.keywords if k.arg == name] or call.args[place : place + 1]
        found += patterns(given[0], code, depth + 1) if given else [ANY]
    return found or [ANY]
