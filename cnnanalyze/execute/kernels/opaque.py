"""Opaque layers, which nobody can run."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import Draw, init, run
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("opaque")
def opaque(_tally: Tally, _inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Refuse: what it computes is not known."""
    raise ExecutionError("what it computes is not written out, so that nobody can run it")


@init("opaque")
def init_opaque(
    draw: Draw, _shapes: Sequence[tuple[int, ...]], *, parameters: int = 0, **_: object
) -> dict[str, Array]:
    """Make as many numbers as are declared."""
    return {"declared": draw((parameters,))} if parameters else {}
