"""SH013: refused input."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class RefusedInput(FaultRule):
    """A layer cannot process its input, for a reason specific to its kind.

    Why: examples: a slice beyond the last channel, a table with a channel that does not exist,
    a block size that does not divide the map.

    Instead: the message has both numbers; choose them so that the relation holds.
    """

    code = "SH013"
    name = "refused-input"
    source = "the page of the layer kind in docs/reference/layers"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- slice: [0, 2]\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- slice: [0, 7]\n",
            at=(4, 3),
            message="slice1: channels [0, 7] exceed the 3 of the input: 7 > 3",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- space_to_depth: 5\n",
            at=(4, 3),
            message="space_to_depth1: block 5 does not divide height 32: 32 mod 5 = 2",
        ),
    )
