"""Book two: run a network on arrays and write down what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.buffer_pool import BufferPool
from cnnanalyze.execute.kernels import FIXED_ROLES, INIT, kernel_of
from cnnanalyze.execute.operation_counter import Array, Tally
from cnnanalyze.execute.threads import one_thread

INPUT = "input"
"""The id of the network's input."""

Tensors = dict[str, Array]

_LARGE = 1 << 22
"""Numbers of a tensor that is worth saving memory for."""


@dataclass(frozen=True)
class RunStep:
    """One layer to run: its kind, its attributes as the user wrote them, and what it reads."""

    id: str
    kind: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = (INPUT,)
    share: str | None = None
    """The step whose tensors are used instead of new ones."""
    weights: Mapping[str, Any] | None = None
    """Given numbers by role: a whole tensor, or one matrix for every pair of channels."""


@dataclass(frozen=True)
class StepObservation:
    """What one step did for one image."""

    output: tuple[int, ...]
    """Extents of the output, channels last, without the batch."""
    tensors: Mapping[str, tuple[int, ...]]
    """Shapes of the tensors by role; none if they belong to another step."""
    counts: Mapping[str, int]
    """Elementary operations that were carried out."""

    @property
    def parameters(self) -> int:
        """How many numbers the tensors hold."""
        return sum(map(prod, self.tensors.values()))

    @property
    def trainable_parameters(self) -> int:
        """How many of them training by gradients changes."""
        return sum(prod(s) for role, s in self.tensors.items() if role not in FIXED_ROLES)


@dataclass(frozen=True)
class Observation:
    """What a run of a network did, step by step."""

    steps: Mapping[str, StepObservation]
    outputs: Mapping[str, Array]
    """The arrays that were asked for, with the batch axis."""
    peak: int
    """The largest number of activations of one image that were needed at the same time."""

    def __getitem__(self, step: str) -> StepObservation:
        return self.steps[step]


class Draw:
    """Draws positive numbers quickly: a pool of a million, laid out again and again.

    Parameters
    ----------
    seed
        The same seed draws the same numbers.
    buffers
        Where room comes from for tensors that are soon gone; without it, they are there to stay.

    Examples
    --------
    >>> draw = Draw(seed=7)
    >>> draw((5, 3), fan=11).shape
    (5, 3)
    """

    def __init__(
        self, seed: int, dtype: npt.DTypeLike = np.float32, buffers: BufferPool | None = None
    ) -> None:
        self._buffers = buffers
        generator = np.random.default_rng(seed)
        # Around one and never zero: a weight of zero would hide what it multiplies.
        self._pool = (generator.random(1_000_003, dtype=np.float32) + 0.5).astype(dtype)
        self._next = 0
        self.dtype = self._pool.dtype

    def __call__(self, shape: Sequence[int], fan: int = 1) -> Array:
        """Return values of mean ``1 / fan``, so that sums of ``fan`` of them stay around one."""
        pool, part = self._pool, self.dtype.type(1 / fan)
        if self._buffers is None:
            out = np.empty(prod(shape), pool.dtype)
        elif len(shape) == 2 and prod(shape) > _LARGE and sum(shape) < pool.size:  # noqa: PLR2004
            # A matrix of hundreds of megabytes: its rows overlap, and it takes next to nothing.
            width = pool.itemsize
            return np.lib.stride_tricks.as_strided(
                pool * part, tuple(shape), (width, width), writeable=False
            )
        else:
            out = self._buffers.empty((prod(shape),), pool.dtype)
        done = 0
        while done < out.size:
            some = pool[self._next : self._next + out.size - done]
            np.multiply(some, part, out=out[done : done + some.size])
            done += some.size
            self._next = (self._next + some.size) % pool.size
        return out.reshape(tuple(shape))


@dataclass
class Store:
    """What a next run of the same network uses again: its tensors, and its memory."""

    tensors: dict[str, Tensors] = field(default_factory=dict)
    buffers: BufferPool = field(default_factory=BufferPool)


