"""Budgets as findings: what the budget rules share, and what a configuration says of budgets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from cnnanalyze.core.files import FileError, Reason, read_text
from cnnanalyze.crosscheck.baseline import Entry, key_of, read_baseline
from cnnanalyze.crosscheck.budget import Check, check_budgets, sentence
from cnnanalyze.errors import UsageError
from cnnanalyze.lint.finding import Finding
from cnnanalyze.lint.rule import Rule
from cnnanalyze.lint.subject import Subject
from cnnanalyze.spec.budgets import Budgets, plan_budgets


class Configured(NamedTuple):
    """What a configuration says of budgets."""

    budgets: Budgets | None
    """Limits that hold for every network."""
    baseline: Path | None
    allow: Fraction
    """By how many percent a cost may grow."""


def read_configured(data: Mapping[str, Any]) -> Configured:
    """Read the ``budgets`` table of a configuration.

    Raises
    ------
    CnnError
        If a limit, the baseline or the allowance is wrong.

    Examples
    --------
    >>> found = read_configured({"parameters": "5M", "baseline": "costs.json", "allow": 2.5})
    >>> found.budgets.limits[0].value, found.baseline.name, found.allow
    (5000000, 'costs.json', Fraction(5, 2))
    """
    limits = dict(data)
    baseline, allow = limits.pop("baseline", None), limits.pop("allow", 0)
    if baseline is not None and not isinstance(baseline, str):
        raise UsageError(f"'baseline' of the budgets must name a file, not {baseline!r}")
    if type(allow) not in {int, float} or not 0 <= allow < inf:
        raise UsageError(f"'allow' of the budgets must be a percentage, not {allow!r}")
    return Configured(
        plan_budgets(limits, "configuration") if limits else None,
        None if baseline is None else Path(baseline),
        Fraction(str(allow)),
    )


def anchor(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a ``budgets`` table whose baseline lies where the configuration does."""
    baseline = data.get("baseline")
    if isinstance(baseline, str):
        return {**data, "baseline": str(folder / baseline)}
    return dict(data)


def load_baseline(file: Path) -> dict[str, Entry]:
    """Read a baseline file.

    Raises
    ------
    UsageError
        If there is no such file, or it is no baseline.
    """
    try:
        text = read_text(file, what="baseline")
    except FileError as error:
        if error.reason is not Reason.MISSING:
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


def entry_for(source: str, file: Path) -> Entry | None:
    """Return what a spec cost when the baseline was written; each file is read once."""
    return _loaded(file).get(key_of(source, file))


def configured(subject: Subject) -> Configured:
    """Return what the configuration says of budgets."""
    return read_configured(subject.budgets)


class BudgetRule(Rule):
    """What the rules for the limits share: each looks at the limits of its own quantity."""

    severity = "error"
    needs = "analysis"
    section = "budgets"
    quantity: ClassVar[str] = ""
    source = "Google, performance budgets (2018); what users of summaries check by hand in CI"
    trips = "none: it speaks only where a budget is set"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Check the limits of the spec and of the configuration."""
        assert subject.document is not None
        for budgets in (subject.document.budgets, configured(subject).budgets):
            if budgets is None:
                continue
            wanted = Budgets(tuple(n for n in budgets.limits if n.quantity == self.quantity))
            assert subject.analysis is not None
            for check in check_budgets(subject.analysis, wanted):
                if not check.is_kept and check.verdict != "absent":
                    yield self._finding(subject, check)

    def _finding(self, subject: Subject, check: Check) -> Finding:
        limit = check.limit
        parts = ", ".join(f"{name} {number:,}" for name, number in check.largest)
        return self.found(
            subject,
            sentence(check),
            mark=limit.mark if limit.mark.source.text else None,
            path=check.layer,
            help=f"most of it: {parts}" if parts and check.verdict == "over" else "",
            values={"measured": check.measured, "limit": limit.value},
        )
