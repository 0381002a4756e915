"""Kernels: how each kind of layer is computed on arrays, written without looking at the rules.

It may import ``errors`` and below. Smallest example:
:mod:`~cnnanalyze.execute.kernels.regularise`.

A kind of somebody else's registers its own with :func:`run`, :func:`init`, :func:`thin` and
:func:`thin_run`, or :func:`thin_to`.
"""

from cnnanalyze.execute.kernels import (  # noqa: F401 - importing registers
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
    opaque,
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
from cnnanalyze.execute.kernels._base import (
    FIXED_ROLES,
    INIT,
    RUN,
    THIN,
    THIN_RUN,
    THIN_TO,
    init,
    kernel_of,
    run,
    thin,
    thin_run,
    thin_to,
)
from cnnanalyze.execute.operation_counter import Tally

__all__ = [
    "FIXED_ROLES",
    "INIT",
    "RUN",
    "THIN",
    "THIN_RUN",
    "THIN_TO",
    "Tally",
    "init",
    "kernel_of",
    "run",
    "thin",
    "thin_run",
    "thin_to",
]
