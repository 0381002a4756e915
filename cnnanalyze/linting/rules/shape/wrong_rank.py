"""SH004: wrong rank."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class WrongRank(FaultRule):
    """A layer gets a vector instead of a map, or an attribute has too many axes.

    Why: a convolution slides over positions; after 'flatten' or 'dense' there are none.

    Instead: move it before 'flatten' and 'dense', or give the vector positions with 'reshape'.
    """

    code = "SH004"
    name = "wrong-rank"
    source = "Nikanjam et al. 2021 (NeuraLint), rules 001 and 011"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: [3, 5]}\n- flatten\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- flatten\n- conv: {filters: 8, kernel: 3}\n",
            at=(5, 3),
            message="conv1: conv needs a feature map, but its input is a vector of 3072 features",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: [3, 3, 3]}\n",
            at=(4, 30),
            message="conv1: kernel [3, 3, 3] has 3 numbers, but its input has 2 (height and width)",
        ),
    )
