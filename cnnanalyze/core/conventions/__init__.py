"""Conventions: how a network becomes one number. Every total names the convention it is given in.

It may import ``errors`` and below. Smallest example: :mod:`~cnnanalyze.core.conventions.rule`.

The same network has 4.1 or 8.2 "GFLOPs", depending on who counts. A convention is a row of a
table: for each layer kind a sum of weighted terms (:mod:`cnnanalyze.core.conventions.formula`),
and another for the parameters. The rows of the tools lie in
:mod:`cnnanalyze.core.conventions.tools`; users add their own in a file
(:mod:`cnnanalyze.core.conventions.configuration`).
"""

from __future__ import annotations

from cnnanalyze.core.conventions.convention import CONVENTIONS as CONVENTIONS
from cnnanalyze.core.conventions.convention import DEFAULT as DEFAULT
from cnnanalyze.core.conventions.convention import REST as REST
from cnnanalyze.core.conventions.convention import Convention as Convention
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError


def find(name: str) -> Convention | None:
    """Return the convention of that name, the user's own included, or nothing."""
    base, slash, words = name.partition("/")
    row = CONVENTIONS.get(base)
    if row is None:
        from cnnanalyze.core.conventions.configuration import own  # noqa: PLC0415 - on a miss only

        row = own().get(base)
    if row is None or not slash:
        return row
    return row.seen([w.strip() for w in words.split(",")])


def names() -> list[str]:
    """Return the names of all conventions: ours, those of the tools, the user's own."""
    from cnnanalyze.core.conventions.configuration import own  # noqa: PLC0415 - to list them only

    return [*CONVENTIONS.names(), *own()]


def convention(name: str) -> Convention:
    """Return the convention of that name, or refuse it with a hint.

    After a slash may stand the kinds of layers that the model calls as functions, where the tool
    counts those otherwise: ``ptflops/relu``.

    Raises
    ------
    UsageError
        If there is none, here or in the user's configuration.
    """
    if (row := find(name)) is None:
        raise UsageError(
            f"there is no counting convention '{name}'{nearest(name, names())}",
            help=f"the conventions are {', '.join(names())}",
        )
    return row
