"""BG011: budgets for quantities that no other rule speaks of."""

from __future__ import annotations

from cnnanalyze.core.quantities import Quantity
from cnnanalyze.linting.budgets import WITH_RULES, BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetQuantity(BudgetRule):
    """A network, block or layer has more of another quantity than its budget allows.

    Why: every exact quantity can be limited; those that are limited most have rules of their own.

    Instead: change what the message names as most of it, or raise the budget.
    """

    code = "BG011"
    name = "budget-quantity"
    formula = "quantity > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {biases: 8}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  biases: 5\n",
            at=(6, 11),
            message="8 biases, 3 over the budget of 5",
        ),
    )

    def speaks_of(self, quantity: Quantity) -> bool:
        """Whether no other rule speaks of limits on a quantity."""
        return quantity.key not in WITH_RULES
