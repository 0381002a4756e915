"""Weights against a spec: are the tensors of a file those that its layers hold?

A file has names and extents and no network. Tensors of one module (``conv1.weight`` and
``conv1.bias``) belong together, and so do those of a layer. What has the same extents is matched in
the order of both, where names do not say it already; what is left over on both sides is matched by
its place, and told.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cnnanalyze.comparison.conformance.result import Aspect, Departure, Departures
from cnnanalyze.comparison.conformance.tensor_groups import (
    Module,
    Part,
    Shape,
    modules_of,
    parts_of,
    plain,
)
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row
from cnnanalyze.exchange.weights.tensors import StoredTensor, StoredTensors
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node


@dataclass(frozen=True, repr=False)
class WeightConformance(Departures):
    """Whether the tensors of a file are those of a spec.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> spec = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{conv: {filters: 8, kernel: 3}}, relu]}")
    >>> tensors = (StoredTensor("0.weight", (8, 4, 5, 5)), StoredTensor("0.bias", (8,)))
    >>> print(conform_weights(spec, StoredTensors("model.safetensors", tensors)))
    conv1: 3x3x4x8 in the spec, 0.weight 8x4x5x5 in the file
    """

    spec: Network
    """The network that declares the tensors."""
    file: str
    """The name of the file that holds them."""
    pairs: tuple[tuple[Node, str, tuple[StoredTensor, ...]], ...]
    """Layers with the part of them that is meant, and their tensors in the file."""
    departures: tuple[Departure, ...]
    """What differs, in the order of the spec; nothing if all tensors are those of the spec."""
    notes: tuple[str, ...] = ()
    """What a reader should know of the file: what was left out of account."""

    def headline(self) -> str:
        """Say in one line whether they are."""
        if self.holds:
            tensors = count_of(sum(len(tensors) for *_, tensors in self.pairs), "tensor")
            return f"{self.spec.name}: the weights are those of the spec, {tensors} alike"
        places = count_of(len(self.departures), "place")
        return f"{self.spec.name}: the weights depart from the spec in {places}"

    def rows(self) -> Iterator[Row]:
        """Yield every tensor with the layer that it belongs to."""
        for _, name, tensors in self.pairs:
            for tensor in tensors:
                yield {
                    "layer": name,
                    "tensor": tensor.name,
                    "shape": "x".join(map(str, tensor.shape)),
                }


def conform_weights(spec: Network, stored: StoredTensors) -> WeightConformance:
    """Are the tensors of a file those that the layers of a spec hold?

    Parameters
    ----------
    spec
        What is declared.
    stored
        The tensors of the file.
    """
    modules = modules_of(stored)
    choices = [
        parts_of(spec, fused=fused, joined=joined)
        for fused in (False, True)
        for joined in (False, True)
    ]
    found = [_match(parts, modules) for parts in choices]
    parts, pairs = min(
        zip(choices, found, strict=True), key=lambda one: len(one[0]) - 2 * len(one[1].equal)
    )
    departures = [*_departures(parts, modules, pairs)]
    left_out = sum(not tensor.is_learned for tensor in stored.tensors)
    notes = []
    if left_out:
        notes.append(f"counters and tables of whole numbers are ignored: {left_out}")
    orders = {order: m.layout for m in modules if (order := m.order_of_gates) is not None}
    notes += [
        f"gates stand one behind another as {layout} has them, {order}: their order shows in no "
        "extent"
        for order, layout in orders.items()
    ]
    told = tuple(
        (parts[i].node, parts[i].name, tuple(dict.fromkeys(modules[j].tensors.values())))
        for i, j in sorted({**pairs.equal, **pairs.changed}.items())
    )
    return WeightConformance(spec, stored.file, told, tuple(departures), tuple(notes))


# --- matching -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Pairs:
    """Which part is which module, by their numbers."""

    equal: dict[int, int] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)


def _match(parts: Sequence[Part], modules: Sequence[Module]) -> _Pairs:
    pairs = _Pairs()
    start = _beginning([module.name for module in modules])
    named = {_spelled(module.name[start:]): j for j, module in enumerate(modules)}
    for i, part in enumerate(parts):
        j = named.get(_spelled(part.name))
        if j is not None:
            (pairs.equal if part.key == modules[j].key else pairs.changed)[i] = j
    _match_alike(parts, modules, pairs, lambda one: one.key, pairs.equal)
    _match_alike(parts, modules, pairs, lambda one: one.key_of_weight, pairs.changed)
    _match_rest(parts, modules, pairs)
    return pairs


def _match_alike(
    parts: Sequence[Part],
    modules: Sequence[Module],
    pairs: _Pairs,
    key: Callable[[Part | Module], object],
    into: dict[int, int],
) -> None:
    """Match what is free and has the same key, in the order of both.

    Where one side has more of a key than the other, those are left over that fit in worst with what
    is matched before them.
    """
    ours, theirs = defaultdict[object, list[int]](list), defaultdict[object, list[int]](list)
    taken = {*pairs.equal.values(), *pairs.changed.values()}
    for i, part in enumerate(parts):
        if i not in pairs.equal and i not in pairs.changed and key(part):
            ours[key(part)].append(i)
    for j, module in enumerate(modules):
        if j not in taken:
            theirs[key(module)].append(j)
    for one, some in ours.items():
        if len(some) == len(theirs[one]):
            into.update(zip(some, theirs[one], strict=True))
    places = _Places(pairs, len(modules))
    for one, some in ours.items():
        if len(some) != len(theirs[one]):
            into.update(_nearest(some, theirs[one], places))


def _beginning(names: Sequence[str]) -> int:
    """Return the length of what all names begin with, such as ``model.``."""
    if len(names) < len(("one", "another")):
        return 0
    first, last = min(names), max(names)
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return max(first.rfind(".", 0, length), first.rfind("/", 0, length)) + 1


def _spelled(name: str) -> str:
    return name.replace("/", ".")


class _Places:
    """Where in the file a part should stand, by what is matched before it."""

    def __init__(self, pairs: _Pairs, count: int) -> None:
        self.known = sorted({**pairs.equal, **pairs.changed}.items())
        self.count = count

    def of(self, i: int) -> float:
        """Return the number of the module that is expected."""
        at = bisect_left(self.known, (i, -1))
        around = self.known[max(0, at - _BEFORE) : at] or self.known[:1]
        if not around:
            return float(i)
        return sum(j + i - k for k, j in around) / len(around)


_BEFORE = 4
"""How many neighbours say where something stands: those behind it may have moved with it."""


_MOST_PAIRS = 1_000_000
"""How many pairs are weighed; of more, the first of both are taken."""


def _nearest(some: Sequence[int], others: Sequence[int], places: _Places) -> dict[int, int]:
    """Return the rising pairs of the smallest distances; as many as there can be."""
    if len(some) * len(others) > _MOST_PAIRS:
        return dict(zip(some, others, strict=False))
    is_turned = len(some) > len(others)
    wanted = [places.of(i) for i in some]
    rows, columns = (len(others), len(some)) if is_turned else (len(some), len(others))
    far = float("inf")
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for r in range(1, rows + 1):
        best[r][r - 1] = far
        for c in range(r, columns + 1):
            i, j = (c - 1, r - 1) if is_turned else (r - 1, c - 1)
            pair = best[r - 1][c - 1] + abs(wanted[i] - others[j])
            best[r][c] = min(pair, best[r][c - 1] if c > r else far)
    found: dict[int, int] = {}
    r, c = rows, columns
    while r:
        if c > r and best[r][c] == best[r][c - 1]:
            c -= 1
            continue
        i, j = (c - 1, r - 1) if is_turned else (r - 1, c - 1)
        found[some[i]] = others[j]
        r, c = r - 1, c - 1
    return found


def _match_rest(parts: Sequence[Part], modules: Sequence[Module], pairs: _Pairs) -> None:
    """Match what is left over with what stands at its place and holds the like."""
    places = _Places(pairs, len(modules))
    taken = {*pairs.equal.values(), *pairs.changed.values()}
    free = [j for j in range(len(modules)) if j not in taken]
    for i, part in enumerate(parts):
        if i in pairs.equal or i in pairs.changed:
            continue
        wanted = places.of(i)
        near = free[bisect_left(free, wanted - _FAR) : bisect_right(free, wanted + _FAR)]
        fit = [j for j in near if j not in taken and _are_alike(part, modules[j])]
        if fit:
            pairs.changed[i] = min(fit, key=lambda j: abs(j - wanted))
            taken.add(pairs.changed[i])


_FAR = 16
"""How far from its place something is still taken for the same."""


def _are_alike(part: Part, module: Module) -> bool:
    """Whether both hold a weight with as many axes."""
    mine, its = part.weight, module.weight
    if part.is_recurrent != module.is_recurrent or mine is None or its is None:
        return part.is_recurrent == module.is_recurrent and mine is its
    return len(plain(mine)) == len(plain(its)) or len(mine) == len(its)


# --- what is told ---------------------------------------------------------------------------------


def _departures(
    parts: Sequence[Part], modules: Sequence[Module], pairs: _Pairs
) -> Iterator[Departure]:
    partners = {**pairs.equal, **pairs.changed}
    for i, part in enumerate(parts):
        module = modules[partners[i]] if i in partners else None
        if module is None:
            shapes = " and ".join(_said(shape) for shape in part.shapes.values())
            yield _departure(
                "missing", part, f"{part.name}: {shapes} in the spec is not in the file"
            )
        else:
            yield from _differences(part, module)
    for j, module in enumerate(modules):
        if j not in partners.values():
            tensors = " and ".join(map(str, dict.fromkeys(module.tensors.values())))
            yield Departure("extra", f"{tensors} in the file is not in the spec")


def _differences(part: Part, module: Module) -> Iterator[Departure]:
    """Yield in which tensors a layer and a module differ."""
    ours, theirs = part.gates, module.gates
    if ours and theirs and ours[0] != theirs[0]:
        yield _departure(
            "shape",
            part,
            f"{part.name}: {_gates(ours)} in the spec, {_gates(theirs)} in {module.name} of the "
            "file",
        )
        return
    for role, shape in part.shapes.items():
        tensor = module.tensors.get(role)
        if tensor is None:
            yield _departure(
                "missing",
                part,
                f"{part.name}: {role} {_said(shape)} in the spec, none in "
                f"{module.name} of the file",
            )
        elif not (
            shape == module.shapes[role] if part.is_recurrent else _is_laid(shape, tensor.shape)
        ):
            what = f"{role} {_said(shape)}" if part.is_recurrent else _said(shape)
            yield _departure(
                "shape", part, f"{part.name}: {what} in the spec, {tensor} in the file"
            )
    for role, tensor in module.tensors.items():
        if role not in part.shapes:
            yield _departure(
                "extra", part, f"{part.name}: no {role} in the spec, {tensor} in the file"
            )


def _is_laid(ours: Shape, theirs: Shape) -> bool:
    """Whether extents are ours in an order in which some framework has them.

    Ours are those of the window, inputs, outputs: so has them Keras. PyTorch has outputs, inputs
    and the window; of transposed convolutions inputs, outputs and the window.
    """
    if len(ours) < len(("inputs", "outputs")):
        return plain(ours) == plain(theirs)
    *window, inputs, outputs = ours
    orders = (
        (*window, inputs, outputs),
        (*window, outputs, inputs),
        (outputs, inputs, *window),
        (inputs, outputs, *window),
    )
    if len(theirs) == len(ours):
        return theirs in orders
    return any(plain(order) == plain(theirs) for order in orders)


def _gates(found: tuple[int, int]) -> str:
    gates, units = found
    return f"{gates} gates of {units:,} {'unit' if units == 1 else 'units'}"


def _said(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "one number"


def _departure(aspect: Aspect, part: Part, message: str) -> Departure:
    return Departure(aspect, message, part.node, mark=part.node.mark)
