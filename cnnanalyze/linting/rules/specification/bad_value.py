"""SP005: bad value."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadValue(FaultRule):
    """An attribute has an invalid value.

    Why: a kernel, a stride or a number of filters is a whole number of at least 1, a padding
    one of at least 0, a rate is in [0, 1).

    Instead: use a value of the type that the message names.
    """

    code = "SP005"
    name = "bad-value"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- dropout: 0.5\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, stride: 0}\n",
            at=(4, 41),
            message="stride must be a whole number of at least 1, not 0",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- dropout: 2\n",
            at=(4, 12),
            message="rate must be a number from 0 to 1, not 2",
        ),
    )
