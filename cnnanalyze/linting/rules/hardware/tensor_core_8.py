"""HW001: channels that tensor cores pad."""

from __future__ import annotations

from types import MappingProxyType

from cnnanalyze.linting.channels import MultipleRule
from cnnanalyze.linting.rule import Case, rule


@rule
class TensorCore8(MultipleRule):
    """A convolution reads or writes channels that are not a multiple of 8.

    Why: tensor cores multiply tiles of 8 16-bit numbers. Other channel counts are padded to the
    next multiple, or the layer falls back to slower kernels.

    Instead: round the filters to a multiple of 8.
    """

    code = "HW001"
    name = "tensor-core-8"
    profiles = frozenset({"target:tensor-core"})
    formula = "C mod 8 > 0; first layer, gates and heads left out"
    source = "NVIDIA, deep learning performance guide: channels divisible by 8 for FP16"
    trips = "ShuffleNetV2 x1.0 (58, 116, 232 channels)"
    thresholds = MappingProxyType({"multiple": 8})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 16, kernel: 3}}, relu, "
            "{conv: {filters: 24, kernel: 3}}, relu, {conv: {filters: 10, kernel: 1}}, gap]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 20, kernel: 3}\n- relu\n- gap\n"
            "- dense: 10\n",
            at=(4, 19),
            message="20 output channels are not a multiple of 8: they are padded to 24",
            path="conv1",
        ),
    )
