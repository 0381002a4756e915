"""GR001: unknown reference."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class UnknownReference(FaultRule):
    """A name refers to no visible step.

    Why: a step can read a step that comes before it in the same list, in an enclosing list, or
    on a path into a named group.

    Instead: use one of the names that the message lists; name a step with 'as'.
    """

    code = "GR001"
    name = "unknown-reference"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {tanh: , from: a}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a}\n- {tanh: , from: b}\n",
            at=(5, 18),
            message="there is no step 'b' here",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- relu\n- {add: [^4, relu]}\n",
            at=(5, 10),
            message="'^4' goes back 4 steps, but only 2 come before it in this list, the one "
            "that goes in included: 4 > 2",
        ),
    )
