"""GR002: cycle."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class Cycle(FaultRule):
    """A step reads a later one, which would close a cycle.

    Why: a network is computed from its input to its output; a loop has no order in which it
    could run.

    Instead: move the step that is read above this one, or read another one.
    """

    code = "GR002"
    name = "cycle"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {tanh: , from: a}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , from: b, as: a}\n- {tanh: , as: b}\n",
            at=(4, 18),
            message="'b' is not an earlier step: reading it would close a cycle",
        ),
    )
