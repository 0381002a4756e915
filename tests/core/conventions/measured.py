"""What the tools print: run on single layers and on whole networks, each number read off.

torch 2.13.0, torchinfo 1.8.0, fvcore 0.1.5, ptflops 0.7.5, thop 0.1.1, calflops 0.3.2,
onnx-tool 1.0.1 and Keras 3.15.1, on Python 3.11; batch 1, evaluation mode, layers as modules
unless the row says otherwise.
"""

from __future__ import annotations

from typing import Any

TOOLS = (
    "torchinfo",
    "fvcore",
    "ptflops",
    "ptflops-aten",
    "thop",
    "calflops",
    "calflops-macs",
    "torch-flop-counter",
    "onnx-tool",
)
"""The order of the numbers; nothing stands where a tool gives up or prints none."""

Numbers = tuple[int | None, ...]

LAYERS: tuple[tuple[str, str, Numbers, Numbers], ...] = (
    (
        "conv_bias",
        "{conv: {filters: 12, kernel: [3, 5], stride: 2, padding: [1, 2]}}",
        (81_312, 80_640, 81_312, 81_312, 80_640, 161_952, 80_640, 161_280, 81_312),
        (1_452, 1_452, 1_452, 1_452, 0, 1_452, None, None, 1_452),
    ),
    (
        "conv_nobias",
        "{conv: {filters: 12, kernel: [3, 5], stride: 2, padding: [1, 2], bias: false}}",
        (80_640, 80_640, 80_640, 80_640, 80_640, 161_280, 80_640, 161_280, 80_640),
        (1_440, 1_440, 1_440, 1_440, 0, 1_440, None, None, 1_440),
    ),
    (
        "conv_functional_bias",
        "F:{conv: {filters: 12, kernel: [3, 5], stride: 2, padding: [1, 2]}}",
        (0, 80_640, 0, 81_312, 0, 161_952, 80_640, 161_280, 81_312),
        (1_452, 1_452, 1_452, 1_452, 0, 1_452, None, None, 1_452),
    ),
    (
        "conv_1x1_nobias",
        "{conv: {filters: 12, kernel: 1, bias: false}}",
        (18_720, 18_720, 18_720, 18_720, 18_720, 37_440, 18_720, 37_440, 18_720),
        (96, 96, 96, 96, 0, 96, None, None, 96),
    ),
    (
        "conv_grouped4_bias",
        "{conv: {filters: 12, kernel: 3, padding: 1, groups: 4}}",
        (44_460, 42_120, 44_460, 44_460, 42_120, 86_580, 42_120, 84_240, 44_460),
        (228, 228, 228, 228, 0, 228, None, None, 228),
    ),
    (
        "conv_dilated2_nobias",
        "{conv: {filters: 12, kernel: 3, padding: 2, dilation: 2, bias: false}}",
        (168_480, 168_480, 168_480, 168_480, 168_480, 336_960, 168_480, 336_960, 168_480),
        (864, 864, 864, 864, 0, 864, None, None, 864),
    ),
    (
        "dwconv_nobias",
        "{depthwise: {kernel: 3, padding: 1, bias: false}}",
        (14_040, 14_040, 14_040, 14_040, 14_040, 28_080, 14_040, 28_080, 14_040),
        (72, 72, 72, 72, 0, 72, None, None, 72),
    ),
    (
        "dwconv_bias",
        "{depthwise: {kernel: 3, padding: 1}}",
        (15_600, 14_040, 15_600, 15_600, 14_040, 29_640, 14_040, 28_080, 15_600),
        (80, 80, 80, 80, 0, 80, None, None, 80),
    ),
    (
        "dwconv_mult2_nobias",
        "{depthwise: {kernel: 3, padding: 1, multiplier: 2, bias: false}}",
        (28_080, 28_080, 28_080, 28_080, 28_080, 56_160, 28_080, 56_160, 28_080),
        (144, 144, 144, 144, 0, 144, None, None, 144),
    ),
    (
        "convtranspose_bias",
        "{transposed_conv: {filters: 12, kernel: 3, stride: 2, padding: 1}}",
        (635_100, 168_480, 177_180, 177_180, 626_400, 337_632, 168_480, 336_960, 948_300),
        (876, 876, 876, 876, 0, 876, None, None, 876),
    ),
    (
        "linear_bias",
        "30:{dense: 7}",
        (217, 210, 217, 217, 210, 420, 210, 420, 217),
        (217, 217, 217, 217, 0, 217, None, None, 217),
    ),
    (
        "linear_nobias",
        "30:{dense: {units: 7, bias: false}}",
        (210, 210, 210, 210, 210, 420, 210, 420, 210),
        (210, 210, 210, 210, 0, 210, None, None, 210),
    ),
    (
        "linear_functional_bias",
        "30F:{dense: 7}",
        (0, 210, 0, 217, 0, 420, 210, 420, 217),
        (217, 217, 217, 217, 0, 217, None, None, 217),
    ),
    (
        "bn_affine_eval",
        "bn",
        (16, 3_120, 3_120, 0, 6_240, 3_120, 0, 0, 48_360),
        (16, 16, 16, 16, 0, 16, None, None, 16),
    ),
    (
        "bn_nonaffine_eval",
        "{bn: {scale: false, center: false}}",
        (0, 1_560, 1_560, 0, 3_120, 1_560, 0, 0, 48_360),
        (0, 0, 0, 0, 0, 0, None, None, 16),
    ),
    ("relu", "relu", (0, 0, 3_120, 0, 0, 1_560, 0, 0, 1_560), (0, 0, 0, 0, 0, 0, None, None, 0)),
    (
        "relu_functional",
        "F:relu",
        (0, 0, 1_560, 0, 0, 1_560, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    ("relu6", "relu6", (0, 0, 1_560, 0, 0, 0, 0, 0, 3_120), (0, 0, 0, 0, 0, 0, None, None, 0)),
    (
        "leaky_relu",
        "leaky_relu",
        (0, 0, 1_560, 0, 0, 1_560, 0, 0, 3_120),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    ("sigmoid", "sigmoid", (0, 0, 0, 0, 0, 0, 0, 0, 49_920), (0, 0, 0, 0, 0, 0, None, None, 0)),
    ("silu", "silu", (0, 0, 1_560, 0, 0, 1_560, 0, 0, 51_480), (0, 0, 0, 0, 0, 0, None, None, 0)),
    ("hardswish", "hard_swish", (0, 0, 0, 0, 0, 0, 0, 0, 7_800), (0, 0, 0, 0, 0, 0, None, None, 0)),
    ("gelu", "gelu", (0, 0, 3_120, 0, 0, 1_560, 0, 0, 10_920), (0, 0, 0, 0, 0, 0, None, None, 0)),
    (
        "maxpool_k3s2p1",
        "{maxpool: {kernel: 3, stride: 2, padding: 1}}",
        (0, 0, 3_120, 0, 0, 1_560, 0, 0, 4_032),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "avgpool_k3s2p1",
        "{avgpool: {kernel: 3, stride: 2, padding: 1}}",
        (0, 0, 3_120, 0, 448, 1_560, 0, 0, 4_032),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "global_avgpool",
        "gap",
        (0, 1_560, 3_120, 0, 1_568, 1_560, 0, 0, 1_592),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "adaptive_avgpool_5x13",
        "{adaptive_avgpool: [5, 13]}",
        (0, 1_560, 3_120, 0, 2_080, 1_560, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "adaptive_avgpool_identity",
        "{adaptive_avgpool: [15, 13]}",
        (0, 1_560, 3_120, 0, 3_120, 1_560, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "add_operator",
        "{add: [[], []]}",
        (0, 0, 0, 0, 0, 0, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "add_torch_add",
        "F:{add: [[], []]}",
        (0, 0, 1_560, 0, 0, 1_560, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "mul_operator",
        "{multiply: [[], []]}",
        (0, 0, 0, 0, 0, 0, 0, 0, 1_560),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "concat",
        "{concat: [[], []]}",
        (0, 0, 0, 0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "softmax",
        "30:softmax",
        (0, 0, 30, 0, 89, 30, 0, 0, 1_080),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    ("dropout_eval", "dropout", (0, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, None, None, 0)),
    ("flatten", "flatten", (0, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, None, None, 0)),
    (
        "lrn_size5",
        "lrn",
        (0, 0, 7_020, 0, 0, 7_020, 0, 0, None),
        (0, 0, 0, 0, 0, 0, None, None, None),
    ),
    (
        "upsample_nearest2",
        "{resize: 2}",
        (0, 6_240, 12_480, 0, 6_240, 1_560, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "frozen_conv",
        "{conv: {filters: 8, kernel: 3, padding: 1, bias: false}, frozen: true}",
        (112_320, 112_320, 112_320, 112_320, 112_320, 224_640, 112_320, 224_640, 112_320),
        (576, 576, 0, 0, 576, 0, None, None, 576),
    ),
    (
        "upsample_bilinear2",
        "{resize: {scale: 2, method: bilinear}}",
        (0, 24_960, 12_480, 0, 68_640, 1_560, 0, 0, 24_960),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "upsample_size",
        "{resize: {size: [22, 30]}}",
        (0, 5_280, 10_560, 0, 5_280, 660, 0, 0, 0),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "upsample_bilinear_size_corners",
        "{resize: {size: [22, 30], method: bilinear, align_corners: true}}",
        (0, 21_120, 10_560, 0, 58_080, 660, 0, 0, 21_120),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "layernorm_channels",
        "ln",
        (16, 7_800, 1_560, 0, 6_240, 7_800, 0, 0, 16_575),
        (16, None, 16, 16, 16, 16, None, None, 16),
    ),
    (
        "layernorm_all",
        "{ln: {axes: all}}",
        (3_120, 7_800, 1_560, 0, 6_240, 7_800, 0, 0, 16_575),
        (3_120, None, 3_120, 3_120, 3_120, 3_120, None, None, 3_120),
    ),
    (
        "groupnorm4",
        "{groupnorm: 4}",
        (16, 7_800, 3_120, 0, 0, 7_800, 0, 0, 14_040),
        (16, None, 16, 16, 0, 16, None, None, 16),
    ),
    (
        "instancenorm",
        "instancenorm",
        (0, 6_240, 1_560, 0, 3_120, 6_240, 0, 0, 10_920),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "instancenorm_affine",
        "{instancenorm: {scale: true, center: true}}",
        (16, 7_800, 3_120, 0, 6_240, 7_800, 0, 0, 10_920),
        (16, None, 16, 16, 16, 16, None, None, 16),
    ),
    (
        "convtranspose_grouped4_bias",
        "{transposed_conv: {filters: 12, kernel: 3, stride: 2, groups: 4}}",
        (190_836, 42_120, 52_164, 52_164, 180_792, 126, 0, 84_240, 281_232),
        (228, None, 228, 228, 228, 228, None, None, 228),
    ),
    (
        "convtranspose_grouped2_nobias",
        "{transposed_conv: {filters: 12, kernel: 3, padding: 1, groups: 2, bias: false}}",
        (84_240, 84_240, 84_240, 84_240, 84_240, 84_240, 42_120, 168_480, 126_360),
        (432, None, 432, 432, 432, 432, None, None, 432),
    ),
    (
        "gelu_tanh",
        "{gelu: {approximate: true}}",
        (0, 0, 3_120, 0, 0, 1_560, 0, 0, 131_040),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "lppool_k2",
        "{lppool: {kernel: 2}}",
        (0, 0, 2_232, 0, 0, 2_232, 0, 0, 63_696),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "global_maxpool",
        "global_maxpool",
        (0, 0, 3_120, 0, 0, 1_560, 0, 0, 1_560),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "adaptive_maxpool_5x13",
        "{adaptive_maxpool: [5, 13]}",
        (0, 0, 3_120, 0, 0, 1_560, 0, 0, 1_560),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "adaptive_avgpool_1",
        "{adaptive_avgpool: 1}",
        (0, 1_560, 3_120, 0, 1_568, 1_560, 0, 0, 1_592),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "timm_std_conv",
        "{conv: {filters: 12, kernel: 3, padding: 1, weight_standardized: true}}",
        (170_820, 171_936, 0, 170_820, 0, 342_756, 168_480, 336_960, 201_924),
        (876, None, 876, 876, None, 876, None, None, 876),
    ),
    (
        "timm_scaled_std_conv",
        "{conv: {filters: 12, kernel: 3, padding: 1, weight_standardized: true, gain: true}}",
        (170_820, 172_800, 0, 170_820, 0, 343_620, 168_480, 336_960, None),
        (888, None, 888, 888, None, 888, None, None, 888),
    ),
    (
        "timm_global_response_norm",
        "grn",
        (16, 0, 0, 0, 0, 0, 0, 0, None),
        (16, None, 16, 16, None, 16, None, None, None),
    ),
    (
        "prelu",
        "prelu",
        (8, 0, 3_120, 0, 1_560, 1_560, 0, 0, 3_120),
        (8, None, 8, 8, 8, 8, None, None, 8),
    ),
    (
        "elu",
        "elu",
        (0, 0, 3_120, 0, 0, 1_560, 0, 0, 54_600),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "mish",
        "mish",
        (0, 0, 0, 0, 0, 0, 0, 0, 238_680),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "softplus",
        "softplus",
        (0, 0, 0, 0, 0, 0, 0, 0, 118_560),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "log_softmax",
        "log_softmax",
        (0, 0, 0, 0, 0, 0, 0, 0, 124_800),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "hardsigmoid",
        "hard_sigmoid",
        (0, 0, 0, 0, 0, 0, 0, 0, 6_240),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "maximum",
        "{maximum: [[], []]}",
        (0, 0, 0, 0, 0, 0, 0, 0, 1_560),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
    (
        "pixel_shuffle",
        "{depth_to_space: 2}",
        (0, 0, 0, 0, 0, 0, 0, 0, 0),
        (0, None, 0, 0, 0, 0, None, None, 0),
    ),
)
"""Name, layer, operations and parameters.

The input is 15x13x8, or 30 features after ``30:``; ``F:`` says that the model calls a function.
thop counts no parameters of a model that is a single layer.
"""

NETWORKS: dict[str, tuple[str, dict[str, Any], Numbers, Numbers]] = {
    "alexnet": (
        "alexnet_one_tower",
        {},
        (
            714_682_664,
            714_197_696,
            716_441_128,
            714_682_664,
            714_206_912,
            1_429_741_184,
            714_188_480,
            1_428_376_960,
            715_979_944,
        ),
        (
            61_100_840,
            61_100_840,
            61_100_840,
            61_100_840,
            61_100_840,
            61_100_840,
            None,
            None,
            61_100_840,
        ),
    ),
    "vgg16": (
        "vgg16",
        {"adaptive": True},
        (
            15_483_821_032,
            15_470_289_408,
            15_523_225_576,
            15_483_821_032,
            15_470_314_496,
            30_973_778_432,
            15_470_264_320,
            30_940_528_640,
            15_503_523_304,
        ),
        (
            138_357_544,
            138_357_544,
            138_357_544,
            138_357_544,
            138_357_544,
            138_357_544,
            None,
            None,
            138_357_544,
        ),
    ),
    "googlenet_tv": (
        "googlenet_torchvision",
        {},
        (
            1_498_391_752,
            1_504_878_688,
            1_517_133_608,
            1_498_377_192,
            1_511_332_032,
            3_009_356_752,
            1_498_376_192,
            2_996_752_384,
            1_614_221_992,
        ),
        (6_624_904, 6_624_904, 6_624_904, 6_624_904, 6_624_904, 6_624_904, None, None, 6_639_464),
    ),
    "googlenet_paper": (
        "googlenet",
        {},
        (
            1_585_899_032,
            1_582_722_048,
            1_601_439_480,
            1_585_899_032,
            1_582_723_072,
            3_177_958_304,
            1_582_671_872,
            3_165_343_744,
            None,
        ),
        (6_998_552, 6_998_552, 6_998_552, 6_998_552, 6_998_552, 6_998_552, None, None, None),
    ),
    "resnet50": (
        "resnet50",
        {},
        (
            4_089_238_376,
            4_111_512_576,
            4_132_436_968,
            4_089_185_256,
            4_133_742_592,
            8_211_108_352,
            4_089_184_256,
            8_178_368_512,
            4_450_761_704,
        ),
        (
            25_557_032,
            25_557_032,
            25_557_032,
            25_557_032,
            25_557_032,
            25_557_032,
            None,
            None,
            25_610_152,
        ),
    ),
    "mobilenet_v1": (
        "mobilenet_v1",
        {},
        (
            568_763_240,
            578_875_904,
            589_012_456,
            568_741_352,
            588_962_304,
            1_152_658_944,
            568_740_352,
            1_137_480_704,
            730_161_640,
        ),
        (4_231_976, 4_231_976, 4_231_976, 4_231_976, 4_231_976, 4_231_976, None, None, 4_253_864),
    ),
    "mobilenet_v2": (
        "mobilenet_v2",
        {},
        (
            300_809_384,
            314_193_216,
            320_362_728,
            300_775_272,
            327_550_720,
            614_967_488,
            300_774_272,
            601_548_544,
            520_292_552,
        ),
        (3_504_872, 3_504_872, 3_504_872, 3_504_872, 3_504_872, 3_504_872, None, None, 3_538_984),
    ),
}
"""Network, settings, operations and parameters; onnx-tool gives up on an exported LRN."""

KERAS: dict[str, tuple[dict[str, Any], int, int]] = {
    "vgg16": ({}, 138_357_544, 138_357_544),
    "resnet50": ({"strides": [2, 1], "bias": True}, 25_636_712, 25_583_592),
    "mobilenet_v1": ({}, 4_253_864, 4_231_976),
    "mobilenet_v2": ({}, 3_538_984, 3_504_872),
    "inception_v3": ({"gamma": False}, 23_851_784, 23_817_352),
}
"""Settings, ``count_params()`` and trainable parameters of keras.applications."""

ONNX_ZOO: dict[str, tuple[dict[str, Any], int]] = {
    "vgg19": ({}, 19_667_941_512),
}
"""onnx-tool on models of the ONNX model zoo, which end in a softmax."""

PRINTED: dict[str, tuple[tuple[str, int | None, int | None], ...]] = {
    "mac-with-bias": (
        # LeCun, Bottou, Bengio, Haffner 1998, section II.B: C1 has 122,304 connections
        ("{cnn: 1, input: 32x32x1, layers: [{conv: {filters: 6, kernel: 5}}]}", 122_304, None),
    ),
    # the trainable parameters of keras.applications, whose batch normalisation has no gamma either
    "tf-slim": (("zoo:inception_v3", None, 23_817_352),),
}
"""By convention what one tool or paper alone prints: a spec, operations, parameters."""
