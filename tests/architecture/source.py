"""The files of the project, parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cnnanalyze

PACKAGE = Path(cnnanalyze.__file__).parent
TESTS = Path(__file__).parent.parent


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
