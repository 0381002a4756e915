"""SH003: groups divide."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class GroupsDivide(FaultRule):
    """The number of groups does not divide the channels.

    Why: every group reads and outputs the same number of channels.

    Instead: choose a number of groups that divides both the input channels and the filters.
    """

    code = "SH003"
    name = "groups-divide"
    source = (
        "PyTorch documentation, Conv2d: in_channels and out_channels must both be "
        "divisible by groups"
    )
    valid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 6, kernel: 3, groups: 3}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, groups: 3}\n",
            at=(4, 41),
            message="conv1: groups 3 does not divide the 8 filters: 8 mod 3 = 2",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- channel_shuffle: 2\n",
            at=(4, 3),
            message="channel_shuffle1: groups 2 does not divide the 3 channels: 3 mod 2 = 1",
        ),
    )
