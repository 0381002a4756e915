"""Budgets as findings: what the budget rules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnnanalyze.core.quantities import Quantity, find
from cnnanalyze.crosscheck.budget import Check, check_budgets, sentence
from cnnanalyze.language.sections import Budgets
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Rule

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

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Check the limits of the spec and of the configuration."""
        for budgets in (context.budgets, context.configured.budgets):
            if budgets is None:
                continue
            is_own = budgets is context.budgets
            wanted = Budgets(tuple(n for n in budgets.limits if self.speaks_of(find(n.quantity))))
            assert context.analysis is not None
            for check in check_budgets(context.analysis, wanted):
                if not check.is_kept and check.verdict != "absent":
                    yield self._finding(context, check, is_own=is_own)

    def speaks_of(self, quantity: Quantity) -> bool:
        """Whether limits on a quantity are this rule's."""
        return self.quantity in quantity.words

    def _finding(self, context: RuleContext, check: Check, *, is_own: bool) -> Finding:
        limit = check.limit
        parts = ", ".join(f"{name} {number:,}" for name, number in check.largest)
        said = [f"most of it: {parts}"] if parts and check.verdict == "over" else []
        if not is_own and limit.mark.source.text:  # the place is the spec, which breaks it
            said.append(f"the limit is set in {limit.mark}")
        return self.found(
            context,
            sentence(check),
            mark=limit.mark if is_own else None,
            path=check.layer,
            help="; ".join(said),
            values={"measured": check.measured, "limit": limit.value},
        )