def _blank(shape: Sequence[int], fan: int = 1) -> Array:
    """Stand in for a drawn tensor where only its shape is asked for; takes no memory."""
    del fan
    return np.broadcast_to(np.float32(1), tuple(shape))


def execute(
    steps: Iterable[RunStep],
    image: npt.ArrayLike | tuple[int, ...] | Mapping[str, Any],
    outputs: Iterable[str] = (),
    *,
    dtype: npt.DTypeLike = np.float32,
    seed: int = 0,
    store: Store | None = None,
    on_step: Callable[[RunStep, Array], None] | None = None,
) -> Observation:
    """Run a network and return what happened.

    Parameters
    ----------
    steps
        The layers, in an order in which inputs come before their readers.
    image
        A batch of images, channels last, or the extents of one image to be drawn; of a network with
        several inputs, one by the id of each.
    outputs
        The steps whose arrays are kept; all others are freed after their last use.
    store
        Keeps tensors and memory for a next run; without it they are freed after their last use.
    on_step
        Called after every step with its output.

    Examples
    --------
    >>> conv = RunStep("c", "conv", {"filters": 5, "kernel": 3})
    >>> seen = execute([conv, RunStep("r", "relu", {}, ("c",))], (11, 13, 3))
    >>> seen["c"].output, seen["c"].counts["mac"], seen["c"].tensors
    ((9, 11, 5), 13365, {'kernel': (3, 3, 3, 5), 'bias': (5,)})
    """
    steps, wanted = list(steps), tuple(outputs)
    buffers = BufferPool() if store is None else store.buffers
    draw = Draw(seed, dtype, buffers if store is None else None)
    images = image if isinstance(image, Mapping) else {INPUT: image}
    batches = {name: _batch(given, draw) for name, given in images.items()}
    by_id = {step.id: step for step in steps}
    owners = [step if step.share is None else owner_of(step, by_id) for step in steps]
    holders = Counter(owner.id for owner in owners)
    tensors: dict[str, Tensors] = {} if store is None else store.tensors
    alive = _Alive(batches, steps, wanted)
    images_at_once = min(map(len, batches.values()))
    seen: dict[str, StepObservation] = {}
    with np.errstate(all="ignore"), one_thread():
        for step, owner in zip(steps, owners, strict=True):
            arrays = alive.read(step)
            tally = Tally(alive.spare(step), buffers)
            try:
                mine = tensors_for(step, owner, arrays, tensors, draw)
                out = kernel_of(step.kind)(tally, arrays, mine, **step.attributes)
            except ExecutionError as error:
                raise _placed(step, error) from None
            out = np.ascontiguousarray(out)
            alive.write(step, out)
            seen[step.id] = StepObservation(
                out.shape[1:],
                _shapes(mine) if owner is step else {},
                tally.per_image(images_at_once),
            )
            if on_step is not None:
                on_step(step, out)
            alive.drop(step)
            holders[owner.id] -= 1
            if store is None and not holders[owner.id]:
                tensors.pop(owner.id, None)
            del arrays, mine, tally, out
    return Observation(seen, {name: alive[name] for name in wanted}, alive.peak)


def draw_tensors(
    steps: Iterable[RunStep],
    shapes: Mapping[str, tuple[int, ...]],
    inputs: Sequence[str] = (INPUT,),
    *,
    seed: int = 0,
) -> dict[str, Tensors]:
    """Return the tensors that a run on drawn images makes and keeps, without the run.

    Parameters
    ----------
    steps
        The layers, in an order in which inputs come before their readers.
    shapes
        The shape of every input and output, with a batch axis.
    inputs
        The inputs, which are drawn first.
    seed
        The same seed draws the same numbers.

    Examples
    --------
    >>> conv = RunStep("c", "conv", {"filters": 5, "kernel": 3})
    >>> store = Store()
    >>> _ = execute([conv], (11, 13, 3), store=store)
    >>> made = draw_tensors([conv], {"input": (1, 11, 13, 3)})
    >>> bool((made["c"]["kernel"] == store.tensors["c"]["kernel"]).all())
    True
    """
    steps = list(steps)
    draw = Draw(seed)
    for name in inputs:
        draw(shapes[name])
    by_id = {step.id: step for step in steps}
    found: dict[str, Tensors] = {}
    for step in steps:
        # Of what is read, only the shape counts, and it takes no memory.
        arrays = [_blank(shapes[name]) for name in step.inputs]
        tensors_for(step, owner_of(step, by_id), arrays, found, draw)
    return found


