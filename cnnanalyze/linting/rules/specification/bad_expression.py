"""SP007: bad expression."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadExpression(FaultRule):
    """An expression after '$' cannot be evaluated.

    Why: it uses an unknown parameter, divides by zero, or is not part of the language.

    Instead: the message shows the values. A block can use its own parameters and those of the
    spec, but not those of its caller.
    """

    code = "SP007"
    name = "bad-expression"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "params: {width: 8}\n"
            "layers:\n"
            "- conv: {filters: $width * 2, kernel: 3}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "params: {width: 8}\n"
            "layers:\n"
            "- conv: {filters: $widht * 2, kernel: 3}\n",
            at=(5, 19),
            message="unknown parameter $widht; did you mean 'width'?",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: $in / 0, kernel: 3}\n",
            at=(4, 19),
            message="division by zero: 3 divided by 0",
        ),
    )
