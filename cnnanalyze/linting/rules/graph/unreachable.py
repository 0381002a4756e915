"""GR004: unreachable."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class Unreachable(FaultRule):
    """No layer is on the way from the input to an output.

    Why: the network would do nothing: every step is left out, or the output is the input
    itself.

    Instead: list the outputs, as in 'outputs: [fc]', or fix the conditions of the steps.
    """

    code = "GR004"
    name = "unreachable"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , when: false}\n",
            at=(4, 1),
            message="this network has no layers: every step is left out by its 'when' or 'repeat'",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "outputs: [input]\n",
            at=(6, 11),
            message="the input cannot be an output",
        ),
    )
