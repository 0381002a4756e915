"""Floors: what may import what, read from the source; and the contracts of import-linter."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    ABOVE_ALL,
    FLOORS,
    HEIGHT,
    PACKAGE,
    imported,
    modules,
    parsed,
    place,
)


def test_every_part_has_a_floor() -> None:
    parts = {p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert parts - ABOVE_ALL == set(HEIGHT)


def test_imports_go_downward() -> None:
    wrong = {
        f"{place(path)} imports {other}"
        for name in HEIGHT
        for path in modules(PACKAGE / name) or [PACKAGE / f"{name}.py"]
        for other in imported(path) - {name}
        if HEIGHT.get(other, len(FLOORS)) >= HEIGHT[name]
    }
    assert wrong == set()


def test_kernels_know_nothing_of_the_rules() -> None:
    rules = {"layers", "language", "graph", "analysis", "core"}
    kernels = modules(PACKAGE / "execute" / "kernels")
    assert len(kernels) >= 10
    assert [place(p) for p in kernels if imported(p) & rules] == []


ROUNDING = {"divmod", "floor", "ceil", "trunc", "rint", "round", "fix", "floor_divide"}
MAY_DIVIDE = {
    "chunks.py:rows_within": "how much is worked on at a time, which changes no result",
    "kernels/conv.py:split_channels": "deals channels out; that they come out even is asked before",
    "kernels/resize.py:_nearest": "which pixel is read, not how many there are",
    "kernels/resize.py:_neighbours": "likewise",
    "kernels/resize.py:_cubic": "likewise",
    "kernels/deformable.py:_between": "likewise",
    "kernels/lookup.py:embedding": "which row is read",
    "special.py:erf": "values, split where the formula changes",
}
"""Functions of the executor that divide whole numbers. An extent is never computed: windows are
enumerated, and an array becomes as large as it becomes."""


def divisions(tree: ast.AST, function: str = "") -> Iterator[tuple[str, int]]:
    """Yield function and line of every division that is rounded to a whole number."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        match node:
            case ast.BinOp(op=ast.FloorDiv()) | ast.AugAssign(op=ast.FloorDiv()):
                yield inside, node.lineno
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in ROUNDING:
                yield inside, node.lineno
            case ast.Call(func=ast.Name(id="int"), args=[quotient]) if any(
                isinstance(inner, ast.Div) for inner in ast.walk(quotient)
            ):
                yield inside, node.lineno
        yield from divisions(node, inside)


def test_executor_computes_no_sizes() -> None:
    folder = PACKAGE / "execute"
    found = {
        f"{file.relative_to(folder).as_posix()}:{function}"
        for file in modules(folder)
        for function, _ in divisions(parsed(file))
    }
    assert found == set(MAY_DIVIDE)


def test_the_search_finds_divisions() -> None:
    text = (
        "n = (m - k) // s",
        "n //= 2",
        "n = floor(m / s)",
        "n = np.ceil(m / s)",
        "n, rest = divmod(m, s)",
        "n = int((m - k) / s)",
        "x = m / s + int(m)",
    )
    assert list(divisions(ast.parse("\n".join(text)))) == [("", n) for n in range(1, 7)]
    assert list(divisions(ast.parse("def f(m):\n    return m // 2"))) == [("f", 2)]


def test_contracts_are_kept() -> None:
    lint = shutil.which("lint-imports", path=Path(sys.executable).parent) or shutil.which(
        "lint-imports"
    )
    if lint is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [lint, "--no-cache"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
