"""The files of the project, parsed."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cnnanalyze

PACKAGE = Path(cnnanalyze.__file__).parent
TESTS = Path(__file__).parent.parent
_CONFIGURATION = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))
CONTRACTS = _CONFIGURATION["tool"]["importlinter"]["contracts"]
"""What import-linter holds."""
FLOORS = tuple(
    tuple(name.strip() for name in floor.split("|")) for floor in reversed(CONTRACTS[0]["layers"])
)
"""The parts of the package by the first contract, the lowest floor first."""
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}
ABOVE_ALL = {"__init__", *CONTRACTS[0]["exhaustive_ignores"]}


def modules(folder: Path) -> list[Path]:
    """Return the Python files of a folder and of its folders."""
    return sorted(p for p in folder.rglob("*.py") if "zoo" not in p.parts)


def place(path: Path) -> str:
    """Return the name of a file as it is said from the root of the project."""
    return path.relative_to(PACKAGE.parent).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that the code makes or uses, with its line."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name, line
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, line
            case ast.keyword(arg=str(name)):
                yield name, line
            case ast.alias(name=name, asname=other):
                yield other or name, line
            case _:
                pass


def part(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def imported(path: Path) -> set[str]:
    """Return the parts of the package that a file imports, inside functions, too."""
    return {
        part(node.module)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnanalyze.")
        if node.module
    } - {""}
