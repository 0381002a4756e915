"""Book one: the rules of every layer kind, one class per kind, one module per family.

It may import ``core`` and below. Smallest example: :mod:`~cnnanalyze.layers.regularise`.

A family is imported when one of its kinds is first asked for: a network pays for what it has.
"""

from cnnanalyze.layers.base import KINDS

FAMILIES = {
    "conv": "conv convolution",
    "depthwise": "depthwise separable",
    "local_conv": "table_conv local_conv locally_connected",
    "deformable": "deform_conv",
    "transposed": "transposed_conv deconv",
    "pool": "maxpool avgpool lppool subsample global_maxpool gmp global_avgpool gap",
    "adaptive_pool": "adaptive_maxpool adaptive_avgpool",
    "linear": "dense fc linear",
    "maxout": "maxout rbf",
    "batchnorm": "batchnorm bn",
    "norm": "layernorm ln groupnorm gn instancenorm rmsnorm grn lrn",
    "recurrent": "lstm gru rnn",
    "lookup": "embedding",
    "opaque": "opaque",
    "activation": "relu relu6 sigmoid tanh softmax",
    "leaky": "leaky_relu prelu elu",
    "smooth": "selu celu gelu silu swish hard_sigmoid hard_swish softplus mish log_softmax",
    "arithmetic": "power pow abs sqrt exp log clip clamp hard_tanh",
    "gated": "glu geglu swiglu",
    "merge": "add multiply concat",
    "branch_arithmetic": "maximum minimum average subtract divide",
    "reshape": "flatten reshape",
    "padding": "zeropad pad reflectpad replicatepad circularpad crop",
    "rearrange": (
        "permute slice pad_channels channel_shuffle space_to_depth pixel_unshuffle depth_to_space "
        "pixel_shuffle shift"
    ),
    "axes": "rearrange gather roll",
    "contraction": "einsum matmul bmm",
    "attention": "attention multihead_attention",
    "tokens": "class_token position_embedding",
    "reduce": "reduce",
    "resize": "resize upsample",
    "unpool": "unpool max_unpool",
    "regularise": "dropout drop_path stochastic_depth identity none",
    "scaling": "layer_scale scale affine constant_map",
}
"""By module: the names and aliases of its kinds."""

for _family, _words in FAMILIES.items():
    KINDS.house(f"{__name__}.{_family}", _words)
