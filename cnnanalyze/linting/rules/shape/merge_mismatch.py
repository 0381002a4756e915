"""SH001: merge mismatch."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class MergeMismatch(FaultRule):
    """The inputs of a join do not have the same shape.

    Why: an element-wise join needs equal shapes, or an extent of 1, which is broadcast;
    'concat' needs equal sizes.

    Instead: choose strides and padding with which all branches have one size, and match the
    channels with a 1x1 convolution.
    """

    code = "SH001"
    name = "merge-mismatch"
    source = "torch.add and torch.cat refuse it only when the network runs"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{conv: {filters: 3, kernel: 3, padding: same}}], []]\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{conv: {filters: 8, kernel: 3, padding: same}}], []]\n",
            at=(4, 3),
            message="add1: cannot add 32x32x8 and 32x32x3: channels 8 ≠ 3",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- concat: [[{conv: {filters: 8, kernel: 3, stride: 2}}], []]\n",
            at=(4, 3),
            message="concat1: cannot concatenate 15x15x8 and 32x32x3: height 15 ≠ 32",
        ),
    )