def _batch(image: Any, draw: Draw) -> Array:  # noqa: ANN401 - a batch or extents
    """Return a batch of images as they are given, or one that is drawn."""
    if isinstance(image, tuple) and all(isinstance(extent, int) for extent in image):
        return draw((1, *image))
    return np.ascontiguousarray(image, draw.dtype)


class _Alive:
    """The arrays that somebody will still read, and how many numbers they hold."""

    def __init__(
        self, batches: Mapping[str, Array], steps: Sequence[RunStep], wanted: Sequence[str]
    ) -> None:
        self._readers = Counter(name for step in steps for name in step.inputs)
        self._readers.update(wanted)
        self._readers.update(tuple(batches))  # The caller's arrays are never written to.
        self._arrays = dict(batches)
        self._inputs = tuple(batches)
        self._reads: Counter[int] = Counter()
        """For the memory of some arrays, how often it will still be read, through any of them."""
        for name, batch in batches.items():
            self._reads[_memory(batch)] += self._readers[name]
        sizes = {name: _of_one(batch) for name, batch in batches.items()}
        self._numbers = sum(sizes.values())
        self.peak = sum(size for name, size in sizes.items() if self._readers[name] > 1)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def read(self, step: RunStep) -> list[Array]:
        """Return what a step reads."""
        if missing := [name for name in step.inputs if name not in self._arrays]:
            raise ExecutionError(
                f"step '{step.id}' reads '{missing[0]}', which has not been computed"
            )
        arrays = [self._arrays[name] for name in step.inputs]
        for name, array in zip(step.inputs, arrays, strict=True):
            self._readers[name] -= 1
            self._reads[_memory(array)] -= 1
        return arrays

    def spare(self, step: RunStep) -> list[Array]:
        """Return the inputs whose memory nobody else will read, directly or through a view."""
        arrays = [self._arrays[name] for name in dict.fromkeys(step.inputs)]
        return [array for array in arrays if self._reads[_memory(array)] <= 0]

    def write(self, step: RunStep, out: Array) -> None:
        """Enter the output of a step."""
        self._arrays[step.id] = out
        self._reads[_memory(out)] += self._readers[step.id]
        self._numbers += _of_one(out)
        self.peak = max(self.peak, self.needed(step))

    def needed(self, step: RunStep) -> int:
        """Return how many numbers are needed while a step runs, its output among them."""
        held = (  # only the caller holds them
            _of_one(self._arrays[name])
            for name in self._inputs
            if name not in step.inputs and self._readers[name] <= 1
        )
        return self._numbers - sum(held)

    def drop(self, step: RunStep) -> None:
        """Forget what nobody will read after a step."""
        for name in {*step.inputs, step.id}:
            if self._readers[name] <= 0:
                self._numbers -= _of_one(self._arrays.pop(name))


def _of_one(batch: Array) -> int:
    """Return how many numbers one image of a batch holds."""
    return int(batch[0].size)


