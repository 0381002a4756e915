"""The public names: sorted, resolvable, and the same for people and for type checkers."""

from __future__ import annotations

import ast
import importlib

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


def test_names_resolve_to_the_things_that_type_checkers_see() -> None:
    homes = {name: importlib.import_module(module) for name, module in typed_names().items()}
    assert [n for n, home in homes.items() if getattr(cnn, n) is not getattr(home, n)] == []


def test_names_are_documented() -> None:
    assert [n for n in cnn.__all__ if not (getattr(cnn, n).__doc__ or "").strip()] == []


def test_dir_shows_the_names() -> None:
    assert set(dir(cnn)) == {*cnn.__all__, "__version__"}


def test_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module 'cnnanalyze' has no attribute 'analyse'"):
        _ = cnn.analyse


def test_lists_of_names_are_true() -> None:
    for module in modules(PACKAGE):
        if "__all__" not in module.read_text("utf-8"):
            continue
        name = ".".join(("cnnanalyze", *module.relative_to(PACKAGE).with_suffix("").parts))
        imported = importlib.import_module(name.removesuffix(".__init__"))
        assert len(imported.__all__) == len(set(imported.__all__)) > 0, name
        assert [n for n in imported.__all__ if not hasattr(imported, n)] == [], name


def test_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
