"""BG006: budgets for size on disk."""

from __future__ import annotations

from cnnanalyze.linting.budgets import BudgetRule
from cnnanalyze.linting.rule import Case, rule


@rule
class BudgetSizeOnDisk(BudgetRule):
    """A network's file is larger than its budget allows.

    Why: files are shipped, loaded and updated over slow connections.

    Instead: make layers narrower, or choose a smaller data type.
    """

    code = "BG006"
    name = "budget-size-on-disk"
    quantity = "size_on_disk"
    formula = "stored numbers times bytes of the data type > limit"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}], "
            "budgets: {size_on_disk: 1M}}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\nbudgets:\n"
            "  size_on_disk: 0.5kB\n",
            at=(6, 17),
            message="896 bytes of weight memory (float32), 396 over the budget of 0.5kB",
        ),
    )
