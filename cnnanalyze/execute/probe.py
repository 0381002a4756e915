"""The receptive field, observed: poison some input pixels and see where the poison arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import prod

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.arena import Arena
from cnnanalyze.execute.kernels import INIT, THIN, THIN_RUN, kernel_of
from cnnanalyze.execute.run import INPUT, Step
from cnnanalyze.execute.tally import Array, Tally

Reach = tuple[int, int] | None
"""The first and the last input index that an output index depends on, or nothing."""

Fields = tuple[list[Reach], ...]
"""Per axis of the input, and per index of the output along it: the reach."""

_CHUNK = 1 << 21
"""Numbers of a chunk of images: small enough to be fast, large enough to be worth a run."""


def observe_fields(
    steps: Iterable[Step],
    input_size: tuple[int, ...],
    *,
    lines: Sequence[Sequence[int]] | None = None,
    chunk: int = _CHUNK,
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
    chunk
        How many input pixels are poisoned images worth at a time; bounds the memory.

    Returns
    -------
    dict
        Per step and per axis of the *input* a list; a vector has one entry per axis.

    Examples
    --------
    >>> steps = [Step("c", "conv", {"filters": 5, "kernel": 3, "padding": "same", "stride": 2})]
    >>> observe_fields(steps, (7,))["c"]
    ([(0, 1), (1, 3), (3, 5), (5, 6)],)
    """
    steps = list(steps)
    found: dict[str, list[Array]] = {}
    images = max(1, int(chunk / max(1, prod(input_size))))
    thinned = [_thin(step) for step in steps]
    readers = Counter(name for step in steps for name in step.inputs)
    arena = Arena()
    every = [range(size) for size in input_size] if lines is None else lines
    for axis, chosen in enumerate(every):
        arrived: dict[str, list[Array]] = {step.id: [] for step in steps}
        for first in range(0, len(chosen), images):
            poisoned = chosen[first : first + images]
            for name, mask in _run(thinned, _poisoned(input_size, axis, poisoned), readers, arena):
                arrived[name].append(_along(mask, axis, len(input_size)))
        for name, parts in arrived.items():
            found.setdefault(name, []).append(np.concatenate(parts))
    return {step.id: tuple(map(_reaches, found.get(step.id, ()), every)) for step in steps}


def _poisoned(size: Sequence[int], axis: int, lines: Sequence[int]) -> Array:
    """Return a batch of images of ones, in each of which one line is not a number.

    A whole line, not a pixel: a pixel whose other coordinate nobody reads would arrive nowhere.
    The last image is clean.
    """
    batch = np.ones((len(lines) + 1, *size, 1), np.float32)
    for image, line in enumerate(lines):
        place: tuple[slice | int, ...] = (image, *(slice(None),) * axis, line)
        batch[place] = np.nan
    return batch


def _thin(step: Step) -> Step:
    thin = THIN.get(step.kind)
    attributes = dict(step.attributes) if thin is None else thin(step.attributes)
    return Step(step.id, step.kind, attributes, step.inputs)


def _run(
    steps: Sequence[Step], batch: Array, readers: Counter[str], arena: Arena
) -> Iterator[tuple[str, Array]]:
    """Run the thin network; yield per step where poison arrived (images, positions)."""
    left = Counter(readers)
    alive = {INPUT: batch}
    for step in steps:
        inputs = [alive[name] for name in step.inputs]
        with np.errstate(all="ignore"):
            out = _one_channel(_step(step, inputs, arena))
        mask = np.isnan(out[..., 0])
        if mask[-1].any():
            raise ExecutionError(f"step '{step.id}' makes what is not a number out of numbers")
        yield step.id, mask[:-1]
        # Values are of no interest; kept at one, they cannot overflow in a deep network.
        alive[step.id] = np.where(mask, np.float32(np.nan), np.float32(1))[..., None]
        left.subtract(step.inputs)
        for name in {*step.inputs, step.id}:
            if left[name] <= 0:
                alive.pop(name, None)


def _step(step: Step, inputs: list[Array], arena: Arena) -> Array:
    make = INIT.get(step.kind)
    shapes = [x.shape for x in inputs]
    tensors = make(_ones, shapes, **step.attributes) if make else {}
    kernel = THIN_RUN.get(step.kind) or kernel_of(step.kind)
    return kernel(Tally((), arena), inputs, tensors, **step.attributes)


def _one_channel(x: Array) -> Array:
    """Add the channels up: which of them carries the poison does not matter."""
    return x if x.shape[-1] == 1 else x.sum(axis=-1, keepdims=True)


def _ones(shape: Sequence[int], fan: int = 1) -> Array:
    return np.full(tuple(shape), 1 / fan, np.float32)


def _along(mask: Array, axis: int, rank: int) -> Array:
    """Return per image and output index along the axis whether poison arrived (anywhere else)."""
    if mask.ndim - 1 != rank:
        return np.asarray(mask.reshape(len(mask), -1).any(axis=1, keepdims=True))
    others = tuple(a for a in range(1, mask.ndim) if a != axis + 1)
    return np.asarray(mask.any(axis=others))


def _reaches(arrived: Array, lines: Sequence[int]) -> list[Reach]:
    """Return the first and the last poisoned line per output index."""
    found: list[Reach] = []
    for column in arrived.T:
        read = np.flatnonzero(column)
        found.append((lines[read[0]], lines[read[-1]]) if len(read) else None)
    return found
