"""GR011: input count."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class InputCount(FaultRule):
    """A step has more inputs than it takes, or fewer.

    Why: a convolution reads one map, a join at least two, a block as many as it lists under
    'inputs'. A join of one tensor, which other tools accept as a merge without effect, is an
    error here.

    Instead: give branches, or as many names in 'from'; join several maps with 'add' or 'concat'
    first.
    """

    code = "GR011"
    name = "input-count"
    source = "docs/reference/spec_language.md"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- add: [[relu], []]\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- relu\n- add\n",
            at=(5, 3),
            message="'add' takes at least 2 inputs, but 1 is given",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- {relu: , as: a}\n"
            "- {conv: {filters: 8, kernel: 3}, from: [a, input]}\n",
            at=(5, 4),
            message="'conv' takes 1 input, but 2 are given",
        ),
    )
