"""Strategies that build valid layers and networks: one file per family, as in ``layers``."""

from tests.strategies import (
    activation,
    adaptive_pool,
    arithmetic,
    attention,
    axes,
    batchnorm,
    branch_arithmetic,
    contraction,
    conv,
    deformable,
    depthwise,
    gated,
    leaky,
    linear,
    local_conv,
    lookup,
    maxout,
    merge,
    norm,
    padding,
    pool,
    rearrange,
    recurrent,
    reduce,
    regularise,
    reshape,
    resize,
    scaling,
    smooth,
    tokens,
    transposed,
    unpool,
)
from tests.strategies.case import Cases

FAMILIES = (
    *(conv, depthwise, local_conv, transposed, pool, adaptive_pool),
    *(linear, maxout, batchnorm, norm),
    *(activation, leaky, smooth, arithmetic, gated),
    *(contraction, merge, branch_arithmetic, reshape, padding, rearrange, axes, reduce),
    *(attention, tokens, resize, regularise, scaling),
    *(recurrent, lookup, deformable, unpool),
)
STRATEGIES: dict[str, Cases] = {
    kind: cases for family in FAMILIES for kind, cases in family.STRATEGIES.items()
}
"""By layer kind, valid layers with the shapes they get."""
