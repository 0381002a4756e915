"""The tally: it performs elementary operations on arrays and counts what it performed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnanalyze.execute.buffer_pool import BufferPool
from cnnanalyze.execute.chunks import rows_within
from cnnanalyze.execute.special import erf

Array = npt.NDArray[Any]
Operand = Array | float

Tensors = Mapping[str, Array]
"""The tensors of a layer by role."""

OPERATIONS = ("mac", "add", "multiply", "divide", "compare", "exponential", "power")

_PART = 1 << 20
"""Numbers of a matrix that is copied in parts."""


class Tally:
    """What a kernel computes with: every operation is carried out and entered in the count.

    Parameters
    ----------
    spare
        Arrays that nobody reads after this step, so that a result may be written over them.
    buffers
        Where room for results comes from.

    Examples
    --------
    >>> tally = Tally()
    >>> tally.contract(np.ones((4, 3)), np.ones((3, 5))).shape
    (4, 5)
    >>> tally.per_image(2)["mac"]
    30
    """

    def __init__(self, spare: Iterable[Array] = (), buffers: BufferPool | None = None) -> None:
        self.counts = dict.fromkeys(OPERATIONS, 0)
        self._spare = list(spare)
        self._buffers = BufferPool() if buffers is None else buffers

    def per_image(self, images: int) -> dict[str, int]:
        """Return the operations of one image of a batch that was computed together."""
        if images == 1:
            return dict(self.counts)
        shares = {name: Fraction(self.counts[name], images) for name in OPERATIONS}
        if uneven := [name for name, share in shares.items() if share.denominator != 1]:
            raise AssertionError(f"not every image took the same operations: {', '.join(uneven)}")
        return {name: int(share) for name, share in shares.items()}

    def room(self, x: Array) -> Array:
        """Return where an elementwise result of ``x`` may go: ``x`` itself, if it is spare."""
        return x if self.may_overwrite(x) else self.empty(x.shape, x)

    def empty(self, shape: Sequence[int], like: Array) -> Array:
        """Return room for an array of numbers such as those of another."""
        return self._buffers.empty(shape, like.dtype)

    def may_overwrite(self, x: Array) -> bool:
        """Return whether nobody reads ``x`` after this step."""
        return any(x is spare for spare in self._spare)

    def contract(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """Return the matrix product, of stacks as well: one multiply-accumulate per term."""
        if out is None:
            stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            out = self.empty((*stack, a.shape[-2], b.shape[-1]), a)
        if b.ndim == 2 and b.strides[0] < b.strides[1] * b.shape[1]:  # noqa: PLR2004 - a matrix
            self._contract_in_parts(a, b, out)
        else:
            np.matmul(a, b, out=out)
            self.counts["mac"] += out.size * a.shape[-1]
        return out

    def _contract_in_parts(self, a: Array, b: Array, out: Array) -> None:
        """Multiply by a matrix whose rows overlap in memory, which BLAS does not read."""
        rows = rows_within(_PART, b.shape[1])
        copied = self.empty((rows, b.shape[1]), b)
        part = self.empty(out.shape, out)
        out[...] = 0
        for first in range(0, len(b), rows):
            some = b[first : first + rows]
            copied[: len(some)] = some
            np.matmul(a[..., first : first + rows], copied[: len(some)], out=part)
            np.add(out, part, out=out)
            self.counts["mac"] += out.size * len(some)

    def taps(self, x: Array, weights: Array, total: Array, room: Array | None) -> None:
        """Accumulate ``x * weights`` in ``total``; without ``room`` for a product, begin."""
        if room is None:
            np.multiply(x, weights, out=total)
        else:
            np.multiply(x, weights, out=room)
            np.add(total, room, out=total)
        self.counts["mac"] += total.size

    def add(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the sum."""
        return self._entered("add", np.add(x, y, out=out))

    def subtract(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the difference; it counts as an addition."""
        return self._entered("add", np.subtract(x, y, out=out))

    def multiply(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the product."""
        return self._entered("multiply", np.multiply(x, y, out=out))

    def divide(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the quotient."""
        return self._entered("divide", np.divide(x, y, out=out))

    def maximum(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the larger of two; what is not a number stays so."""
        return self._entered("compare", np.maximum(x, y, out=out))

    def minimum(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the smaller of two; what is not a number stays so."""
        return self._entered("compare", np.minimum(x, y, out=out))

    def greater(self, x: Operand, y: Operand) -> Array:
        """Return where ``x`` is greater."""
        return self._entered("compare", np.greater(x, y))

    def exp(self, x: Operand, out: Array | None = None) -> Array:
        """Return the exponential."""
        return self._entered("exponential", np.exp(x, out=out))

    def tanh(self, x: Operand, out: Array | None = None) -> Array:
        """Return the hyperbolic tangent; it counts as an exponential."""
        return self._entered("exponential", np.tanh(x, out=out))

    def erf(self, x: Array) -> Array:
        """Return the error function; it counts as an exponential."""
        return self._entered("exponential", erf(x))

    def log(self, x: Operand, out: Array | None = None) -> Array:
        """Return the logarithm; it counts as an exponential."""
        return self._entered("exponential", np.log(x, out=out))

    def log1p(self, x: Operand, out: Array | None = None) -> Array:
        """Return the logarithm of one more, exact near zero; it counts as an exponential."""
        return self._entered("exponential", np.log1p(x, out=out))

    def power(self, x: Operand, y: Operand, out: Array | None = None) -> Array:
        """Return the power."""
        return self._entered("power", np.power(x, y, out=out))

    def total(self, x: Array, axes: Sequence[int]) -> Array:
        """Return the sum over axes, which stay with extent one."""
        return self._reduced("add", x, np.add.reduce(x, axis=tuple(axes), keepdims=True))

    def largest(self, x: Array, axes: Sequence[int]) -> Array:
        """Return the maximum over axes, which stay with extent one."""
        return self._reduced("compare", x, np.maximum.reduce(x, axis=tuple(axes), keepdims=True))

    def smallest(self, x: Array, axes: Sequence[int]) -> Array:
        """Return the minimum over axes, which stay with extent one."""
        return self._reduced("compare", x, np.minimum.reduce(x, axis=tuple(axes), keepdims=True))

    def _entered(self, name: str, result: object) -> Array:
        entered: Array = np.asarray(result)
        self.counts[name] += entered.size
        return entered

    def _reduced(self, name: str, x: Array, result: object) -> Array:
        reduced: Array = np.asarray(result)
        # Joining n values takes n - 1 operations.
        self.counts[name] += prod(x.shape) - reduced.size
        return reduced
