"""Public records are frozen dataclasses: no tuples that compare with others and add up."""

from __future__ import annotations

import ast
import importlib
import inspect
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import cnnanalyze as cnn
from tests.architecture.source import parsed


@cache
def names_of(module: str) -> dict[str, Any]:
    """Return what annotations of a module speak of, what is imported for checkers alone, too."""
    found: dict[str, Any] = {"nx": SimpleNamespace(DiGraph=list)}
    for node in ast.walk(parsed(Path(inspect.getfile(importlib.import_module(module))))):
        if isinstance(node, ast.ImportFrom) and node.module:
            is_ours = node.module.partition(".")[0] in {"cnnanalyze", "collections", "typing"}
            home = importlib.import_module(node.module) if is_ours else None
            found |= {a.asname or a.name: getattr(home, a.name, object) for a in node.names}
    return found | vars(importlib.import_module(module))


def classes_in(hint: Any) -> Iterator[type]:
    """Yield the classes of this package that an annotation names."""
    if isinstance(hint, type) and hint.__module__.startswith("cnnanalyze."):
        yield hint
    for part in get_args(hint):
        yield from classes_in(part)


def hints_of(thing: Any) -> dict[str, Any]:
    """Return the annotations of a class or a function."""
    if not inspect.isclass(thing):
        return typing.get_type_hints(thing, localns=names_of(thing.__module__))
    return {
        name: eval(hint, names_of(base.__module__)) if isinstance(hint, str) else hint  # noqa: S307
        for base in reversed(thing.__mro__)
        if base.__module__.startswith("cnnanalyze.")
        for name, hint in vars(base).get("__annotations__", {}).items()
    }


def given_by(thing: Any) -> Iterator[type]:
    """Yield the classes of what a public class or function gives."""
    if inspect.isfunction(thing):
        yield from classes_in(hints_of(thing)["return"])
        return
    names = [f.name for f in fields(thing)] if is_dataclass(thing) else []
    hints = hints_of(thing) if names or issubclass(thing, tuple) else {}
    for name, hint in hints.items():
        if not name.startswith("_"):
            yield from classes_in(hint)
    for name, member in inspect.getmembers_static(thing):
        function = {property: "fget", cached_property: "func"}.get(type(member))
        called = getattr(member, function) if function else member
        if name.startswith("_") or not inspect.isfunction(called):
            continue
        if called.__module__.startswith("cnnanalyze."):
            yield from classes_in(hints_of(called).get("return"))


def reachable() -> set[type]:
    """Return the classes that users meet: those that are exported, and what these give."""
    found: set[type] = set()
    waiting = [getattr(cnn, name) for name in cnn.__all__]
    while waiting:
        thing = waiting.pop()
        if inspect.isclass(thing):
            if thing in found:
                continue
            found.add(thing)
        waiting += given_by(thing)
    return found


INNER = {
    "core.section.Wrong",
    "core.conventions.formula.Formula",
    "core.expression.Expression",
    "core.expression.Name",
    "core.periodic_field.PeriodicField",
    "core.periodic_field.PathField",
    "analysis.receptive_field.Seen",
}
"""Values within results that are made and compared by the hundred thousand."""
ROOMS = ("auditing.", "course.", "crosscheck.", "language.", "report.")
"""Where parts of results may be tuples that are taken apart."""


def test_public_records_are_no_tuples() -> None:
    assert [name for name in cnn.__all__ if is_tuple(getattr(cnn, name))] == []
    tuples = {
        f"{cls.__module__}.{cls.__name__}".removeprefix("cnnanalyze.")
        for cls in reachable()
        if is_tuple(cls)
    }
    assert {name for name in tuples if not name.startswith(ROOMS)} == INNER


def is_tuple(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, tuple)
