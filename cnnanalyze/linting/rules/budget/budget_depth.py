"""BG004: budgets for depth."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetDepth(BudgetRule):
    """The longest path of a network has more layers with weights than its budget allows.

    Why: layers on one path run one after the other: more width cannot reduce that time.

    Instead: use fewer or parallel layers.
    """

    code = "BG004"
    name = "budget-depth"
    quantity = "depth"
    formula = "layers with weights on the longest path > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {depth: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  depth: 0\n",
            at=(6, 10),
            message="the depth in weighted layers is 1, 1 over the budget of 0",
        ),
    )
