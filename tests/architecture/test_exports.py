"""The public names: sorted, resolvable, and the same for people and for type checkers."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import cnnanalyze as cnn
from tests.architecture.source import PACKAGE, modules, parsed


def typed_names() -> dict[str, str]:
    """Return the names under ``if TYPE_CHECKING``, with the modules they come from."""
    (block,) = (
        node
        for node in parsed(PACKAGE / "__init__.py").body
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    )
    return {
        alias.asname or alias.name: node.module or ""
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_names_are_sorted_and_distinct() -> None:
    assert len(cnn.__all__) >= 20
    assert cnn.__all__ == sorted(set(cnn.__all__))


def test_names_are_those_that_type_checkers_see() -> None:
    assert sorted(typed_names()) == cnn.__all__


@pytest.mark.parametrize("name", cnn.__all__)
def test_name_resolves_to_the_thing_that_type_checkers_see(name: str) -> None:
    home = importlib.import_module(typed_names()[name])
    assert getattr(cnn, name) is getattr(home, name)


@pytest.mark.parametrize("name", cnn.__all__)
def test_name_is_documented(name: str) -> None:
    assert (getattr(cnn, name).__doc__ or "").strip()


def test_dir_shows_the_names() -> None:
    assert set(dir(cnn)) == {*cnn.__all__, "__version__"}


def test_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module 'cnnanalyze' has no attribute 'analyse'"):
        _ = cnn.analyse


@pytest.mark.parametrize(
    "module",
    [m for m in modules(PACKAGE) if "__all__" in m.read_text("utf-8")],
    ids=lambda m: m.relative_to(PACKAGE).as_posix(),
)
def test_lists_of_names_are_true(module: Path) -> None:
    name = ".".join(("cnnanalyze", *module.relative_to(PACKAGE).with_suffix("").parts))
    imported = importlib.import_module(name.removesuffix(".__init__"))
    assert len(imported.__all__) == len(set(imported.__all__)) > 0
    assert [n for n in imported.__all__ if not hasattr(imported, n)] == []


def test_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
