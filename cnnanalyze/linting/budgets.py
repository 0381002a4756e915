"""Budgets as findings: what the budget rules share, and what a configuration says of budgets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from cnnanalyze.core.binding import bind_entries
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import FileError, ReadFailure, read_text
from cnnanalyze.core.quantities import Quantity, find
from cnnanalyze.core.tree import Mapping
from cnnanalyze.crosscheck.baseline import BaselineEntry, key_of, read_baseline
from cnnanalyze.crosscheck.budget import Check, check_budgets, sentence
from cnnanalyze.errors import Fault, UsageError
from cnnanalyze.language.sections import Budgets, budgets_of
from cnnanalyze.linting.config import CONFIGURED_BUDGETS
from cnnanalyze.linting.context import Subject
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Rule

if TYPE_CHECKING:
    from cnnanalyze.linting.settings import Settings


MOST_BYTES = 20_000_000
"""The largest baseline that is read: one of a thousand networks is smaller."""


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
    >>> from cnnanalyze.core.tree import plant
    >>> from cnnanalyze.errors import Mark, Source
    >>> here = Mark(Source("cnnanalyze.toml", ""), 1, 1)
    >>> data = {"parameters": "5M", "baseline": "costs.json", "allow": 2.5}
    >>> found = read_configured(plant(data, here))
    >>> found.budgets.limits[0].value, found.baseline.name, found.allow
    (5000000, 'costs.json', Fraction(5, 2))
    """
    faults = Faults("SP014")
    found = bind_entries(tree, CONFIGURED_BUDGETS, "'budgets'", faults)
    faults.raise_if_any(UsageError)
    baseline, allow = found.pop("baseline", None), found.pop("allow", Fraction(0))
    budgets = budgets_of(found) if found else None
    return Configured(budgets, None if baseline is None else Path(baseline), allow)


def check_baseline(settings: Settings) -> None:
    """Refuse a baseline of the configuration that cannot be read, at its place.

    Raises
    ------
    UsageError
        If there is none, or it is no baseline.
    """
    said = settings.configured
    if said.baseline is None:
        return
    try:
        _loaded(said.baseline)
    except UsageError as error:
        fault, written = error.faults[0], settings.budgets.get("baseline")
        mark = fault.mark if written is None else written.mark
        raise UsageError(Fault(fault.message, mark, fault.help)) from None


def load_baseline(file: Path) -> dict[str, BaselineEntry]:
    """Read a baseline file.

    Raises
    ------
    UsageError
        If there is no such file, or it is no baseline.
    """
    try:
        text = read_text(file, MOST_BYTES, what="baseline")
    except FileError as error:
        if error.reason is not ReadFailure.MISSING:
            raise
        raise UsageError(
            f"there is no baseline '{file}'", help="'cnnanalyze budget SPEC... --update' writes one"
        ) from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    return read_baseline(data, str(file))


_loaded = cache(load_baseline)


def entry_for(source: str, file: Path) -> BaselineEntry | None:
    """Return what a spec cost when the baseline was written; each file is read once."""
    return _loaded(file).get(key_of(source, file))


WITH_RULES = frozenset(
    {
        "parameters",
        "macs",
        "memory",
        "depth",
        "receptive_field",
        "weight_memory",
        "operations",
        "activations",
    }
)
"""The quantities whose limits have a rule of their own; one rule speaks of all others."""


class BudgetRule(Rule):
    """What the rules for the limits share: each looks at the limits of its own quantity."""

    severity = "error"
    needs = "analysis"
    section = "budgets"
    quantity: ClassVar[str] = ""
    source = "Google, performance budgets (2018); what users of summaries check by hand in CI"
    trips = "none: it applies only if a budget is set"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Check the limits of the spec and of the configuration."""
        for budgets in (subject.budgets, subject.configured.budgets):
            if budgets is None:
                continue
            is_own = budgets is subject.budgets
            wanted = Budgets(tuple(n for n in budgets.limits if self.speaks_of(find(n.quantity))))
            assert subject.analysis is not None
            for check in check_budgets(subject.analysis, wanted):
                if not check.is_kept and check.verdict != "absent":
                    yield self._finding(subject, check, is_own=is_own)

    def speaks_of(self, quantity: Quantity) -> bool:
        """Whether limits on a quantity are this rule's."""
        return self.quantity in quantity.words

    def _finding(self, subject: Subject, check: Check, *, is_own: bool) -> Finding:
        limit = check.limit
        parts = ", ".join(f"{name} {number:,}" for name, number in check.largest)
        said = [f"most of it: {parts}"] if parts and check.verdict == "over" else []
        if not is_own and limit.mark.source.text:  # the place is the spec, which breaks it
            said.append(f"the limit is set in {limit.mark}")
        return self.found(
            subject,
            sentence(check),
            mark=limit.mark if is_own else None,
            path=check.layer,
            help="; ".join(said),
            values={"measured": check.measured, "limit": limit.value},
        )
