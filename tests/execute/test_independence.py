"""The executor computes no sizes and knows nothing of the rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnanalyze.execute

HOME = Path(cnnanalyze.execute.__path__[0])
FILES = sorted(HOME.rglob("*.py"))
ALLOWED = {"numpy", "threadpoolctl", "cnnanalyze.errors", "cnnanalyze.execute"}
STANDARD = {
    "__future__",
    "bisect",
    "collections",
    "contextlib",
    "itertools",
    "math",
    "typing",
    "dataclasses",
    "fractions",
    "functools",
    "sys",
}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_there_is_something_to_read() -> None:
    assert len(FILES) >= 15


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(HOME).as_posix())
def test_no_rules_are_imported(file: Path) -> None:
    for name in imports(ast.parse(file.read_text("utf-8"))):
        allowed = any(name == a or name.startswith(f"{a}.") for a in ALLOWED)
        assert allowed or name.split(".")[0] in STANDARD, name


def test_the_search_finds_imports() -> None:
    assert list(imports(ast.parse("from cnnanalyze.layers import window\nimport os"))) == [
        "cnnanalyze.layers",
        "os",
    ]
