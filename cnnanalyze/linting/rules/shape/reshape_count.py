"""SH005: reshape count."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class ReshapeCount(FaultRule):
    """A reshape changes the number of activations.

    Why: a reshape only rearranges the same numbers.

    Instead: choose extents with the same product as those of the input.
    """

    code = "SH005"
    name = "reshape-count"
    source = "Nikanjam et al. 2021 (NeuraLint), rules 014 and 021"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- reshape: 16x64x3\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- reshape: 16x16x3\n",
            at=(4, 3),
            message="reshape1: cannot reshape 32x32x3 to 16x16x3: 3072 activations ≠ 768",
        ),
    )
