"""BG010: budgets of layers that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.crosscheck.budget import check_budgets, remedy, sentence
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class BudgetUnmatched(Rule):
    """A budget names a layer or block that the network does not have.

    Why: the limit applies to nothing. Usually a layer was renamed, and its budget was not.

    Instead: correct the path. ``*`` matches any part of one name, ``**`` any number of names. A
    pattern of a configuration applies to many networks: it must match at least one of those
    checked together.
    """

    code = "BG010"
    name = "budget-unmatched"
    section = "budgets"
    severity = "error"
    needs = "analysis"
    formula = "no path of a layer or block matches the pattern"
    source = "as ESLint and ruff report unused suppressions"
    trips = "none: it applies only if a budget is set"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {layers: {'conv*': {macs: 1M}}}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n"
            "budgets: {layers: {stem: {macs: 1M}}}\n",
            at=(5, 33),
            message="the budget for MACs names 'stem', which matches no layer or block",
            path="stem",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look for limits that nothing fits."""
        assert context.analysis is not None
        for budgets in (context.budgets, context.configured.budgets):
            for check in check_budgets(context.analysis, budgets):
                # What who calls sets, in Python, holds for whatever they look at.
                if check.verdict == "absent" and check.limit.mark.source.text:
                    yield self.found(
                        context,
                        sentence(check),
                        mark=check.limit.mark,
                        path=check.layer,
                        help=remedy(check),
                    )
