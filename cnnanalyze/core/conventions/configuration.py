"""The user's own conventions: read from the project's configuration when a name is missed.

In ``pyproject.toml`` under ``[tool.cnnanalyze.conventions.NAME]``, or in ``cnnanalyze.toml`` under
``[conventions.NAME]``, in this folder or the nearest one above it::

    [tool.cnnanalyze.conventions.accelerator]
    description = "MACs, and two for each element that is normalised"
    parameters = "learned + statistics"
    operations = {"conv depthwise dense" = "mac", "batchnorm" = "2*output"}
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from cnnanalyze.core.conventions import CONVENTIONS, Convention
from cnnanalyze.core.conventions.formula import PARTS, TERMS, parse
from cnnanalyze.core.files import is_file, read_text
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Fault, Mark, Source, SpecError

FILES = {
    "cnnanalyze.toml": ("conventions",),
    "pyproject.toml": ("tool", "cnnanalyze", "conventions"),
}
"""The files that are looked for, and where in them the conventions stand."""

KEYS = ("description", "source", "operations", "functions", "parameters", "halves", "logits")


def own() -> dict[str, Convention]:
    """Return the conventions of the project that this is called in.

    Raises
    ------
    SpecError
        If one cannot be read, with its place.
    """
    found = _nearest_file(Path.cwd())
    return {} if found is None else _read(*found)


def _nearest_file(folder: Path) -> tuple[Path, float] | None:
    for place in (folder, *folder.parents):
        for name in FILES:
            path = place / name
            if is_file(path):
                return path, path.stat().st_mtime
    return None


@cache
def _read(path: Path, _: float) -> dict[str, Convention]:
    source = Source(path.name, read_text(path, what="configuration"))
    try:
        data: Any = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        mark = Mark(source, int(found[1]), int(found[2])) if found else None
        raise SpecError(Fault(f"this is no TOML: {error}", mark)) from None
    for key in FILES[path.name]:
        data = data.get(key, {}) if isinstance(data, dict) else {}
    if not isinstance(data, dict):
        raise _fault(source, "conventions", "'conventions' must hold one table for each name")
    return {name: _row(source, name, table) for name, table in data.items()}


def _row(source: Source, name: str, table: Any) -> Convention:  # noqa: ANN401 - whatever TOML holds
    where = f"convention '{name}'"
    if CONVENTIONS.get(name) is not None or not re.fullmatch(r"[A-Za-z][\w.-]*", name):
        taken = CONVENTIONS.get(name) is not None
        raise _fault(
            source,
            name,
            f"{where} {'is known already' if taken else 'needs a plain name'}; choose another name",
        )
    if not isinstance(table, dict):
        raise _fault(source, name, f"{where} must be a table")
    for key in table:
        if key not in KEYS:
            raise _fault(
                source,
                key,
                f"{where} has no '{key}'; it takes {', '.join(KEYS)}{nearest(key, KEYS)}",
            )
    for key in ("operations", "functions"):
        lines = table.get(key, {})
        if not isinstance(lines, dict) or not all(isinstance(v, str) for v in lines.values()):
            raise _fault(
                source,
                key,
                f"'{key}' of {where} must map layer kinds to sums such as '2*mac + add'",
            )
        for text in lines.values():
            _check(source, text, TERMS)
    parameters = table.get("parameters", "learned")
    if not isinstance(parameters, str):
        raise _fault(source, "parameters", f"'parameters' of {where} must be a sum of parts")
    _check(source, parameters, tuple(PARTS))
    return Convention(
        name,
        table.get("operations", {}),
        str(table.get("description", f"as {source.name} says")),
        str(table.get("source", source.name)),
        parameters,
        table.get("functions", {}),
        halves=bool(table.get("halves", False)),
        logits=bool(table.get("logits", False)),
    )


def _check(source: Source, text: str, known: tuple[str, ...]) -> None:
    try:
        parse(text, known)
    except ValueError as error:
        raise _fault(source, text, str(error), help=f"the terms are {', '.join(known)}") from None


def _fault(source: Source, word: str, message: str, help: str = "") -> SpecError:  # noqa: A002
    """Point at the first line in which a word stands; TOML's reader keeps no places."""
    for number, line in enumerate(source.lines, start=1):
        if (at := line.find(word)) >= 0:
            return SpecError(Fault(message, Mark(source, number, at + 1, len(word)), help))
    return SpecError(Fault(message, None, help))
