"""What a configuration says of budgets: limits, and a baseline that growth is measured against."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import inf
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from cnnanalyze.core.binding import bind_entries
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.section import Reader, Text
from cnnanalyze.core.tree import Mapping, Tree, plain
from cnnanalyze.crosscheck.baseline import BaselineEntry, key_of, read_baseline
from cnnanalyze.errors import Fault, UsageError
from cnnanalyze.language.sections import BUDGETS, Budgets, budgets_of


def _percentage(tree: Tree) -> Fraction:
    found = plain(tree)
    if type(found) in {int, float} and 0 <= found < inf:
        return Fraction(str(found))
    raise ValueError(f"must be a percentage, not {show_tree(tree)}")


_PERCENTAGE = Annotated[
    Fraction,
    Reader(_percentage, {"type": "number", "minimum": 0}),
    Field(description="percent by which a cost may grow"),
]
_BASELINE = Annotated[
    Text, Field(description="file with the costs that growth is measured against")
]
CONFIGURED_BUDGETS = replace(
    BUDGETS, types=lambda: {**BUDGETS.types(), "baseline": _BASELINE, "allow": _PERCENTAGE}
)
"""What a configuration may say of budgets."""


class Configured(NamedTuple):
    """What a configuration says of budgets."""

    budgets: Budgets | None = None
    """Limits that hold for every network."""
    baseline: Path | None = None
    allow: Fraction = Fraction(0)
    """By how many percent a cost may grow."""


def read_configured(tree: Mapping) -> Configured:
    """Read the ``budgets`` table of a configuration.

    Raises
    ------
    UsageError
        If a limit, the baseline or the allowance is wrong.

    Examples
    --------
    >>> from cnnanalyze.core.tree import as_tree
    >>> from cnnanalyze.errors import Mark, Source
    >>> here = Mark(Source("cnnanalyze.toml", ""), 1, 1)
    >>> data = {"parameters": "5M", "baseline": "costs.json", "allow": 2.5}
    >>> found = read_configured(as_tree(data, here))
    >>> found.budgets.limits[0].value, found.baseline.name, found.allow
    (5000000, 'costs.json', Fraction(5, 2))
    """
    faults = Faults("SP014")
    found = bind_entries(tree, CONFIGURED_BUDGETS, "'budgets'", faults)
    faults.raise_if_any(UsageError)
    baseline, allow = found.pop("baseline", None), found.pop("allow", Fraction(0))
    budgets = budgets_of(found) if found else None
    return Configured(budgets, None if baseline is None else Path(baseline), allow)


def check_baseline(configured: Configured, tree: Mapping) -> None:
    """Refuse a baseline of a configuration that cannot be read, where it is written.

    Raises
    ------
    UsageError
        If there is none, or it is not a baseline.
    """
    if configured.baseline is None:
        return
    try:
        _loaded(configured.baseline)
    except UsageError as error:
        fault, written = error.faults[0], tree.get("baseline")
        mark = fault.mark or (None if written is None else written.mark)
        raise UsageError(Fault(fault.message, mark, fault.help)) from None


_loaded = cache(read_baseline)


def entry_for(source: str, file: Path) -> BaselineEntry | None:
    """Return what a spec cost when the baseline was written; each file is read once."""
    return _loaded(file).get(key_of(source, file))
