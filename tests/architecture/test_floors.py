"""Floors: what may import what, read from the source; and the contracts of import-linter."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, modules, parsed

FLOORS = (
    ("characters", "version"),
    ("errors",),
    ("core",),
    ("layers",),
    ("graph",),
    ("language",),
    ("analysis", "execute"),
    ("crosscheck",),
    ("linting", "auditing", "comparison", "drawing"),
    ("course",),
    ("report",),
    ("schemas",),
    ("api",),
    ("cli",),
)
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}
ABOVE_ALL = {"__init__", "__main__", "testing"}


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


def test_every_part_has_a_floor() -> None:
    parts = {p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert parts - ABOVE_ALL == set(HEIGHT)


@pytest.mark.parametrize("name", sorted(HEIGHT))
def test_imports_go_downward(name: str) -> None:
    folder = PACKAGE / name
    files = modules(folder) if folder.is_dir() else [folder.with_suffix(".py")]
    assert files
    wrong = {
        f"{path.name} imports {other}"
        for path in files
        for other in imported(path) - {name}
        if HEIGHT.get(other, len(FLOORS)) >= HEIGHT[name]
    }
    assert wrong == set()


@pytest.mark.parametrize("part_of_book_one", ["layers", "language", "graph", "analysis", "core"])
def test_kernels_know_nothing_of_the_rules(part_of_book_one: str) -> None:
    kernels = modules(PACKAGE / "execute" / "kernels")
    assert len(kernels) >= 10
    assert [p.name for p in kernels if part_of_book_one in imported(p)] == []


def sizes_computed(tree: ast.AST) -> list[int]:
    """Return the lines on which something is divided and rounded down."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.FloorDiv)
    ]


@pytest.mark.parametrize(
    "file", modules(PACKAGE / "execute"), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_executor_computes_no_sizes(file: Path) -> None:
    assert sizes_computed(parsed(file)) == []


def test_the_search_finds_divisions() -> None:
    assert sorted(sizes_computed(ast.parse("n = (m - k) // s\nn //= 2"))) == [1, 2]


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
