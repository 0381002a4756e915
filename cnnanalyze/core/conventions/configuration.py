"""The user's own conventions: read from the project's configuration when a name is missed.

In ``pyproject.toml`` under ``[tool.cnnanalyze.conventions.NAME]``, or in ``cnnanalyze.toml`` under
``[conventions.NAME]``, in this folder or the nearest one above it::

    [tool.cnnanalyze.conventions.accelerator]
    description = "MACs, and two for each element that is normalised"
    parameters = "learned + statistics"
    operations = {"conv depthwise dense" = "mac", "batchnorm" = "2*output"}
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from cnnanalyze.core.configuration import find, open_table
from cnnanalyze.core.conventions import CONVENTIONS, Convention
from cnnanalyze.core.conventions.formula import PARTS, TERMS, parse
from cnnanalyze.core.conventions.rule import UNKNOWN, select
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.toml import Located
from cnnanalyze.errors import Fault, UsageError

KEYS = ("description", "source", "operations", "functions", "parameters", "halves", "logits")


def own() -> dict[str, Convention]:
    """Return the conventions of the project that this is called in.

    Raises
    ------
    UsageError
        If one cannot be read, with its place.
    """
    path = find(Path.cwd())
    return {} if path is None else _read(path, path.stat().st_mtime)


@cache
def _read(path: Path, _: float) -> dict[str, Convention]:
    found = open_table(path, "conventions")
    return {name: _row(found, name) for name in found.table}


def _row(found: Located, name: str) -> Convention:
    where, table = f"convention '{name}'", found.table[name]
    if CONVENTIONS.get(name) is not None or not _is_plain(name):
        taken = CONVENTIONS.get(name) is not None
        raise found.wrong(
            f"{where} {'is known already' if taken else 'needs a plain name'}; choose another name",
            name,
        )
    if not isinstance(table, dict):
        raise found.wrong(f"{where} must be a table", name)
    inner = Located(found.source, table, (*found.at, name))
    for key, value in table.items():
        _check_key(inner, key, value, where)
    for key in ("operations", "functions"):
        for kinds, text in table.get(key, {}).items():
            for selector in kinds.split():
                _check(inner, partial(select, selector), "", key, kinds)
            if text.strip() != UNKNOWN:
                _check_sum(inner, text, TERMS, key, kinds)
    parameters, file = table.get("parameters", "learned"), Path(found.source.name).name
    _check_sum(inner, parameters, tuple(PARTS), "parameters")
    return Convention(
        name,
        table.get("operations", {}),
        table.get("description", f"as {file} says"),
        table.get("source", file),
        parameters,
        table.get("functions", {}),
        halves=table.get("halves", False),
        logits=table.get("logits", False),
    )


def _is_plain(name: str) -> bool:
    """Whether a name is a letter with letters, digits, '.', '-' and '_' behind it."""
    rest = name.translate(dict.fromkeys(map(ord, ".-_")))
    return name[:1].isascii() and name[:1].isalpha() and rest.isalnum()


def _check_key(inner: Located, key: str, value: object, where: str) -> None:
    """Refuse a key that a convention does not have, and a value of the wrong form."""
    if key not in KEYS:
        raise inner.wrong(
            f"{where} has no '{key}'; it takes {', '.join(KEYS)}{nearest(key, KEYS)}", key
        )
    if key in {"operations", "functions"}:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise inner.wrong(
                f"'{key}' of {where} must map layer kinds to sums such as '2*mac + add'", key
            )
    elif key == "parameters":
        if not isinstance(value, str):
            raise inner.wrong(f"'{key}' of {where} must be a sum of parts", key)
    elif key in {"halves", "logits"}:
        if not isinstance(value, bool):
            raise inner.wrong(f"'{key}' of {where} must be true or false, not {value!r}", key)
    elif not isinstance(value, str):
        raise inner.wrong(f"'{key}' of {where} must be a text, not {value!r}", key)


def _check_sum(inner: Located, text: str, known: tuple[str, ...], *keys: str) -> None:
    _check(inner, partial(parse, text, known), f"the terms are {', '.join(known)}", *keys)


def _check(inner: Located, read: Callable[[], object], advice: str, *keys: str) -> None:
    try:
        read()
    except ValueError as error:
        mark = inner.value(*keys)
        raise UsageError(Fault(str(error), mark, help=advice)) from None
