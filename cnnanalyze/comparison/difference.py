"""The difference of two networks: pairs of layers, and in what each pair differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.comparison.alignment import Look, Pairing, align
from cnnanalyze.comparison.branches import reorder
from cnnanalyze.comparison.result import Aspect, Comparison, LayerChange
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.isomorphism import isomorphism
from cnnanalyze.graph.network import Network, shapes_in
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.merge import Join
from cnnanalyze.layers.resize import Resize
from cnnanalyze.layers.transposed import TransposedConv

Values = tuple[tuple[str, Any], ...]


class Partners:
    """Which layer of one network is which layer of the other, by their ids."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self._after = dict(pairs)
        self._known = set(pairs.values())

    def enter(self, one: str, other: str) -> None:
        """Let two layers be partners."""
        self._after[one] = other
        self._known.add(other)

    def of(self, one: str) -> str | None:
        """Return the partner of a layer of the one network; nothing if it has none."""
        return self._after.get(one)

    def part(self, one: str, other: str) -> bool:
        """Whether both have partners, and others than each other."""
        return one in self._after and other in self._known and self._after[one] != other


def compare(before: Analysis, after: Analysis) -> Comparison:
    """What was added, what was removed, what changed?

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> one, two = (
    ...     cnn.analyze(cnn.loads("{cnn: 1, input: 9x7x2, layers: [" + layers + "]}")).analysis
    ...     for layers in (
    ...         "{conv: {filters: 5, kernel: 3}}, relu, gap",
    ...         "{conv: {filters: 5, kernel: 3}}, bn, relu, gap, {dense: 3}",
    ...     )
    ... )
    >>> [(c.status, c.path) for c in compare(one, two)]
    [('added', 'batchnorm1'), ('added', 'dense1')]
    """
    numbers: dict[str, int] = {}
    looks = _looks(before, numbers), _looks(after, numbers)
    found = _told(before, after, _matched(before, after, *looks))
    if not found.is_empty and (matching := _isomorphic(before, after, *looks)):
        same = _told(before, after, matching)
        return same if same.is_empty else found
    return found


Layers = tuple[NodeFacts, ...]
Matching = tuple[Layers, Layers, Pairing]
"""The layers of both, branches in the same order, and which of them are pairs."""


def _told(before: Analysis, after: Analysis, matching: Matching) -> Comparison:
    """Return the difference of two networks whose layers are matched."""
    old, new, pairs = matching
    partners = Partners(_paired_inputs(before.network, after.network))
    for i, j in pairs:
        partners.enter(old[i].node.id, new[j].node.id)
    return Comparison(
        before,
        after,
        tuple(_changes(old, new, pairs, partners)),
        tuple(_network_aspects(before.network, after.network, partners)),
    )


def _paired_inputs(before: Network, after: Network) -> dict[str, str]:
    """Return which input of the one is which of the other: by name, and else by place."""
    same = {str(name): str(name) for name in before.inputs if name in after.inputs}
    left, others = ([str(n) for n in net.inputs if n not in same] for net in (before, after))
    return same | dict(zip(left, others, strict=False))


def _matched(before: Analysis, after: Analysis, ones: list[Look], others: list[Look]) -> Matching:
    """Match layers by their paths and by what they are."""
    # As the pairs are the same both ways round, so is whose branches are walked through otherwise.
    turned = (len(others), others) < (len(ones), ones)
    if turned:
        before, after, ones, others = after, before, others, ones
    layers, pairs = tuple(before), align(ones, others)
    for _ in range(ROUNDS):
        if not (order := reorder(ones, others, pairs)):
            break
        layers, ones = tuple(layers[n] for n in order), [ones[n] for n in order]
        pairs = align(ones, others)
    if turned:
        return tuple(after), layers, [(i, j) for j, i in pairs]
    return layers, tuple(after), pairs


