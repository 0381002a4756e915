"""SP016: bad input."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadInput(FaultRule):
    """'input' is not a valid shape.

    Why: 'input' is height x width x channels; the order of a bare list is ambiguous.

    Instead: write '224x224x3', or a mapping that names the extents.
    """

    code = "SP016"
    name = "bad-input"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: [3, 32, 32]\nlayers:\n- relu\n",
            at=(2, 8),
            message="ambiguous order of the bare list [3, 32, 32]: height first, or "
            "channels first as in PyTorch?",
        ),
    )
