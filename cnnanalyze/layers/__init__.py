"""Book one: the rules of every layer kind, one class per kind, one module per family.

Importing this package fills :data:`~cnnanalyze.layers.base.KINDS`.
"""

from cnnanalyze.layers import (
    activation,
    conv,
    linear,
    merge,
    norm,
    pool,
    regularise,
    reshape,
    resize,
    transposed,
)

__all__ = [
    "activation",
    "conv",
    "linear",
    "merge",
    "norm",
    "pool",
    "regularise",
    "reshape",
    "resize",
    "transposed",
]
