"""DP002: output padding."""

from __future__ import annotations

from cnnanalyze.linting.rule import Case, FaultRule, rule


@rule
class OutputPadding(FaultRule):
    """The output padding of a transposed convolution is not below its stride or dilation.

    Why: output padding selects one of the input sizes that one output size could come from;
    there are as many as the stride. More of it would add rows that no window reaches.

    Instead: use less than the stride, usually s - 1 or 0.
    """

    code = "DP002"
    name = "output-padding"
    source = (
        "PyTorch documentation, ConvTranspose2d: output padding must be smaller than "
        "either stride or dilation"
    )
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- transposed_conv: {filters: 8, kernel: 3, stride: 2, padding: 1, output_padding"
            ": 1}\n",
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- transposed_conv: {filters: 8, kernel: 3, stride: 2, padding: 1, output_padding"
            ": 2}\n",
            at=(4, 83),
            message="output_padding must be below the stride 2 or the dilation 1, not 2",
        ),
    )
