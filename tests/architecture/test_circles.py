"""Modules stand in an order: none needs itself to be imported first, on any floor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from tests.architecture.source import PACKAGE, modules, parsed


def name_of(path: Path) -> str:
    """Return the name under which a file is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in modules(PACKAGE)}


def imports(tree: ast.AST) -> Iterator[ast.ImportFrom]:
    """Yield what a module imports, in its functions, too; not what types alone need."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        elif not isinstance(node, ast.expr):  # imports stand in no expression
            yield from imports(node)


def needed(path: Path) -> Iterator[str]:
    """Yield the modules that a file needs when it is imported, or later when it works."""
    for node in imports(parsed(path)):
        if node.module in MODULES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_no_module_needs_itself() -> None:
    graph = nx.DiGraph(
        (name, other) for name, path in MODULES.items() for other in needed(path) if other != name
    )
    assert graph.number_of_edges() > 1_000
    circles = [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1]
    assert circles == []