def _memory(array: Array) -> int:
    """Return a number for the memory that an array is a view of; views of one have the same."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return id(array)


def infer(
    steps: Iterable[RunStep],
    image: npt.ArrayLike,
    outputs: Iterable[str] | None = None,
    *,
    dtype: npt.DTypeLike = np.float64,
    seed: int = 0,
) -> dict[str, Array]:
    """Run a network on one image, without a batch axis, and return the outputs asked for, or all.

    Examples
    --------
    >>> edges = RunStep(
    ...     "e",
    ...     "conv",
    ...     {"filters": 1, "kernel": (1, 2), "bias": False},
    ...     weights={"kernel": [[1, -1]]},
    ... )
    >>> infer([edges], [[[3.0], [5.0], [11.0]]])["e"][..., 0]
    array([[-2., -6.]])
    """
    steps = list(steps)
    wanted = [step.id for step in steps] if outputs is None else list(outputs)
    batch = np.asarray(image, dtype)[None]
    seen = execute(steps, batch, wanted, dtype=dtype, seed=seed)
    return {name: array[0] for name, array in seen.outputs.items()}


def owner_of(step: RunStep, by_id: Mapping[str, RunStep]) -> RunStep:
    """Return whose tensors a step uses; a share of a share belongs to the first."""
    passed = {step.id}
    while step.share is not None:
        if step.share not in by_id or step.share in passed:
            raise ExecutionError(
                f"step '{step.id}' shares with '{step.share}', which has no tensors"
            )
        step = by_id[step.share]
        passed.add(step.id)
    return step


def tensors_for(
    step: RunStep,
    owner: RunStep,
    arrays: Sequence[Array],
    known: dict[str, Tensors],
    draw: Draw,
) -> Tensors:
    """Return the tensors of a step; make them if nobody has needed them before."""
    make = INIT.get(step.kind)
    if make is None and owner.weights:
        raise ExecutionError("this kind has no tensors that could be given")
    if make is None:
        return {}
    shapes = [array.shape for array in arrays]
    if owner.id in known:
        held = known[owner.id]
        needed = make(_blank, shapes, **step.attributes)
        if step.kind != owner.kind or _shapes(held) != _shapes(needed):
            return _turned(held, needed, owner.id)
    elif owner.weights:
        needed = make(_blank, shapes, **step.attributes)
        known[owner.id] = _given(owner.weights, needed, arrays[0].ndim - 2, draw)
    else:
        known[owner.id] = make(draw, shapes, **step.attributes)
    return known[owner.id]


def _turned(held: Tensors, needed: Tensors, owner: str) -> Tensors:
    """Return the only tensor of another layer, what it reads and what it makes exchanged."""
    if len(held) == len(needed) == 1:
        (theirs,), ((role, blank),) = held.values(), needed.items()
        back = np.swapaxes(theirs, -1, -2)
        taps = {
            (extents[:-2] if max(extents[:-2], default=1) > 1 else ())
            for extents in (back.shape, blank.shape)
        }
        if len(taps) == 1 and back.shape[-2:] == blank.shape[-2:]:
            return {role: np.ascontiguousarray(back).reshape(blank.shape)}
    raise ExecutionError(
        f"its tensors {_shapes(needed)} cannot be those of '{owner}', {_shapes(held)}"
    )


def _shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {role: tensor.shape for role, tensor in tensors.items()}


def _given(given: Mapping[str, Any], needed: Tensors, rank: int, draw: Draw) -> Tensors:
    if unknown := sorted(given.keys() - needed.keys()):
        raise ExecutionError(f"it has no tensor '{unknown[0]}', only {', '.join(needed)}")
    made: Tensors = {}
    for role, blank in needed.items():
        if role not in given:
            made[role] = draw(blank.shape)
            continue
        values = np.array(given[role], draw.dtype)
        if values.ndim == rank and 0 < rank < blank.ndim:
            # One matrix for every pair of channels.
            values = values.reshape(*values.shape, *(1,) * (blank.ndim - rank))
            if values.shape[:rank] == blank.shape[:rank]:
                values = np.broadcast_to(values, blank.shape)
        if values.shape != blank.shape:
            raise ExecutionError(
                f"the given {role} has the shape {np.shape(given[role])}, needed is {blank.shape}"
            )
        made[role] = np.ascontiguousarray(values)
    return made


def _placed(step: RunStep, error: ExecutionError) -> ExecutionError:
    return ExecutionError(f"step '{step.id}' ({step.kind}): {error.message}")
