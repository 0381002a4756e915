"""Garbage: when Python looks for objects that nobody needs any more."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector out of the way.

    Reading a network, and working something out of it, makes many objects that stay and hardly any
    garbage; searching them all again and again makes the time grow faster than the network. It is
    nearly doubled for reading 30,000 layers, as ``python -m tests.benchmarks.reading`` shows.

    Examples
    --------
    >>> with without_collection():
    ...     print(gc.isenabled())
    False
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
