"""The words of the house: what is not called so here, and what a file must not become."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, TESTS, identifiers, modules, parsed

FILES = modules(PACKAGE)


def of(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def flops(tree: ast.AST) -> list[tuple[str, int]]:
    return [
        (name, line)
        for name, line in identifiers(tree)
        if "flops" in name.lower() or name.lower() == "flop"
    ]


def test_there_are_files() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("file", FILES, ids=of)
def test_no_number_is_called_flops(file: Path) -> None:
    # The word is ambiguous: it stands in the JSON report, whose keys the schemas declare, and for
    # the convention 'flop' alone.
    allowed = {"flops"} if file.parent.name == "schemas" else set()
    assert {name for name, _ in flops(parsed(file))} <= allowed


@pytest.mark.parametrize(
    "text", ["flops = 1", "x.total_flops", "def flops(): ...", "f(flops=2)", "import flops"]
)
def test_the_search_finds_flops(text: str) -> None:
    assert flops(ast.parse(text))


@pytest.mark.parametrize("file", FILES, ids=of)
def test_file_says_what_it_is(file: Path) -> None:
    doc = ast.get_docstring(parsed(file))
    assert doc
    assert doc.splitlines()[0].endswith((".", ":", "?"))


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc", "types"}
    everything = [*modules(PACKAGE), *modules(TESTS)]
    assert [p.name for p in everything if {p.stem, p.parent.name} & drawers] == []


@pytest.mark.parametrize("file", [*FILES, *modules(TESTS)], ids=of)
def test_no_relative_imports(file: Path) -> None:
    found = [n for n in ast.walk(parsed(file)) if isinstance(n, ast.ImportFrom) and n.level]
    assert found == []


def private_imports(tree: ast.AST) -> list[str]:
    return [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnanalyze")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]


@pytest.mark.parametrize("file", FILES, ids=of)
def test_nothing_private_is_imported_from_elsewhere(file: Path) -> None:
    allowed = {"_base"}  # what the kernels share
    assert set(private_imports(parsed(file))) <= allowed