def _isomorphic(
    before: Analysis, after: Analysis, ones: list[Look], others: list[Look]
) -> Matching | None:
    """Match layers by their wiring alone, if each has an equal one; nothing if that fails."""
    if sorted(look.whole for look in ones) != sorted(look.whole for look in others):
        return None
    if (len(others), others) < (len(ones), ones):
        turned = _isomorphic(after, before, others, ones)
        return turned and (turned[1], turned[0], turned[2])
    labels = tuple({look.path: look.whole for look in looks} for looks in (others, ones))
    partner = isomorphism(
        after.network,
        before.network,
        (labels[0], labels[1]),
        lambda node: isinstance(node.layer, Join),
    )
    if partner is None:
        return None
    layers = tuple(before[partner[facts.node.id]] for facts in after)
    return layers, tuple(after), [(i, i) for i in range(len(layers))]


ROUNDS = 5
"""So deep may branches lie in branches that were swapped, too."""


def _looks(analysis: Analysis, numbers: dict[str, int]) -> list[Look]:
    def number(*thing: object) -> int:
        text = repr(thing)
        if text not in numbers:  # one that does not depend on which network is looked at first
            numbers[text] = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
        return numbers[text]

    known: dict[object, tuple[int, int, int]] = {}
    looks = []
    for facts in analysis:
        node, like = facts.node, facts.likeness
        if like not in known:
            output = number(node.output)
            whole = number(
                node.kind,
                meanings_of(node),
                _inputs(node),
                output,
                node.frozen,
                node.share is None,
                node.given,
            )
            known[like] = number("kind", node.kind), output, whole
        kind, output, whole = known[like]
        first, *rest = node.id.split("/")
        frame = number("frame", len(rest), first, rest[-1]) if rest else 0
        looks.append(Look(node.id, rest[-1] if rest else first, kind, output, frame, whole))
    return looks


def attributes_of(node: Node) -> Values:
    """Return the attributes of a layer, alike however they were written.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> text = "{cnn: 1, input: 9x9x2, layers: [{maxpool: {kernel: [2, 2]}}]}"
    >>> dict(attributes_of(cnn.loads(text).nodes[0]))["kernel"]
    2
    """
    values = node.attributes
    if "kernel" in values and values.get("stride", 0) is None:
        values["stride"] = values["kernel"]
    return tuple((name, _one(value)) for name, value in values.items())


def meanings_of(node: Node) -> Values:
    """Return what the attributes of a layer come to at the shapes that it gets.

    Where a padding, or a size to resize to, can be written in several ways, this is what is laid.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> text = "{cnn: 1, input: 9x9x2, layers: [{avgpool: {kernel: 3, stride: 1, padding: same}}]}"
    >>> dict(meanings_of(cnn.loads(text).nodes[0]))["padding"]
    1
    """
    laid: dict[str, Any] = {}
    layer, inputs = node.layer, node.input_shapes
    if fits := layer.fit(*inputs):
        laid["padding"] = tuple((f.before, f.after) for f in fits)
    elif isinstance(layer, TransposedConv):
        laid["padding"] = laid["output_padding"] = layer.kept(inputs[0])
    elif isinstance(layer, Resize):
        laid["scale"] = laid["size"] = node.output.size
    return tuple((name, _one(laid.get(name, value))) for name, value in attributes_of(node))


