"""Single layers of every kind, with all attributes that a tool could look at, on all ranks."""

from __future__ import annotations

from itertools import product

VECTOR, SIGNAL, IMAGE, VOLUME = "{features: 8}", "15x8", "15x13x8", "7x11x5x8"
MAPS = (SIGNAL, IMAGE, VOLUME)
ALL = (VECTOR, *MAPS)

SINGLE: tuple[tuple[str, str], ...] = (
    *product(
        (
            "{conv: {filters: 12, kernel: 3}}",
            "{conv: {filters: 12, kernel: 3, groups: 4, bias: false}}",
            "{conv: {filters: 12, kernel: 3, dilation: 2, padding: 2}}",
            "{conv: {filters: 12, kernel: 3, stride: 2, padding: 1}}",
            "{depthwise: {kernel: 3, multiplier: 2}}",
            "{separable: {filters: 12, kernel: 3}}",
            "{transposed_conv: {filters: 12, kernel: 3, stride: 2, padding: 1, output_padding: 1}}",
            "{transposed_conv: {filters: 12, kernel: 3, stride: 2, groups: 4}}",
            "{transposed_conv: {filters: 8, kernel: 3, groups: 8, bias: false}}",
            "{transposed_conv: {filters: 12, kernel: 3, groups: 2}}",
            "{transposed_conv: {filters: 12, kernel: 3, dilation: 2, padding: 1}}",
            "instancenorm",
            "{instancenorm: {scale: true, center: true}}",
            "{ln: {axes: all}}",
            "{groupnorm: {groups: 4}}",
            "{groupnorm: {groups: 4, scale: false, center: false}}",
            "{maxpool: {kernel: 3, stride: 2, padding: 1}}",
            "{maxpool: {kernel: 2, ceil_mode: true}}",
            "{maxpool: {kernel: 3, stride: 1, dilation: 2}}",
            "{avgpool: {kernel: 3, stride: 2, padding: 1}}",
            "{avgpool: {kernel: 2, ceil_mode: true}}",
            "{lppool: {kernel: 2}}",
            "{lppool: {kernel: 3, stride: 2, norm: 1}}",
            "gap",
            "global_maxpool",
            "{adaptive_avgpool: 1}",
            "{adaptive_avgpool: 3}",
            "{adaptive_maxpool: 1}",
            "{adaptive_maxpool: 3}",
            "{lrn: 5}",
            "{resize: 2}",
            "{resize: {scale: 2, method: bilinear}}",
            "{resize: {scale: 2, method: bilinear, align_corners: true}}",
            "{resize: {size: 22}}",
            "{resize: {size: 22, method: bilinear}}",
            "flatten",
            "{zeropad: 1}",
            "{circularpad: 1}",
            "{reflectpad: 1}",
            "{replicatepad: 1}",
            "{multiply: [[], [gap]]}",
        ),
        MAPS,
    ),
    *product(
        (
            "{dense: 5}",
            "{dense: {units: 5, bias: false}}",
            "bn",
            "{bn: {scale: false, center: false}}",
            "ln",
            "{ln: {scale: false, center: false}}",
            *("relu", "relu6", "leaky_relu", "prelu", "{prelu: {shared: true}}", "elu", "selu"),
            *("sigmoid", "silu", "hard_sigmoid", "hard_swish", "mish", "softplus", "tanh"),
            *("gelu", "{gelu: {approximate: true}}", "softmax", "log_softmax"),
            *("dropout", "identity"),
            *("celu", "hard_tanh", "glu", "geglu", "swiglu"),
            *(f"{{reduce: {{axes: channels, method: {m}}}}}" for m in ("mean", "sum", "max", "l2")),
            *("rmsnorm", "{rmsnorm: {scale: false}}"),
            *("{power: 2}", "abs", "sqrt", "exp", "log", "{clip: {min: -1, max: 1}}"),
            *("{power: 3}", "{power: 0.5}", "{power: -1}", "{clip: {min: 0}}"),
            *(f"{{{join}: [[], []]}}" for join in ("add", "multiply", "maximum", "concat")),
            *(f"{{{join}: [[], []]}}" for join in ("minimum", "subtract", "divide")),
        ),
        ALL,
    ),
    *(("{depth_to_space: 2}", IMAGE), ("{channel_shuffle: 2}", IMAGE)),
    *(("{adaptive_avgpool: [5, 13]}", IMAGE), ("{adaptive_maxpool: [3, 1]}", IMAGE)),
    *(("{maxpool: {kernel: [2, 3]}}", IMAGE), ("{avgpool: {kernel: [4, 3, 2]}}", VOLUME)),
    ("{lppool: {kernel: [3, 2], norm: 3}}", IMAGE),
    ("{resize: {size: [22, 30]}}", IMAGE),
    ("{transposed_conv: {filters: 12, kernel: [3, 2], stride: [2, 1], groups: 2}}", IMAGE),
)
"""Each layer with the input it is put on."""

GIVES_UP: dict[str, tuple[str, ...]] = {
    "onnx-tool": (
        *("lrn", "selu", "celu"),  # it raises on what PyTorch exports for them
        # PyTorch does not export them: pools of uneven windows, the shuffle, the RMS norm.
        *("{adaptive_avgpool: 3}", "{adaptive_maxpool: 3}", "channel_shuffle", "rmsnorm"),
        *("geglu", "swiglu"),  # it counts what finds out where the halves lie
        "pad: 1",  # one for a constant that a folding export leaves out
    ),
}
"""Layers, by a part of their text, of which a tool says nothing that could be compared."""
