"""BG009: budgets for activations."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetActivations(BudgetRule):
    """A network, block or layer outputs more activations than its budget allows.

    Why: training stores activations and devices move them; they predict time better than
    operations do.

    Instead: downsample earlier, or make layers narrower.
    """

    code = "BG009"
    name = "budget-activations"
    quantity = "activations"
    formula = "activations > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {activations: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  activations: 100\n",
            at=(6, 16),
            message="392 activations, 292 over the budget of 100",
        ),
    )
