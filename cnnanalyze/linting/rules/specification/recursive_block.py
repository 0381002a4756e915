"""SP022: recursive block."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class RecursiveBlock(FaultRule):
    """A block contains itself.

    Why: expanding it would never end.

    Instead: repeat steps with 'repeat' or 'for'.
    """

    code = "SP022"
    name = "recursive-block"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nblocks: {a: [relu], b: [a, a]}\nlayers: [b]\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nblocks: {a: [relu, b], b: [a]}\nlayers: [b]\n",
            at=(3, 20),
            message="block 'b' contains itself: b -> a -> b",
        ),
    )
