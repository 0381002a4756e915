"""The receptive field, observed: poison some input pixels and see where the poison arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

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
    thinned = _thin(steps)
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
            masks = _Masks(buffers, is_first_clean=some[0] is _CLEAN)
            for name, mask in _run(thinned, batches, readers, masks, sizes or {}):
                arrived.enter(name, mask)
    return arrived.fields()


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


Attributes = Mapping[str, Any]


def _thin(steps: Sequence[RunStep]) -> list[tuple[RunStep, Attributes]]:
    """Return the steps, each with its attributes for one channel; what is shared stays so."""
    known: dict[tuple[str, int], Attributes] = {}
    found: list[tuple[RunStep, Attributes]] = []
    for step in steps:
        key = step.kind, id(step.attributes)
        if key not in known:
            thin = THIN.get(step.kind)
            known[key] = dict(step.attributes) if thin is None else thin(step.attributes)
        found.append((step, known[key]))
    return found


class _Masks:
    """Where what is not a number arrived; small masks that are equal are one, with one image."""

    def __init__(self, buffers: BufferPool, *, is_first_clean: bool) -> None:
        self.buffers = buffers
        self._is_first_clean = is_first_clean
        self._known: dict[object, tuple[Array, Array]] = {}

    def of(self, step: RunStep, output: Array) -> tuple[Array, Array]:
        """Return the mask of an output, and what the next layers read: ones, and no numbers."""
        mask = np.isnan(_one_channel(output))
        if self._is_first_clean and mask[0].any():
            raise ExecutionError(f"step '{step.id}' makes what is not a number out of numbers")
        key = (mask.shape, mask.tobytes()) if mask.nbytes < SMALL else None
        found = self._known.get(key)
        if found is None:
            # Values are of no interest; kept at one, they cannot overflow in a deep network.
            found = mask, _ones_but(mask, self.buffers)
            if key is not None and len(self._known) < _KEPT:
                self._known[key] = found
        return found


def _run(
    steps: Sequence[tuple[RunStep, Attributes]],
    batches: Mapping[str, Array],
    readers: Counter[str],
    masks: _Masks,
    sizes: Mapping[str, tuple[int, ...]],
) -> Iterator[tuple[str, Array]]:
    """Run the thin network; yield per step where poison arrived (images, positions).

    Equal layers that read the same small images do the same, and are run once.
    """
    left = Counter(readers)
    alive = dict(batches)
    known: dict[object, tuple[tuple[Array, Array], list[Array]]] = {}
    for step, attributes in steps:
        arrays = [alive[name] for name in step.inputs]
        key = step.kind, id(attributes), sizes.get(step.id), *map(id, arrays)
        if key in known:
            (mask, image), _ = known[key]
        else:
            mask, image = found = masks.of(
                step, _step(step, attributes, arrays, masks.buffers, sizes)
            )
            if mask.nbytes < SMALL and len(known) < _KEPT:
                known[key] = found, arrays  # which keeps their ids their own
        yield step.id, mask
        for name in step.inputs:
            left[name] -= 1
        for name in step.inputs:
            if left[name] <= 0:
                alive.pop(name, None)
        if left[step.id] > 0:
            alive[step.id] = image


def _step(
    step: RunStep,
    attributes: Attributes,
    inputs: list[Array],
    buffers: BufferPool,
    sizes: Mapping[str, tuple[int, ...]],
) -> Array:
    if (to := THIN_TO.get(step.kind)) is not None:
        if step.id not in sizes:
            raise ExecutionError(f"step '{step.id}' makes positions, but how many is not given")
        return to(sizes[step.id], inputs, **attributes)
    make = INIT.get(step.kind)
    shapes = [x.shape for x in inputs]
    tensors = make(_ones, shapes, **attributes) if make else {}
    kernel = THIN_RUN.get(step.kind) or kernel_of(step.kind)
    return kernel(Tally((), buffers), inputs, tensors, **attributes)


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


Arrived = tuple[Array | None, ...]
"""By axis of the input, in which images poison arrived, and where; nothing if in none of a run."""


class _Arrivals:
    """Where poison arrived; what is so at many steps, as behind every activation, is kept once."""

    def __init__(self, lines: Sequence[Sequence[int]]) -> None:
        self._lines = lines
        self._parts: dict[str, list[Arrived]] = {}
        """Of each run, by step."""
        self._places: dict[int, slice] = {}
        self._same: dict[int, tuple[Array, Arrived]] = {}
        """By masks that are kept."""
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
        _, arrived = self._same.get(id(mask), (None, None))
        if arrived is None:
            rank = len(self._lines)
            arrived = tuple(
                _along(mask[self._places[axis]], axis, rank) if axis in self._places else None
                for axis in range(rank)
            )
            if mask.nbytes < SMALL and len(self._same) < _KEPT:
                self._same[id(mask)] = mask, arrived
        self._parts.setdefault(name, []).append(arrived)

    def fields(self) -> dict[str, Fields]:
        """Return what every step reads."""
        known: dict[tuple[int, ...], Fields] = {}
        found: dict[str, Fields] = {}
        for name, runs in self._parts.items():
            key = tuple(map(id, runs))
            if key not in known:
                axes = zip(*runs, strict=True)
                known[key] = tuple(self._reach(axis, parts) for axis, parts in enumerate(axes))
            found[name] = known[key]
        return found

    def _reach(self, axis: int, runs: Iterable[Array | None]) -> list[Reach]:
        parts = [part for part in runs if part is not None]
        arrived = parts[0] if len(parts) == 1 else np.concatenate(parts)
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