def _one(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute may hold
    """Return one number for several that are equal: ``3`` for ``[3, 3]``."""
    if not isinstance(value, tuple) or not value:
        return value
    values = tuple(map(_one, value))
    first = values[0]
    return first if type(first) is int and all(v == first for v in values) else values


def _changes(
    old: tuple[NodeFacts, ...],
    new: tuple[NodeFacts, ...],
    pairs: Pairing,
    partners: Partners,
) -> Iterator[LayerChange]:
    known: dict[object, tuple[Aspect, ...]] = {}
    i = j = 0
    for k, m in [*pairs, (len(old), len(new))]:
        yield from (LayerChange(facts, None) for facts in old[i:k])
        yield from (LayerChange(None, facts) for facts in new[j:m])
        if k < len(old):
            before, after = old[k], new[m]
            like = before.likeness, after.likeness
            if like not in known:
                known[like] = tuple(_aspects(before.node, after.node))
            references = tuple(_references(before.node, after.node, partners))
            # Changes that are alike share their aspects.
            aspects = (*known[like], *references) if references else known[like]
            yield LayerChange(before, after, aspects)
        i, j = k + 1, m + 1


def _aspects(before: Node, after: Node) -> Iterator[Aspect]:
    """Say in what two layers differ, wherever they are."""
    if before.kind != after.kind:
        yield Aspect("kind", before.kind, after.kind)
    else:
        old, new = dict(attributes_of(before)), dict(attributes_of(after))
        ones, others = dict(meanings_of(before)), dict(meanings_of(after))
        for name in {**old, **new}:
            one, other = old.get(name), new.get(name)
            if repr(one) != repr(other) and repr(ones.get(name)) != repr(others.get(name)):
                yield Aspect(name, one, other)
    if _inputs(before) != _inputs(after):
        yield Aspect("input", before.input_shapes, after.input_shapes)
    for name in ("output", "frozen", "given"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            yield Aspect(name, one, other)


def _inputs(node: Node) -> Sequence[Shape]:
    """Return the shapes that a layer reads, in one order for a join that takes them in any."""
    if isinstance(node.layer, Join):
        return sorted(node.input_shapes, key=lambda shape: shape.extents)
    return node.input_shapes


def _references(before: Node, after: Node, partners: Partners) -> Iterator[Aspect]:
    """Say where a layer reads from others than before, or shares the tensors of others."""
    ones, others = _read(before, after, partners)
    for aspect in _elsewhere("reads", ones, others, partners):
        turned = Counter(map(partners.of, ones)) == Counter(map(str, others))
        yield replace(aspect, name="order") if turned else aspect
    one, other = before.share, after.share
    if one is None or other is None:
        if one is not other:
            yield Aspect("share", one, other)
    else:
        yield from _elsewhere("share", (one,), (other,), partners)


def _read(before: Node, after: Node, partners: Partners) -> tuple[Sequence[str], Sequence[str]]:
    """Return what both read; of joins that take their inputs in any order, what only one does."""
    ones, others = before.inputs, after.inputs
    if isinstance(before.layer, Join) and isinstance(after.layer, Join):
        shared = Counter(map(partners.of, ones)) & Counter(map(str, others))
        return _without(ones, shared.copy(), partners.of), _without(others, shared, str)
    return ones, others


def _without(
    ids: Sequence[str], shared: Counter[str | None], key: Callable[[str], str | None]
) -> list[str]:
    """Return ids without those that are shared, each as often as it is."""
    left = []
    for one in ids:
        if shared[key(one)] > 0:
            shared[key(one)] -= 1
        else:
            left.append(one)
    return left


def _elsewhere(
    name: str, before: Sequence[str], after: Sequence[str], partners: Partners
) -> Iterator[Aspect]:
    """Say which references lead elsewhere.

    What reads an added layer, or what read a removed one, still reads the same after it:
    only between layers that both have partners is it known that another one is meant.
    """
    moved = [
        (one, other) for one, other in zip(before, after, strict=False) if partners.part(one, other)
    ]
    if moved:
        ones, others = zip(*moved, strict=True)
        yield Aspect(name, ones, others)


def _network_aspects(before: Network, after: Network, partners: Partners) -> Iterator[Aspect]:
    """Say in what the networks as a whole differ."""
    ones, others = ([one.shape for one in net.inputs.values()] for net in (before, after))
    if len(ones) == len(others) == 1:
        if ones != others:
            yield Aspect("input", ones[0], others[0])
    elif (one := shapes_in(before)) != (other := shapes_in(after)):
        yield Aspect("inputs", one, other)
    if len(before.outputs) != len(after.outputs):
        yield Aspect("outputs", before.outputs, after.outputs)
    else:
        yield from _elsewhere("outputs", before.outputs, after.outputs, partners)
