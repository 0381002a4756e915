"""HW002: channels that Qualcomm's tensor processor pads."""

from __future__ import annotations

from types import MappingProxyType

from cnnanalyze.linting.channels import MultipleRule
from cnnanalyze.linting.rule import Case, rule


@rule
class Htp32(MultipleRule):
    """A convolution reads or writes channels that are not a multiple of 32.

    Why: the Hexagon tensor processor processes 32 channels at a time; other counts are padded.

    Instead: round the filters to a multiple of 32.
    """

    code = "HW002"
    name = "htp-32"
    profiles = frozenset({"target:htp"})
    formula = "C mod 32 > 0; first layer, gates and heads left out"
    source = "Qualcomm AI Engine Direct documentation, HTP guidelines, channels: 'multiple of 32'"
    trips = "38 of the 68 networks of torchvision 0.29, all mobile ones among them"
    thresholds = MappingProxyType({"multiple": 32})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 32, kernel: 3}}, relu, "
            "{conv: {filters: 64, kernel: 3}}, relu, gap, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 48, kernel: 3}\n- relu\n- gap\n"
            "- dense: 10\n",
            at=(4, 19),
            message="48 output channels are not a multiple of 32: they are padded to 64",
            path="conv1",
        ),
    )
