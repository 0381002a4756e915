"""The words of the house: what is not called so here, and from where private names are taken.

Relative imports, missing docstrings and the like are found by ruff.
"""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import PACKAGE, TESTS, identifiers, modules, parsed, place

FILES = modules(PACKAGE)


def flops(tree: ast.AST) -> list[tuple[str, int]]:
    return [
        (name, line)
        for name, line in identifiers(tree)
        if "flops" in name.lower() or name.lower() == "flop"
    ]


def test_there_are_files() -> None:
    assert len(FILES) >= 60


def test_no_number_is_called_flops() -> None:
    # The word is ambiguous: it stands in the JSON report, whose keys the schemas declare, and for
    # the convention 'flop' alone.
    found = [
        f"{place(file)}:{line}: {name}"
        for file in FILES
        for name, line in flops(parsed(file))
        if not (file.parent.name == "schemas" and name == "flops")
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["flops = 1", "x.total_flops", "def flops(): ...", "f(flops=2)", "import flops"]
)
def test_the_search_finds_flops(text: str) -> None:
    assert flops(ast.parse(text))


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc", "types"}
    everything = [*FILES, *modules(TESTS)]
    assert [place(p) for p in everything if {p.stem, p.parent.name} & drawers] == []


def private_imports(tree: ast.AST) -> list[str]:
    return [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnanalyze")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]


def test_nothing_private_is_imported_from_elsewhere() -> None:
    # Ruff asks this of other packages alone: to it, what is private belongs to the whole package.
    allowed = {"_base"}  # what the kernels share
    found = {
        f"{place(file)}: {name}"
        for file in FILES
        for name in private_imports(parsed(file))
        if name not in allowed
    }
    assert found == set()


def test_the_search_finds_private_imports() -> None:
    text = "from cnnanalyze.core.files import _open, read\nfrom cnnanalyze import __version__"
    assert private_imports(ast.parse(text)) == ["_open"]
