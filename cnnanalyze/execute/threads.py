"""Threads of matrix products: one, since a run is made of many small ones.

BLAS deals every product out to all processors and waits for the last of them. A product of a
few columns is done before the threads have met, and on a machine with other work to do the waiting
takes many times what the arithmetic takes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import numpy as np  # noqa: F401 - its BLAS has to be there before it can be found
from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Let matrix products take one thread in a block, and as many as before after it.

    Examples
    --------
    >>> with one_thread():
    ...     float(np.matmul(np.ones((1, 3)), np.ones((3, 1)))[0, 0])
    3.0
    """
    limited: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> Any:  # noqa: ANN401 - has no types of its own
    # Looks through all libraries of the process, which takes longer than a small network.
    return ThreadpoolController()
