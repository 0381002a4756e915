"""DP003: skip size."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class SkipSize(FaultRule):
    """The decoder size differs from the encoder size by one pixel.

    Why: a map of odd size is halved and rounded; doubled again, it has a row or column too few
    or too many.

    Instead: use an input whose sides are multiples of the total stride, or crop or pad the
    skip.
    """

    code = "DP003"
    name = "skip-size"
    source = (
        "Ronneberger et al. 2015 (U-Net), section 2: the input size must be such that all"
        " 2x2 pools meet even sizes"
    )
    valid = (
        Case(
            "cnn: 1\n"
            "input: 28x28x3\n"
            "layers:\n"
            "- {maxpool: 2, as: down}\n"
            "- {resize: 2}\n"
            "- {add: , from: [^1, input]}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 30x30x3\n"
            "layers:\n"
            "- {maxpool: 2, as: half}\n"
            "- maxpool: 2\n"
            "- resize: 2\n"
            "- {add: , from: [^1, half]}\n",
            at=(7, 4),
            message="add1: cannot add 14x14x3 and 15x15x3: height 14 ≠ 15",
        ),
    )
