"""SP019: bad name."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class BadName(FaultRule):
    """A name is not valid for a step, a block or a parameter.

    Why: a name consists of letters, digits, '_', '-' and '.', and is not a word of the
    language; otherwise paths and expressions would be ambiguous.

    Instead: choose another name.
    """

    code = "SP019"
    name = "bad-name"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: act}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {relu: , as: a/b}\n",
            at=(4, 16),
            message="'a/b' cannot name a step",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nblocks: {conv: [relu]}\nlayers: [relu]\n",
            at=(3, 10),
            message="a block cannot be called 'conv': that is a layer kind",
        ),
    )
