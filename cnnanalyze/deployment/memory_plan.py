"""Memory plans: where in one buffer each tensor lies, and from when until when.

Operations run one after the other, and time is their number. A tensor lives from the operation
that writes it until the last that reads it; an input of the network from the first operation on,
an output until the last. A planner gives each an offset so that no two that live at the same time
overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cnnanalyze.core.registry import nearest
from cnnanalyze.deployment.operation import Operation
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.layers.traits import Trait

MOST_PAIRS = 4_000_000
"""Pairs of tensors that live at the same time which a planner keeps apart, at most."""


@dataclass(frozen=True, slots=True)
class TensorLife:
    """A tensor in memory, with its place once it has one."""

    id: str
    """The input, or the layer that gives it."""
    size: int
    """Its bytes, without what alignment adds."""
    first: int
    """The operation that writes it."""
    last: int
    """The last operation that needs it."""
    offset: int = 0
    """Where it begins."""
    over: str = ""
    """The tensor that it is written over, where its operation works in place."""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.size


@dataclass(frozen=True)
class MemoryPlan:
    """Where each tensor lies in one buffer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.deployment.deploy import deploy_network
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 8x8x2, layers: [{conv: {filters: 4, kernel: 3}}, softmax]}"
    ... )
    >>> plan = deploy_network(net).plan
    >>> plan.size, [(t.id, t.size, t.offset) for t in plan.tensors]
    (288, [('input', 128, 0), ('conv1', 144, 144), ('softmax1', 144, 0)])
    """

    planner: str
    tensors: tuple[TensorLife, ...]
    """In the order in which they are written."""
    size: int
    """The bytes of the buffer."""
    live: tuple[int, ...]
    """While each operation runs, the bytes of the tensors that live, each aligned."""
    in_use: tuple[int, ...]
    """While each operation runs, how far the tensors that live reach."""

    @property
    def least(self) -> int:
        """The bytes that no plan of these tensors does without."""
        return max(self.live, default=0)

    @property
    def peak_at(self) -> int:
        """The operation during which the most bytes live."""
        return self.live.index(self.least)

    def alive_at(self, time: int) -> tuple[TensorLife, ...]:
        """Return the tensors that live while an operation runs, the largest first."""
        found = [t for t in self.tensors if t.first <= time <= t.last]
        return tuple(sorted(found, key=lambda t: -t.size))


def lives_of(
    network: Network, operations: Sequence[Operation], bytes_each: int
) -> tuple[TensorLife, ...]:
    """Return the tensors of a network, in the order in which they are written."""
    end = len(operations) - 1
    last: dict[str, int] = {}
    for time, operation in enumerate(operations):
        last.update(dict.fromkeys(operation.inputs, time))
    last.update((name, end) for name in network.outputs)
    given = [
        TensorLife(name, one.shape.count * bytes_each, 0, last[name])
        for name, one in network.inputs.items()
        if name in last
    ]
    made = [
        TensorLife(o.id, o.output.count * bytes_each, time, last.get(o.id, time))
        for time, o in enumerate(operations)
    ]
    return (*given, *made)


def plan_memory(
    planner: str,
    network: Network,
    operations: Sequence[Operation],
    *,
    bytes_each: int,
    alignment: int,
    most_pairs: int | None = None,
) -> MemoryPlan:
    """Lay the tensors of a network out.

    Parameters
    ----------
    planner
        ``tflm-greedy``: largest first. ``in-place``: the same, where additions, activations and
        reshapes write over what they read. ``tinyengine``: depthwise convolutions of stride 1 do,
        too, channel by channel.
    network
        The folded network.
    operations
        What runs, in order.
    bytes_each
        The bytes of one activation.
    alignment
        The bytes of which each offset is a multiple.
    most_pairs
        Pairs of tensors that may live at the same time; by default ``MOST_PAIRS``.

    Raises
    ------
    UsageError
        If there is no such planner, or if too many tensors live at the same time.
    """
    if planner not in PLANNERS:
        raise UsageError(
            f"there is no planner '{planner}'{nearest(planner, tuple(PLANNERS))}",
            help=f"the planners are {', '.join(PLANNERS)}",
        )
    lives = lives_of(network, operations, bytes_each)
    in_place = PLANNERS[planner]
    if in_place is not None:
        lives = _in_place(lives, operations, bytes_each, in_place)
    most = MOST_PAIRS if most_pairs is None else most_pairs
    return _greedy(planner, lives, len(operations), alignment, most)


# --- in place ------------------------------------------------------------------------------------

InPlace = Callable[[Operation], bool]
_ELEMENTWISE = frozenset(
    {Trait.ACTIVATION, Trait.SUM, Trait.BATCH_STATISTICS, Trait.FLATTENING, Trait.RESHAPING}
)


def _is_elementwise(operation: Operation) -> bool:
    return operation.nodes[0].layer.is_any(_ELEMENTWISE) and not operation.nodes[0].layer.is_any(
        {Trait.SOFTMAX}
    )


def _is_by_channel(operation: Operation) -> bool:
    """Whether an operation can write each channel over the one that it was made of."""
    node = operation.nodes[0]
    return _is_elementwise(operation) or (
        Trait.DEPTHWISE in node.layer.traits and node.input_shapes[0] == node.output
    )


PLANNERS: dict[str, InPlace | None] = {
    "tflm-greedy": None,
    "in-place": _is_elementwise,
    "tinyengine": _is_by_channel,
}
"""The planners by name: which operations may write over what they read."""


def _in_place(
    lives: Sequence[TensorLife],
    operations: Sequence[Operation],
    bytes_each: int,
    may: InPlace,
) -> tuple[TensorLife, ...]:
    """Let outputs be written over inputs that nobody needs any more."""
    found = {life.id: life for life in lives}
    scratch: list[TensorLife] = []
    for time, operation in enumerate(operations):
        if not may(operation):
            continue
        own = found[operation.id]
        over = next((i for i in operation.inputs if _fits(found[i], own, time)), None)
        if over is None:
            continue
        found[operation.id] = replace(own, over=over)
        if Trait.DEPTHWISE in operation.nodes[0].layer.traits:
            # One channel is computed beside the map, and copied into its place.
            size = operation.output.positions * bytes_each
            scratch.append(TensorLife(f"{operation.id}/channel", size, time, time))
    return (*found.values(), *scratch)


def _fits(given: TensorLife, own: TensorLife, time: int) -> bool:
    return given.last == time and given.size == own.size


# --- greedy --------------------------------------------------------------------------------------


def _greedy(
    planner: str, lives: Sequence[TensorLife], operations: int, alignment: int, most_pairs: int
) -> MemoryPlan:
    """Place tensors, the largest first, of equal ones the later, each as low as it fits."""
    places = _storages(lives)
    storages = [_joined([lives[i] for i in members]) for members in places]
    sizes = [-(-one.size // alignment) * alignment for one in storages]
    beside = _beside(storages, most_pairs)
    offsets: dict[int, int] = {}
    for n in sorted(range(len(storages)), key=lambda n: (-sizes[n], -n)):
        taken = sorted((offsets[m], sizes[m]) for m in beside[n] if m in offsets)
        offsets[n] = _first_gap(taken, sizes[n])
    at = {i: offsets[n] for n, members in enumerate(places) for i in members}
    tensors = tuple(replace(life, offset=at[i]) for i, life in enumerate(lives))
    return MemoryPlan(
        planner,
        tensors,
        max((offsets[n] + sizes[n] for n in offsets), default=0),
        _live(storages, sizes, operations),
        _reach(storages, [offsets[n] + sizes[n] for n in range(len(storages))], operations),
    )


def _storages(lives: Sequence[TensorLife]) -> list[list[int]]:
    """Return which tensors lie in one place, since each is written over the one before it."""
    number: dict[str, int] = {}
    found: list[list[int]] = []
    for i, life in enumerate(lives):
        n = number[life.over] if life.over else len(found)
        if n == len(found):
            found.append([])
        found[n].append(i)
        number[life.id] = n
    return found


def _joined(lives: Sequence[TensorLife]) -> TensorLife:
    return replace(
        lives[0],
        size=max(life.size for life in lives),
        first=min(life.first for life in lives),
        last=max(life.last for life in lives),
    )


def _beside(storages: Sequence[TensorLife], most_pairs: int) -> list[list[int]]:
    """Return, for each, those that live at some time with it: one walk along the time."""
    found: list[list[int]] = [[] for _ in storages]
    ending: dict[int, list[int]] = {}
    alive: dict[int, None] = {}
    pairs = time = 0
    for n in sorted(range(len(storages)), key=lambda n: storages[n].first):
        one = storages[n]
        for gone in range(time, one.first):
            for m in ending.pop(gone, ()):
                alive.pop(m, None)
        time = max(time, one.first)
        pairs += len(alive)
        if pairs > most_pairs:
            raise UsageError(
                f"more than {most_pairs:,} pairs of tensors live at the same time, at the latest "
                f"while '{one.id}' is computed; no plan is made of so many",
                help="plan the parts of the network, or ask for the lower bound alone",
            )
        for m in alive:
            found[m].append(n)
            found[n].append(m)
        alive[n] = None
        ending.setdefault(one.last, []).append(n)
    return found


def _first_gap(taken: Iterable[tuple[int, int]], size: int) -> int:
    """Return the lowest offset at which a size fits between what is taken, sorted by offset."""
    at = 0
    for offset, length in taken:
        if offset - at >= size:
            return at
        at = max(at, offset + length)
    return at


def _live(storages: Sequence[TensorLife], sizes: Sequence[int], operations: int) -> tuple[int, ...]:
    """Return the bytes that live while each operation runs."""
    change = [0] * (operations + 1)
    for one, size in zip(storages, sizes, strict=True):
        change[one.first] += size
        change[one.last + 1] -= size
    found: list[int] = []
    for step in change[:operations]:
        found.append(step + (found[-1] if found else 0))
    return tuple(found)


def _reach(storages: Sequence[TensorLife], ends: Sequence[int], operations: int) -> tuple[int, ...]:
    """Return how far what lives reaches while each operation runs: from the highest down."""
    found = [0] * operations
    after = list(range(operations + 1))
    """For each operation, the next whose reach is not known yet."""

    def open_from(time: int) -> int:
        while after[time] != time:
            after[time] = after[after[time]]
            time = after[time]
        return time

    for n in sorted(range(len(storages)), key=lambda n: -ends[n]):
        time = open_from(storages[n].first)
        while time <= storages[n].last:
            found[time] = ends[n]
            after[time] = time + 1
            time = open_from(time)
    return tuple(found)
