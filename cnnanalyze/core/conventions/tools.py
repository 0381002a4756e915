"""The conventions of tools and papers, as data: what each of them counts, measured or read.

For each tool its version stands beside it. Where it says "measured", the tool was run on single
layers of every kind and on whole networks, and the row reproduces each of its numbers.
"""

from __future__ import annotations

from cnnanalyze.core.conventions.convention import CONVENTIONS, REST, Convention

_CONV = "conv depthwise separable table_conv local_conv"
_DENSE = "dense maxout"
_SUMS = f"{_CONV} transposed_conv {_DENSE}"
_POOLS = "maxpool avgpool global_maxpool global_avgpool adaptive_maxpool adaptive_avgpool"
_SEQUENCES = "lstm gru embedding"
_DEFORMED = "deform_conv"
_PRODUCTS = "attention matmul einsum"
_APART = "attention[window] attention[axis] attention[projections=false]"
"""Attention that is no module of PyTorch."""
_NEWER = f"{_SEQUENCES} {_DEFORMED} {_PRODUCTS}"
_NORMS = "batchnorm layernorm groupnorm instancenorm"

_OF_COUNTS = (
    Convention(
        "mac-with-bias",
        {_SUMS: "mac + add", "lstm gru": "stepped", REST: "mac"},
        "multiply-accumulates, and one more for each bias that is added",
        "papers that write a convolution as H·W·C_out·(k·k·C_in + 1)",
        counts="operations",
    ),
    Convention(
        "mac-conv",
        {f"{_CONV} {_DEFORMED} transposed_conv": "mac"},
        "multiply-accumulates of convolutions alone, without the dense layers",
        "He et al. 2016 (ResNet), section 4.1, for VGG-16: 15.3 billion",
        counts="operations",
    ),
    Convention(
        "two-per-mac",
        {REST: "2*mac"},
        "two for each multiply-accumulate, nothing else",
        "Redmon and Farhadi 2018 (YOLOv3), table 2; SqueezeNet v1.1, README",
        counts="operations",
    ),
    Convention(
        "connections",
        {
            _SUMS: "mac + add",
            "rbf": "mac",
            "subsample": "window + output",
            "lstm gru": "stepped",
            _PRODUCTS: "?",
        },
        "connections: every weight and bias at every place where it is used",
        "LeCun, Bottou, Bengio, Haffner 1998 (LeNet-5), section II.B",
        counts="operations",
    ),
    Convention(
        "darknet",
        {f"{_CONV} transposed_conv dense": "2*mac", _PRODUCTS: "?"},
        "BFLOPs: two for each multiply-accumulate of a convolution; γ and β are no weights",
        "pjreddie/darknet, what it prints when it loads a network",
        parameters="learned - norm",
    ),
)

_OF_PARAMETERS = (
    Convention(
        "pytorch",
        {},
        "parameters(): all that can be learned, frozen or not; no moving statistics",
        "PyTorch 2.13, torch.nn.Module.parameters",
        counts="parameters",
    ),
    Convention(
        "keras",
        {},
        "count_params(): all numbers that are stored, moving means and variances included",
        "Keras 3.15, Model.count_params; measured",
        parameters="learned + statistics + constants",
        counts="parameters",
    ),
    Convention(
        "tf-slim",
        {},
        "trainable variables; batch normalisation has no γ in the default scope of TF-slim",
        "TF-slim, batch_norm(scale=False), as in its Inception networks",
        parameters="learned - gamma",
        counts="parameters",
    ),
    Convention(
        "without-norm",
        {},
        "weights and biases of convolutions and dense layers, without γ and β",
        "jhkim89/PyramidNet, README; WongKinYiu/CrossStagePartialNetworks, README",
        parameters="learned - norm",
        counts="parameters",
    ),
)

_PROFILER = {
    f"{_CONV} transposed_conv {_DENSE}": "2*mac + add",
    "maxpool avgpool": "window",
    "scale": "output",
    _NEWER: "?",
}
"""What TensorFlow registers a cost for; nothing for sums, activations and fused normalisations."""

_IMGCLSMOB = {
    f"{_CONV} transposed_conv": "2*mac - slices",
    "dense": "2*mac",
    "batchnorm instancenorm": "4*output",
    "relu relu6": "output",
    "leaky_relu prelu": "2*output",
    "sigmoid": "4*output",
    _POOLS: "window",
    _NEWER: "?",
}

