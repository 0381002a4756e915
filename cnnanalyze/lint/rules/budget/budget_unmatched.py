"""BG010: budgets of layers that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.crosscheck.budget import check_budgets, sentence
from cnnanalyze.lint.finding import Finding
from cnnanalyze.lint.rule import Case, Rule, rule
from cnnanalyze.lint.subject import Subject


@rule
class BudgetUnmatched(Rule):
    """A budget of the spec names a layer or block that the network does not have.

    Why: the limit watches nothing. Usually a layer was renamed, and its budget was not.

    Instead: correct the path. ``*`` stands for any part of one name, ``**`` for any number of
    names. Patterns of a configuration hold for many networks and need not fit each of them.
    """

    code = "BG010"
    name = "budget-unmatched"
    section = "budgets"
    severity = "error"
    needs = "analysis"
    formula = "no path of a layer or block fits the pattern"
    source = "as ESLint and ruff report suppressions that hide nothing"
    trips = "none: it speaks only where a budget is set"
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
            message="the budget for MACs speaks of 'stem', which no layer or block fits",
            path="stem",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look for limits that nothing fits."""
        assert subject.document is not None
        assert subject.analysis is not None
        for check in check_budgets(subject.analysis, subject.document.budgets):
            if check.verdict == "absent":
                yield self.found(
                    subject,
                    sentence(check),
                    mark=check.limit.mark,
                    path=check.layer,
                    help="correct the path; 'cnnanalyze summary --depth 9' lists all of them",
                )
