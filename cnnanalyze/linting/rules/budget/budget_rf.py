"""BG005: budgets for receptive field."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetRf(BudgetRule):
    """The receptive field of a network or layer is outside its budget.

    Why: a field that is too small does not cover the object, one that is too large covers what
    does not belong to it.

    Instead: change kernels, strides or the number of layers.
    """

    code = "BG005"
    name = "budget-rf"
    quantity = "receptive_field"
    formula = "field before global layers > limit or < limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {receptive_field: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  receptive_field: {at_least: 5}\n",
            at=(6, 31),
            message="the receptive field is 3, 2 under the minimum of 5",
        ),
    )
