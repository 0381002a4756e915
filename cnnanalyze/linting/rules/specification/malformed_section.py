"""SP014: malformed section."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class MalformedSection(FaultRule):
    """A section of the spec is malformed.

    Why: it cannot be understood, so none of it is used.

    Instead: write it in the form that the message shows.
    """

    code = "SP014"
    name = "malformed-section"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers: relu\n",
            at=(3, 9),
            message="'layers' must be a list with at least one step, not 'relu'",
        ),
        Case(
            "cnn: 2\ninput: 32x32x3\nlayers: [relu]\n",
            at=(1, 6),
            message="'cnn' of a spec must be 1, the version that this tool reads, not 2",
        ),
    )
