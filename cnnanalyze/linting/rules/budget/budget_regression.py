"""BG007: costs that have grown."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.crosscheck.baseline import Growth, compare, record
from cnnanalyze.linting.configured_budgets import entry_for
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule

MOST = 3
"""Layers that are named."""


@rule
class BudgetRegression(Rule):
    """A network costs more than when the baseline was written.

    Why: networks grow in small steps that nobody decides on. A committed baseline makes every
    step a decision.

    Instead: undo the growth, or accept it with ``cnnanalyze budget SPEC --update``.
    """

    code = "BG007"
    name = "budget-regression"
    section = "budgets"
    severity = "error"
    needs = "analysis"
    formula = "cost now > cost in the baseline, by more than the allowed percentage"
    source = (
        "torch-scan leaves this policy to the owner of a network (its README, comparing reports)"
    )
    trips = "none: it applies only if the configuration names a baseline"
    valid = (Case("{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}]}"),)

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every total with the baseline's."""
        analysis = context.analysis
        assert analysis is not None
        said = context.configured
        before = said.baseline and entry_for(context.source.name, said.baseline)
        if not before:
            return
        comparison = compare(before, record(analysis), said.allow)
        if not comparison.grown:
            return
        costs = [_said(growth) for growth in comparison.grown]
        grown = [g.layer for g in comparison.layers if g.layer in analysis.network]
        shown = ", ".join(grown[:MOST]) + (", ..." if len(grown) > MOST else "")
        yield self.found(
            context,
            f"{', '.join(costs)} than in the baseline",
            node=analysis.network[grown[0]] if grown else None,
            help=f"changed: {shown}; 'cnnanalyze budget' shows all, '--update' accepts it",
            values={g.quantity: (g.before, g.now) for g in comparison.grown},
        )


def _said(growth: Growth) -> str:
    share = "" if growth.percent is None else f" ({float(growth.percent):.1f} %)"
    return f"{growth.now - growth.before:,}{share} more {growth.quantity.replace('_', ' ')}"
