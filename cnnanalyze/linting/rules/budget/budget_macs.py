"""BG002: budgets for macs."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetMacs(BudgetRule):
    """A network, block or layer costs more multiply-accumulates than its budget allows.

    Why: the budget limits the time that one image may take.

    Instead: downsample earlier, make layers narrower, or raise the budget.
    """

    code = "BG002"
    name = "budget-macs"
    quantity = "macs"
    formula = "MACs > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], budgets: {macs: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  macs: 10k\n",
            at=(6, 9),
            message="10,584 MACs, 584 over the budget of 10k",
        ),
    )