_OF_TOOLS = (
    Convention(
        "torchinfo",
        {
            _SUMS: "mac + add",
            "transposed_conv": "applied + add",
            f"{_NORMS} prelu rmsnorm grn embedding": "learned",
            "lstm gru": "stepped",
            f"{_DEFORMED} {_APART}": "?",
        },
        "mult-adds of modules, biases included; norms count their parameters, not their map",
        "torchinfo 1.8.0; measured",
        functions={REST: "0"},
        logits=True,
    ),
    Convention(
        "fvcore",
        {
            _SUMS: "mac",
            "conv[weight_standardized=true]": "mac + 4*kernel",
            "conv[weight_standardized=true,gain=true]": "mac + 5*kernel",
            "batchnorm": "output + affine",
            "layernorm groupnorm instancenorm": "4*output + affine",
            "global_avgpool[rank=2] adaptive_avgpool[rank=2]": "input",
            "resize[rank=2]": "output",
            "resize[rank=2,method=bilinear]": "4*output",
            "resize[rank=2,method=bicubic]": "?",
            "attention": "mac - products",
            "matmul einsum": "mac",
            "lstm gru embedding": "0",
            _DEFORMED: "0",
        },
        "multiply-accumulates under the name of flops, norms and adaptive average pools",
        "fvcore 0.1.5, FlopCountAnalysis; measured",
        logits=True,
    ),
    Convention(
        "ptflops",
        {
            _SUMS: "mac + add",
            "conv[weight_standardized=true]": "0",
            "batchnorm groupnorm instancenorm": "output + affine",
            "layernorm": "output",
            f"relu gelu elu prelu {_POOLS}": "2*input",
            "relu6 leaky_relu silu softmax": "input",
            "lppool": "input + 2*output",
            "resize": "2*output",
            "resize[rank=2,method=bicubic]": "?",
            "lrn": "3*output + stretched",
            "attention": "mac + multiply + add - compare",
            "attention[bias=false]": "mac + multiply + divide + output",
            f"{_APART} attention[relative_position=true]": "?",
            "matmul": "mac",
            f"{_SEQUENCES} {_DEFORMED}": "?",
        },
        "MACs with biases, norms, activations and pools; modules of some kinds count twice",
        "ptflops 0.7.5, backend pytorch; measured",
        parameters="trained",
        functions={
            f"relu gelu elu prelu {_POOLS}": "input",
            "resize add multiply": "output",
            f"{_CONV} transposed_conv dense": "0",
        },
        logits=True,
    ),
    Convention(
        "ptflops-aten",
        {
            _SUMS: "mac + add",
            "attention": "mac - products + add - divide - compare",
            "attention[relative_position=true]": "?",
            "matmul einsum": "mac",
            f"{_SEQUENCES} {_DEFORMED}": "?",
        },
        "MACs of convolution and dense layers, biases included",
        "ptflops 0.7.5, backend aten; measured",
        parameters="trained",
        logits=True,
    ),
    Convention(
        "thop",
        {
            _SUMS: "mac",
            "conv[weight_standardized=true]": "0",
            "transposed_conv": "applied",
            "batchnorm layernorm instancenorm": "2*output + 2*affine",
            "prelu": "output",
            "avgpool": "output",
            "global_avgpool adaptive_avgpool": "binned",
            "softmax": "3*output - positions",
            f"{_DEFORMED} {_APART}": "?",
            "lstm": "stepped + 8*states",
            "gru": "stepped + 7*states",
            "resize": "output",
            "resize[method=bilinear,rank=1]": "5*output",
            "resize[method=bilinear,rank=2]": "11*output",
            "resize[method=bilinear,rank=3]": "0",
            "resize[rank=2,method=bicubic]": "?",
        },
        "MACs without biases; four operations for each element of a norm, and average pools",
        "thop 0.1.1; measured",
        functions={REST: "0"},
        logits=True,
    ),
    Convention(
        "calflops",
        {
            _CONV: "2*mac + add",
            "conv[weight_standardized=true]": "2*mac + add + 4*kernel",
            "conv[weight_standardized=true,gain=true]": "2*mac + add + 5*kernel",
            "transposed_conv": "2*regrouped + shrunk",
            "dense": "2*mac",
            "batchnorm": "output + affine",
            "layernorm groupnorm instancenorm": "4*output + affine",
            f"relu leaky_relu silu gelu elu prelu softmax {_POOLS} resize": "input",
            "lppool": "input + 2*output",
            "lrn": "3*output + stretched",
            "resize[size]": "positions",
            _NEWER: "?",
            "resize[rank=2,method=bicubic]": "?",
        },
        "FLOPs: two per MAC, biases of convolutions, norms, some activations, pools",
        "calflops 0.3.2; measured",
        parameters="trained",
        functions={"add multiply": "output"},
        logits=True,
    ),
    Convention(
        "calflops-macs",
        {_SUMS: "mac", "transposed_conv": "regrouped", _NEWER: "?"},
        "MACs of convolution and dense layers",
        "calflops 0.3.2, its MACs; measured",
        parameters="trained",
    ),
    Convention(
        "torch-flop-counter",
        {
            f"{_SUMS} gru matmul einsum": "2*mac",
            "attention": "2*mac - 2*products",
            _DEFORMED: "?",
        },
        "FLOPs: two for each multiply-accumulate of convolutions and matrix products",
        "PyTorch 2.13, torch.utils.flop_counter.FlopCounterMode; measured",
        counts="operations",
    ),
    Convention(
        "onnx-tool",
        {
            _SUMS: "mac + add",
            "conv[weight_standardized=true]": "mac + add + 36*kernel",
            "conv[weight_standardized=true,gain=true]": "?",
            "transposed_conv": "spread + add",
            "batchnorm": "31*output",
            "instancenorm": "7*output",
            "groupnorm": "9*output",
            "relu": "output",
            "relu6 leaky_relu prelu": "2*output",
            "hard_sigmoid": "4*output",
            "hard_swish": "5*output",
            "gelu": "7*output",
            "gelu[approximate=true]": "84*output",
            "layernorm": "7*output + 29*positions",
            "sigmoid": "32*output",
            "silu": "33*output",
            "elu": "35*output",
            "softmax": "36*output",
            "tanh softplus": "76*output",
            "log_softmax": "80*output",
            "mish": "153*output",
            "maxpool avgpool": "window",
            "lppool": "32*input + 37*output + window",
            "global_maxpool adaptive_maxpool adaptive_avgpool": "input",
            "maxpool[rank=3] avgpool[rank=3] global_maxpool[rank=3]": "side",
            "adaptive_maxpool[rank=3] adaptive_avgpool[rank=3]": "side",
            "lppool[rank=3]": "32*input + 37*output + side",
            "global_avgpool": "input + 4*output",
            "adaptive_avgpool[size=1] adaptive_avgpool[size=1,rank=3]": "input + 4*output",
            "resize[method=bilinear]": "4*output",
            "resize[rank=2,method=bicubic]": "?",
            "add subtract": "add",
            "multiply": "multiply",
            "divide": "4*divide",
            "maximum minimum": "compare",
            "power exp": "32*output",
            "sqrt": "24*output",
            "log": "43*output",
            "abs": "output",
            "clip hard_tanh": "2*output",
            "glu": "33*output",
            "reduce": "input",
            "reduce[method=l2]": "25*input",
            "reduce[method=var]": "?",
            "scale layer_scale affine": "output",
            "lrn": "37*output + window",
            "selu celu channel_shuffle geglu swiglu rmsnorm grn": "?",
            _NEWER: "?",
        },
        "weighted instructions under the name of MACs: a root counts 24, a quotient 4",
        "onnx-tool 1.0.1; measured on models exported by PyTorch",
        parameters="learned + statistics",
        logits=True,
    ),
    Convention(
        "tensorflow-profiler",
        _PROFILER,
        "FLOPs of the TensorFlow 1 profiler: two per MAC, biases, windows of pools, scalings",
        "google-research/receptive_field, its table: 48 figures of six ResNets, all reproduced",
        counts="operations",
    ),
    Convention(
        "receptive-field",
        {**_PROFILER, "batchnorm": "output"},
        "the same for networks that are built with biases in place of their normalisations",
        "google-research/receptive_field, its table: 250 figures of nine networks, all reproduced",
        counts="operations",
    ),
    Convention(
        "imgclsmob-2018",
        {
            f"{_CONV} transposed_conv dense": "mac",
            "relu relu6 sigmoid": "input",
            _POOLS: "window",
            _NEWER: "?",
        },
        "multiply-accumulates, one for each activation, windows of pools; norms count nothing",
        "fitted to osmr/imgclsmob at edcbc4ac (November 2018), README.md: six figures of 7 digits",
        logits=True,
    ),
    Convention(
        "imgclsmob",
        _IMGCLSMOB,
        "FLOPs of the model zoo of osmr: two per MAC, norms, activations, pools",
        "osmr/imgclsmob, gluon/model_stats.py",
        logits=True,
    ),
    Convention(
        "imgclsmob-halves",
        _IMGCLSMOB,
        "half of what imgclsmob counts, which its tables print as FLOPs",
        "osmr/imgclsmob, README",
        halves=True,
        logits=True,
    ),
    Convention(
        "convnet-burden",
        {
            _SUMS: "mac + add",
            "relu relu6": "2*output",
            "maxpool avgpool": "2*step",
            "global_avgpool global_maxpool": "2*output",
            "add": "output",
            "lrn": "3*output + 2*positions",
            _NEWER: "?",
        },
        "FLOPS with a fused multiply-add counted once, activations and pools; norms are folded",
        "albanie/convnet-burden, core/burden.m",
        parameters="learned",
    ),
)

for _row in (*_OF_COUNTS, *_OF_PARAMETERS, *_OF_TOOLS):
    CONVENTIONS.add(_row.name, _row)
