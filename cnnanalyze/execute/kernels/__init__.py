"""Kernels: how each kind of layer is computed on arrays, written without looking at the rules.

A kind of somebody else's registers its own with :func:`run`, :func:`init` and :func:`thin`.
"""

from cnnanalyze.execute.kernels import (  # noqa: F401 - importing registers
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
from cnnanalyze.execute.kernels._base import (
    FIXED_ROLES,
    INIT,
    RUN,
    THIN,
    init,
    kernel_of,
    run,
    thin,
)
from cnnanalyze.execute.tally import Tally

__all__ = ["FIXED_ROLES", "INIT", "RUN", "THIN", "Tally", "init", "kernel_of", "run", "thin"]
