"""SH002: empty output."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class EmptyOutput(FaultRule):
    """An axis is empty after this layer: the kernel or the crop is larger than the map.

    Why: the network downsamples more often than the size of the input allows.

    Instead: use 'padding: same', a smaller kernel, less downsampling, or a larger input.
    """

    code = "SH002"
    name = "empty-output"
    source = "Nikanjam et al. 2021 (NeuraLint), rule 013"
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 35}\n",
            at=(4, 30),
            message="conv1: kernel extent 35 does not fit into height 32: 35 > 32",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- crop: 16\n",
            at=(4, 3),
            message="crop1: cropping 16+16 of height 32 leaves nothing: 32 ≥ 32",
        ),
    )
