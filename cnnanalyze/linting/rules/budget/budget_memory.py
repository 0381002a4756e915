"""BG003: budgets for memory."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetMemory(BudgetRule):
    """A network needs more memory than its budget allows.

    Why: a network that does not fit into the memory of a device does not run there.

    Instead: make the largest maps smaller, or choose a smaller data type.
    """

    code = "BG003"
    name = "budget-memory"
    quantity = "memory"
    formula = "bytes of weights + bytes of the most live activations > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {memory: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  memory: {at_most: 600B, dtype: int8}\n",
            at=(6, 21),
            message="859 bytes of memory (int8), 259 over the budget of 600B",
        ),
    )
