"""SP004: unknown op."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class UnknownOp(FaultRule):
    """An operation is neither a layer kind nor a block of the spec.

    Why: the layer cannot be created, and what follows it cannot be checked.

    Instead: correct the spelling, or define the block; 'cnnanalyze layers' lists the kinds.
    """

    code = "SP004"
    name = "unknown-op"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- covn: {filters: 8, kernel: 3}\n- relu\n",
            at=(4, 3),
            message="unknown layer kind or block 'covn'; did you mean 'conv'?",
        ),
    )
