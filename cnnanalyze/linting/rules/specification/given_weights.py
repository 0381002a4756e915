"""SP020: given weights."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class GivenWeights(FaultRule):
    """The given weights do not fit the layer.

    Why: numbers are used as written; none is invented, repeated or cut off.

    Instead: give one number, a matrix of the kernel's size, one per filter, or the whole
    tensor.
    """

    code = "SP020"
    name = "given-weights"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {conv: {filters: 1, kernel: 3}, weights: sobel-x}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {conv: {filters: 1, kernel: 3}, weights: [[1, 2], [3, 4]]}\n",
            at=(4, 44),
            message="the given kernel is 2x2, but the layer takes 3x3x3x1, 3x3 for all "
            "channels, 1x3x3 (one per filter) or one number for all of it",
        ),
    )
