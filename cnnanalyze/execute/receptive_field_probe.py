"""The receptive field, observed: poison some input pixels and see where the poison arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.buffer_pool import SMALL, BufferPool
from cnnanalyze.execute.chunks import rows_within
from cnnanalyze.execute.kernels import INIT, THIN, THIN_RUN, THIN_TO, kernel_of
from cnnanalyze.execute.operation_counter import Array, Tally
from cnnanalyze.execute.run import INPUT, RunStep
from cnnanalyze.execute.threads import one_thread

Reach = tuple[int, int] | None
"""The first and the last input index that an output index depends on, or nothing."""

Fields = tuple[list[Reach], ...]
"""Per axis of the input, and per index of the output along it: the reach."""

_PIXELS = 1 << 21
"""Pixels of images that run together: few enough to be fast, enough to be worth a run."""


def observe_fields(
    steps: Iterable[RunStep],
    input_size: tuple[int, ...],
    *,
    lines: Sequence[Sequence[int]] | None = None,
    images: int | None = None,
    of: str = INPUT,
    others: Mapping[str, tuple[int, ...]] | None = None,
    sizes: Mapping[str, tuple[int, ...]] | None = None,
) -> dict[str, Fields]:
    """Return what every step really reads of the input, by output index along every axis.

    The network is run with one channel everywhere, on one image per input row, column, and so
    on, in which this line alone is not a number. What is not a number in an output has read it.

    Parameters
    ----------
    input_size
        The spatial extents of the input.
    lines
        The lines that are poisoned along each axis; by default all of them. Of what a unit
        reads, only these are seen.
    images
        How many images run at a time; bounds the memory. By default as many as have some millions
        of pixels.
    of
        The input that is poisoned, of several.
    others
        The spatial extents of the other inputs.
    sizes
        The spatial extents of the outputs of steps, as they were observed; needed for those that
        make positions of channels.

    Returns
    -------
    dict
        Per step and per axis of the *input* a list; a vector has one entry per axis.

    Examples
    --------
    >>> steps = [RunStep("c", "conv", {"filters": 5, "kernel": 3, "padding": "same", "stride": 2})]
    >>> observe_fields(steps, (7,))["c"]
    ([(0, 1), (1, 3), (3, 5), (5, 6)],)
    """
    steps = list(steps)
    if images is None:
        images = rows_within(_PIXELS, prod(input_size))
    thinned = [_thin(step) for step in steps]
    readers = Counter(name for step in steps for name in step.inputs)
    buffers = BufferPool()
    every = [range(size) for size in input_size] if lines is None else lines
    lines_of = [(axis, line) for axis, chosen in enumerate(every) for line in chosen]
    poison: list[tuple[int, int] | None] = [_CLEAN, *lines_of]
    arrived = _Arrivals(every)
    with np.errstate(all="ignore"), one_thread():
        for first in range(0, len(poison), images):
            some = poison[first : first + images]
            arrived.begin(some)
            batches = {of: _poisoned(input_size, some)}
            for other, size in (others or {}).items():
                batches[other] = _poisoned(size, [_CLEAN] * len(some))
            for name, mask in _run(thinned, batches, readers, buffers, sizes or {}):
                if some[0] is _CLEAN and mask[0].any():
                    raise ExecutionError(f"step '{name}' makes what is not a number out of numbers")
                arrived.enter(name, mask)
    return {step.id: arrived.fields(step.id) for step in steps}


_KEPT = 1000
"""Masks that are kept to be known again, each of them small."""

_CLEAN = None
"""Instead of a line: nothing is poisoned."""


def _poisoned(size: Sequence[int], lines: Sequence[tuple[int, int] | None]) -> Array:
    """Return a batch of images of ones, in each of which one line is not a number.

    A line is an axis and a place on it. A whole line, not a pixel: a pixel whose other coordinate
    nobody reads would arrive nowhere.
    """
    batch = np.ones((len(lines), *size, 1), np.float32)
    for image, line in enumerate(lines):
        if line is not _CLEAN:
            place: tuple[slice | int, ...] = (image, *(slice(None),) * line[0], line[1])
            batch[place] = np.nan
    return batch


def _thin(step: RunStep) -> RunStep:
    thin = THIN.get(step.kind)
    attributes = dict(step.attributes) if thin is None else thin(step.attributes)
    return RunStep(step.id, step.kind, attributes, step.inputs)


def _run(
    steps: Sequence[RunStep],
    batches: Mapping[str, Array],
    readers: Counter[str],
    buffers: BufferPool,
    sizes: Mapping[str, tuple[int, ...]],
) -> Iterator[tuple[str, Array]]:
    """Run the thin network; yield per step where poison arrived (images, positions)."""
    left = Counter(readers)
    alive = dict(batches)
    for step in steps:
        arrays = [alive[name] for name in step.inputs]
        mask = np.isnan(_one_channel(_step(step, arrays, buffers, sizes)))
        yield step.id, mask
        for name in step.inputs:
            left[name] -= 1
        for name in step.inputs:
            if left[name] <= 0:
                alive.pop(name, None)
        if left[step.id] > 0:
            # Values are of no interest; kept at one, they cannot overflow in a deep network.
            alive[step.id] = _ones_but(mask, buffers)


def _step(
    step: RunStep,
    inputs: list[Array],
    buffers: BufferPool,
    sizes: Mapping[str, tuple[int, ...]],
) -> Array:
    if (to := THIN_TO.get(step.kind)) is not None:
        if step.id not in sizes:
            raise ExecutionError(f"step '{step.id}' makes positions, and nobody says how many")
        return to(sizes[step.id], inputs, **step.attributes)
    make = INIT.get(step.kind)
    shapes = [x.shape for x in inputs]
    tensors = make(_ones, shapes, **step.attributes) if make else {}
    kernel = THIN_RUN.get(step.kind) or kernel_of(step.kind)
    return kernel(Tally((), buffers), inputs, tensors, **step.attributes)


def _one_channel(x: Array) -> Array:
    """Add the channels up: which of them carries the poison does not matter."""
    # As a product, since a sum over few numbers takes longer to begin than to do.
    return np.asarray(x[..., 0] if x.shape[-1] == 1 else x @ _ones((x.shape[-1],)))


def _ones_but(mask: Array, buffers: BufferPool) -> Array:
    """Return images of one channel that hold ones, and where the mask says so no number."""
    images = buffers.empty(mask.shape, np.float32)
    images.fill(1)
    np.copyto(images, np.nan, where=mask)
    return images[..., None]


def _ones(shape: Sequence[int], fan: int = 1) -> Array:
    return np.full(tuple(shape), 1 / fan, np.float32)


class _Arrivals:
    """Where poison arrived; what is so at many steps, as behind every activation, is kept once."""

    def __init__(self, lines: Sequence[Sequence[int]]) -> None:
        self._lines = lines
        self._parts: dict[str, list[list[Array]]] = {}
        self._places: dict[int, slice] = {}
        self._same: dict[object, list[tuple[int, Array]]] = {}
        self._reaches: dict[object, list[Reach]] = {}

    def begin(self, poison: Sequence[tuple[int, int] | None]) -> None:
        """Say what is poisoned in the images to come."""
        axes = [-1 if line is _CLEAN else line[0] for line in poison]
        self._places = {
            axis: slice(axes.index(axis), axes.index(axis) + axes.count(axis))
            for axis in range(len(self._lines))
            if axis in axes
        }
        self._same = {}

    def enter(self, name: str, mask: Array) -> None:
        """Note in which images poison arrived at a step, and where."""
        key = (mask.shape, mask.tobytes()) if mask.nbytes < SMALL else None
        found = self._same.get(key)
        if found is None:
            rank = len(self._lines)
            found = [(a, _along(mask[own], a, rank)) for a, own in self._places.items()]
            if key is not None and len(self._same) < _KEPT:
                self._same[key] = found
        parts = self._parts.setdefault(name, [[] for _ in self._lines])
        for axis, arrived in found:
            parts[axis].append(arrived)

    def fields(self, name: str) -> Fields:
        """Return what a step reads."""
        return tuple(
            self._reach(axis, parts[0] if len(parts) == 1 else np.concatenate(parts))
            for axis, parts in enumerate(self._parts.pop(name))
        )

    def _reach(self, axis: int, arrived: Array) -> list[Reach]:
        key = axis, arrived.shape, arrived.tobytes()
        if key not in self._reaches:
            self._reaches[key] = _reaches(arrived, self._lines[axis])
        return self._reaches[key]


def _along(mask: Array, axis: int, rank: int) -> Array:
    """Return per image and output index along the axis whether poison arrived (anywhere else)."""
    if mask.ndim - 1 != rank:
        return np.asarray(mask.reshape(len(mask), -1).any(axis=1, keepdims=True))
    others = tuple(a for a in range(1, mask.ndim) if a != axis + 1)
    return np.asarray(mask.any(axis=others))


def _reaches(arrived: Array, lines: Sequence[int]) -> list[Reach]:
    """Return the first and the last poisoned line per output index."""
    if not len(arrived):
        return [None] * arrived.shape[1]
    firsts = arrived.argmax(axis=0).tolist()
    lasts = arrived[::-1].argmax(axis=0).tolist()
    read = np.asarray(arrived.any(axis=0)).tolist()
    backwards = lines[::-1]
    return [
        (lines[first], backwards[last]) if is_read else None
        for is_read, first, last in zip(read, firsts, lasts, strict=True)
    ]
