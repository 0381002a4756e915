"""BG008: budgets for operations."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetOperations(BudgetRule):
    """A network, block or layer costs more operations than its budget allows.

    Why: the convention of a budget in FLOPs decides what is counted; the default is two for
    each multiply-accumulate and one for every other operation.

    Instead: downsample earlier, make layers narrower, or raise the budget.
    """

    code = "BG008"
    name = "budget-operations"
    quantity = "operations"
    formula = "operations under the budget's convention > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {operations: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  operations: 20k\n",
            at=(6, 15),
            message="21,560 operations (flop), 1,560 over the budget of 20k",
        ),
    )
