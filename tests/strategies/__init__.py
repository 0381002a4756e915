"""Strategies that build valid layers and networks: one file per family, as in ``layers``."""

from tests.strategies import (
    activation,
    adaptive_pool,
    arithmetic,
    attention,
    axes,
    batchnorm,
    contraction,
    conv,
    deformable,
    gated,
    linear,
    lookup,
    merge,
    norm,
    pool,
    rearrange,
    recurrent,
    reduce,
    regularise,
    reshape,
    resize,
    smooth,
    tokens,
    transposed,
    unpool,
)
from tests.strategies.case import Cases

FAMILIES = (
    *(conv, transposed, pool, adaptive_pool, linear, batchnorm, norm),
    *(activation, smooth, arithmetic, gated),
    *(contraction, merge, reshape, rearrange, axes, reduce, attention, tokens, resize, regularise),
    *(recurrent, lookup, deformable, unpool),
)
STRATEGIES: dict[str, Cases] = {
    kind: cases for family in FAMILIES for kind, cases in family.STRATEGIES.items()
}
"""By layer kind, valid layers with the shapes they get."""
