"""The user's own conventions: read from the project's configuration when a name is missed.

In ``pyproject.toml`` under ``[tool.cnnanalyze.conventions.NAME]``, or in ``cnnanalyze.toml`` under
``[conventions.NAME]``, in this folder or the nearest one above it::

    [tool.cnnanalyze.conventions.accelerator]
    description = "MACs, and two for each element that is normalised"
    parameters = "learned + statistics"
    operations = {"conv depthwise dense" = "mac", "batchnorm" = "2*output"}
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from cnnanalyze.core.binding import bind
from cnnanalyze.core.configuration import find, open_table
from cnnanalyze.core.conventions.convention import CONVENTIONS, Convention
from cnnanalyze.core.conventions.formula import PARTS, TERMS, parse
from cnnanalyze.core.conventions.rule import UNKNOWN, select
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.section import Itself, Reader, Section, Wrong
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.errors import UsageError


def _sum(tree: Tree, known: tuple[str, ...]) -> str:
    text = tree.value if isinstance(tree, Scalar) else None
    if not isinstance(text, str):
        raise ValueError(f"must be a sum such as '2*mac + add', not {show_tree(tree)}")  # noqa: TRY004
    if text.strip() != UNKNOWN:
        try:
            parse(text, known)
        except ValueError as error:
            raise UsageError(str(error), help=f"the terms are {', '.join(known)}") from None
    return text


_TEXT = {"type": "string"}
_TERMS = Annotated[str, Reader(partial(_sum, known=TERMS), _TEXT)]
_PARTS = Annotated[str, Reader(partial(_sum, known=tuple(PARTS)), _TEXT)]


class WrittenConvention(Section):
    """A counting convention of your own."""

    description: str = Field(default="", description="what is counted, in words")
    source: str = Field(default="", description="who counts like this, and where one can read it")
    operations: dict[str, _TERMS] = Field(
        default_factory=dict, description="what a layer counts, by kind: a sum of terms"
    )
    functions: dict[str, _TERMS] = Field(
        default_factory=dict,
        description="what a layer counts that the model calls as a function",
    )
    parameters: _PARTS = Field(
        default="learned", description="what the parameter count includes: a sum of parts"
    )
    halves: bool = Field(default=False, description="whether half of the sum is printed")
    logits: bool = Field(default=False, description="whether the tool's models end without softmax")
    tree: Itself

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - as inherited
        """Refuse kinds of layers that cannot be selected."""
        for table in map(self.tree.get, ("operations", "functions")):
            for kinds, _ in table.entries if isinstance(table, Mapping) else ():
                for selector in kinds.text.split():
                    try:
                        select(selector)
                    except ValueError as error:
                        yield Wrong(str(error), mark=kinds.mark)


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
    faults = Faults()
    found = {}
    for key, value in open_table(path, "conventions").entries:
        name = key.text
        is_taken = CONVENTIONS.get(name) is not None
        if is_taken or not _is_plain(name):
            why = "is known already" if is_taken else "needs a plain name"
            faults.add(f"convention '{name}' {why}; choose another name", key.mark)
        elif row := bind(value, WrittenConvention, f"convention '{name}'", faults):
            found[name] = Convention(
                name,
                row.operations,
                row.description or f"as {path.name} says",
                row.source or path.name,
                row.parameters,
                row.functions,
                halves=row.halves,
                logits=row.logits,
            )
    faults.raise_if_any(UsageError)
    return found


def _is_plain(name: str) -> bool:
    """Whether a name is a letter with letters, digits, '.', '-' and '_' behind it."""
    rest = name.translate(dict.fromkeys(map(ord, ".-_")))
    return name[:1].isascii() and name[:1].isalpha() and rest.isalnum()
