"""SP021: shared weights."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class SharedWeights(FaultRule):
    """A step shares weights that do not fit, or that do not exist.

    Why: layers that share weights use one set of tensors: they must be of one kind, with
    tensors of one shape.

    Instead: name an earlier layer of the same kind, or a block with the same layers.
    """

    code = "SP021"
    name = "shared-weights"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {conv: {filters: 3, kernel: 3}, as: one}\n"
            "- {conv: {filters: 3, kernel: 3}, share: one}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {conv: {filters: 3, kernel: 3}, as: one}\n"
            "- {conv: {filters: 3, kernel: 5}, share: one}\n",
            at=(5, 42),
            message="conv1 cannot share the weights of one: conv (kernel 5x5x3x3, bias 3) ≠ "
            "conv (kernel 3x3x3x3, bias 3)",
        ),
    )
