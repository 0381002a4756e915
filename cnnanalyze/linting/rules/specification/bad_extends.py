"""SP018: bad extends."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadExtends(FaultRule):
    """'extends' or 'set' is not valid.

    Why: 'extends' names a network of the zoo or a file in the folder tree of the spec, without
    cycles; 'set' gives plain values to its parameters.

    Instead: name an existing file; write parameters of the spec itself in 'params'.
    """

    code = "SP018"
    name = "bad-extends"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "set: {width: 8}\n",
            at=(6, 6),
            message="'set' changes the parameters of an extended spec, but this one has no "
            "'extends'",
        ),
    )
