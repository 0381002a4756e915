"""SP015: missing key."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class MissingKey(FaultRule):
    """A required key is missing.

    Why: a spec needs 'cnn', 'input' and 'layers', a convolution its filters and its kernel, a
    section its own keys; no default would be right.

    Instead: add the key; the help explains it.
    """

    code = "SP015"
    name = "missing-key"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\nlayers: [relu]\n",
            at=(1, 1),
            message="a spec needs 'input' or 'inputs'",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8}\n",
            at=(4, 3),
            message="'conv' needs 'kernel'",
        ),
    )
