"""Planned runs: a network run inside one buffer, each tensor at the place that a plan gave it.

A number of the buffer stands for as many bytes as the plan's numbers have. What nobody will read
any more is overwritten with what is not a number, so a plan that gives a place away too early
shows in the outputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels import kernel_of
from cnnanalyze.execute.operation_counter import Array, Tally
from cnnanalyze.execute.run import Draw, RunStep, Tensors, owner_of, tensors_for
from cnnanalyze.execute.threads import one_thread


@dataclass(frozen=True)
class TouchedNumbers:
    """How many numbers one operation touched."""

    read: int
    written: int
    held: int
    """Of the tensors that it holds."""


@dataclass(frozen=True)
class PlannedRun:
    """What a run inside one buffer did."""

    outputs: Mapping[str, Array]
    touched: Mapping[str, TouchedNumbers]
    """By the last layer of each operation."""
    reach: int
    """How far into the buffer anything was written."""


def execute_planned(
    operations: Sequence[Sequence[RunStep]],
    images: Mapping[str, Array],
    tensors: Mapping[str, Tensors],
    offsets: Mapping[str, int],
    size: int,
    outputs: Sequence[str],
) -> PlannedRun:
    """Run operations inside one buffer.

    Parameters
    ----------
    operations
        What runs in one go, in order: a layer, and what is fused into it.
    images
        By the id of each input: a batch of one.
    tensors
        What each layer holds.
    offsets
        Where the output of each operation, and each input, begins: numbers from the start.
    size
        How many numbers the buffer has.
    outputs
        The operations whose output is wanted in the end.

    Examples
    --------
    >>> steps = [[RunStep("r", "relu")], [RunStep("t", "tanh", {}, ("r",))]]
    >>> image = np.array([[[1.0], [-2.0], [3.0]]], np.float32)
    >>> run = execute_planned(steps, {"input": image}, {}, {"input": 0, "r": 3, "t": 0}, 6, ["t"])
    >>> run.touched["r"], run.reach
    (TouchedNumbers(read=3, written=3, held=0), 6)
    """
    dtype = next(iter(images.values())).dtype
    memory = _Buffer(size, dtype, offsets)
    readers = Counter(name for steps in operations for name in _read(steps))
    readers.update(outputs)
    for name, image in images.items():
        if readers[name]:
            memory.write(name, image)
    touched = {}
    layers = _Layers(operations, dict(tensors), dtype)
    with np.errstate(all="ignore"), one_thread():
        for steps in operations:
            read = _read(steps)
            out, held = layers.run(steps, {name: memory.read(name).copy() for name in read})
            for name in read:
                readers[name] -= 1
                if not readers[name]:
                    memory.forget(name)
            last = steps[-1].id
            memory.write(last, out)
            touched[last] = TouchedNumbers(sum(map(memory.length, read)), out.size, held)
    return PlannedRun({name: memory.read(name).copy() for name in outputs}, touched, memory.reach)


def _read(steps: Sequence[RunStep]) -> tuple[str, ...]:
    """Return what an operation reads that it does not compute itself."""
    inside = {step.id for step in steps}
    return tuple(dict.fromkeys(n for step in steps for n in step.inputs if n not in inside))


class _Layers:
    """Layers, and the tensors that they hold."""

    def __init__(
        self,
        operations: Sequence[Sequence[RunStep]],
        known: dict[str, Tensors],
        dtype: npt.DTypeLike,
    ) -> None:
        self._by_id = {step.id: step for steps in operations for step in steps}
        self._known = known
        self._draw = Draw(0, dtype)

    def run(self, steps: Sequence[RunStep], arrays: dict[str, Array]) -> tuple[Array, int]:
        """Run one operation, and count the numbers that it holds; no input is written to."""
        held = 0
        for step in steps:
            inputs = [arrays[name] for name in step.inputs]
            owner = owner_of(step, self._by_id)
            mine = tensors_for(step, owner, inputs, self._known, self._draw)
            out = kernel_of(step.kind)(Tally(), inputs, mine, **step.attributes)
            arrays[step.id] = np.ascontiguousarray(out)
            held += sum(tensor.size for tensor in mine.values())
        return arrays[steps[-1].id], held


class _Buffer:
    """One stretch of numbers, and the tensors that lie in it."""

    def __init__(self, size: int, dtype: npt.DTypeLike, offsets: Mapping[str, int]) -> None:
        self._numbers = np.full(size, np.nan, dtype)
        self._offsets = offsets
        self._shapes: dict[str, tuple[int, ...]] = {}
        self.reach = 0

    def length(self, name: str) -> int:
        """Return how many numbers a tensor has."""
        return prod(self._shapes[name])

    def _view(self, name: str, length: int) -> Array:
        begin = self._offsets[name]
        found = self._numbers[begin : begin + length]
        if len(found) != length:
            raise ExecutionError(
                f"'{name}' has {length:,} numbers, and at {begin:,} the buffer of "
                f"{len(self._numbers):,} has room for {len(found):,}"
            )
        return found

    def read(self, name: str) -> Array:
        """Return a tensor as it lies there."""
        return self._view(name, self.length(name)).reshape(self._shapes[name])

    def write(self, name: str, array: Array) -> None:
        """Write a tensor to its place."""
        self._view(name, array.size)[:] = array.reshape(-1)
        self._shapes[name] = array.shape
        self.reach = max(self.reach, self._offsets[name] + array.size)

    def forget(self, name: str) -> None:
        """Overwrite a tensor that nobody will read."""
        self._view(name, self.length(name))[:] = np.nan
