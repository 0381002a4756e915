"""BG001: budgets for parameters."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetParams(BudgetRule):
    """A network, block or layer has more parameters than its budget allows.

    Why: parameters decide the size of the file and the memory of the device.

    Instead: make layers narrower, or raise the budget.
    """

    code = "BG001"
    name = "budget-params"
    quantity = "parameters"
    formula = "parameters > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {parameters: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  parameters: 200\n",
            at=(6, 15),
            message="224 parameters, 24 over the budget of 200",
        ),
    )
