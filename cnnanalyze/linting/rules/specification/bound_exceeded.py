"""SP012: bound exceeded."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BoundExceeded(FaultRule):
    """The spec exceeds a size limit.

    Why: a few lines can describe a network that fits into no computer; limits on size, nesting,
    aliases and steps keep reading fast.

    Instead: lower the counts; the message names the limit.
    """

    code = "SP012"
    name = "bound-exceeded"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , repeat: 3}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , repeat: 1000000}\n",
            at=(4, 20),
            message="'repeat' is 1,000,000, but a network may have at most 100,000 steps: "
            "1,000,000 > 100,000",
        ),
    )
