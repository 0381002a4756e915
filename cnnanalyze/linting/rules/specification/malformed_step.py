"""SP013: malformed step."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class MalformedStep(FaultRule):
    """A step is malformed.

    Why: a step is a word, or a mapping with exactly one operation and optional reserved words
    such as 'as' and 'from'.

    Instead: write it in that form; attributes go inside the operation, reserved words beside
    it.
    """

    code = "SP013"
    name = "malformed-step"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {conv: {filters: 8, kernel: 3}, as: stem}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {conv: {filters: 8, kernel: 3}, relu: }\n",
            at=(4, 35),
            message="a step must have exactly one operation, not 2: 'conv', 'relu'",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- [relu, relu]\n",
            at=(4, 3),
            message="a list is not a step; only the branches of a join are lists",
        ),
    )
