"""Closed forms of a network whose input has sizes that are not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from cnnanalyze.analysis.dominance import undominated
from cnnanalyze.analysis.memory import live_counts
from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.analysis.size_domain import SizeDomain, Sizes, find
from cnnanalyze.core.closed_form import ClosedForm, TooLong, closed, unknown
from cnnanalyze.core.quantities import Quantity, Terms, rows
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.symbolic_number import Assumptions, form_of
from cnnanalyze.errors import ShapeError
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import Node


@dataclass(frozen=True)
class LayerForms:
    """The closed forms of one layer."""

    node: Node
    """The layer, with the shapes that follow from the assumed sizes."""
    output: tuple[ClosedForm, ...]
    """The extents of its output, channels last."""
    quantities: Mapping[str, ClosedForm | None]
    """Its numbers by the key of the quantity; nothing where there is no closed form."""

    @property
    def shape(self) -> str:
        """The output shape as it is printed: ``⌊(H + 1)/2⌋x⌊(W + 1)/2⌋x64``."""
        return "x".join(str(form) if form.is_one_factor else f"({form})" for form in self.output)


@dataclass(frozen=True)
class ClosedForms:
    """What the rules say of a network for all sizes of its input at once.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: Lx1, layers: [{conv: {filters: 8, kernel: 7, stride: 2}}]}"
    ... )
    >>> forms = cnn.closed_forms(net)
    >>> print(forms.layers[0].shape, forms.totals["macs"], forms.domain)
    ⌊(L - 5)/2⌋x8 56·⌊(L - 5)/2⌋ L ≥ 7
    """

    network: Network
    """The network, with the shapes that follow from the assumed sizes."""
    assumed: Mapping[str, int]
    """The size that was assumed for each symbol, to follow the rules."""
    layers: tuple[LayerForms, ...]
    """The closed forms of every layer, in the order of execution."""
    domain: SizeDomain
    """For which sizes they hold."""
    checked: tuple[Mapping[str, int], ...] = ()
    """The sizes at which they were compared with the rules."""

    @cached_property
    def totals(self) -> Mapping[str, ClosedForm | None]:
        """The sums over all layers, by the key of the quantity."""
        return _added(self.layers)

    @cached_property
    def fields(self) -> Mapping[str, NodeFacts]:
        """What layers see, by id, of those that see the same whatever the sizes are.

        A window has one extent on every map, and a layer that reads all of a map sees all of it.
        What sees so much only of a map of the assumed size, as behind a pool with a given number
        of outputs, is not told; nor is anything of networks with too many layers to be analysed
        again and again.
        """
        if len(self.network) > MOST_FIELD_SAMPLES:
            return {}
        facts = analyze(self.network).facts
        told = {id_: _seen_fields(found) for id_, found in facts.items()}
        count = max(2, min(SAMPLES, MOST_FIELD_SAMPLES // len(self.network)))
        for sizes in (*self.probes(), *self.domain.samples(count)):
            there = analyze(self.at(sizes)).facts
            told = {i: seen for i, seen in told.items() if _seen_fields(there[i]) == seen}
        return {id_: facts[id_] for id_, seen in told.items() if seen is not None}

    @cached_property
    def peak(self) -> tuple[ClosedForm, ...]:
        """The most activations alive at a time: the largest of these, of which each may be it.

        There are none if they are too long to be worked with.
        """
        sums = _Sums()
        of: dict[int, _Sum] = {}
        """By extents, which equal layers share: they are multiplied once."""
        counts = {n: sums.of(_count(_forms_of_input(g))) for n, g in self.network.inputs.items()}
        for layer in self.layers:
            key = id(layer.output)
            if key not in of:
                of[key] = sums.of(_count(layer.output))
            counts[layer.node.id] = of[key]
        least = {one.name: one.least for one in self.domain.sizes}
        try:
            live = dict.fromkeys(live_counts(self.network, counts))
            return tuple(undominated([one.form for one in live], least))
        except TooLong:
            return ()

    def at(self, sizes: Mapping[str, int]) -> Network:
        """Return the network with sizes, its shapes by the closed forms."""
        shapes = {
            n: _sized_extents(_forms_of_input(g), sizes) for n, g in self.network.inputs.items()
        }
        nodes = []
        for layer in self.layers:
            node, read = layer.node, tuple(shapes[i] for i in layer.node.inputs)
            shapes[node.id] = _sized_extents(layer.output, sizes)
            nodes.append(replace(node, input_shapes=read, output=shapes[node.id]))
        inputs = {n: replace(g, shape=shapes[n]) for n, g in self.network.inputs.items()}
        return replace(self.network, inputs=inputs, nodes=tuple(nodes))

    @cached_property
    def by_id(self) -> dict[str, LayerForms]:
        """The layers by id."""
        return {layer.node.id: layer for layer in self.layers}

    def of(self, path: str) -> Mapping[str, ClosedForm | None]:
        """Return the sums over a layer or a block; over all layers for an empty path.

        Raises
        ------
        UsageError
            If the network has no such layer.
        """
        if not path:
            return self.totals
        nodes = self.network.group(path) or (self.network[path],)
        return _added(self.by_id[node.id] for node in nodes)

    def probes(self) -> Iterator[dict[str, int]]:
        """Yield further sizes for which they are said to hold: the least, and the next."""
        least = {one.name: one.least for one in self.domain.sizes}
        following = {
            one.name: next(one.after(self.assumed[one.name]), one.least)
            for one in self.domain.sizes
        }
        for sizes in (least, following):
            if sizes in self.domain and sizes != self.assumed:
                yield sizes

    def are_borne_out(self, network: Network, sizes: Mapping[str, int]) -> bool:
        """Whether the network with these sizes has the same layers, and the shapes that are said.

        What follows from a layer and its shapes was compared already.
        """
        if len(network) != len(self.layers):
            return False
        found: dict[int, tuple[int, ...]] = {}
        """By extents, which equal layers share: they are evaluated once."""
        for said, node in zip(self.layers, network, strict=True):
            key = id(said.output)
            if key not in found:
                found[key] = tuple(form.evaluate(sizes) for form in said.output)
            if said.node.layer != node.layer or found[key] != node.output.extents:
                return False
        return True

    def for_assumed_sizes(self) -> ClosedForms:
        """Return the closed forms for the assumed sizes alone."""
        sizes = tuple(Sizes(name, n, most=n) for name, n in self.assumed.items())
        return replace(self, domain=SizeDomain(sizes))


SeenFields = tuple[tuple[str, tuple[object, ...]], ...]
"""What a layer sees of each input: all of it, or along each axis how much, and how far apart."""


def _seen_fields(facts: NodeFacts) -> SeenFields | None:
    """Return what a layer sees; nothing if it cannot be told."""
    seen = [(str(name), one.fields) for name, one in facts.sees] or [("", facts.fields)]
    found: list[tuple[str, tuple[object, ...]]] = []
    for name, fields in seen:
        if fields is None:
            return None
        moves = any(f.local.advance for f in fields)
        own = ((f.local.size, f.local.rate, f.sees_all) for f in fields)
        found.append((name, tuple(own) if moves else ("all",)))
    return tuple(found)


def _count(extents: Iterable[ClosedForm]) -> ClosedForm:
    return prod(extents, start=closed(1))


class _Sums:
    """Closed forms that are added up: what is added again is looked up."""

    def __init__(self) -> None:
        self.known: dict[ClosedForm, _Sum] = {}
        self.added: dict[tuple[int, int, int], _Sum] = {}

    def of(self, form: ClosedForm) -> _Sum:
        """Return a form; equal ones are the same."""
        return self.known.setdefault(form, _Sum(form, self))

    def plus(self, one: _Sum, other: _Sum, sign: int) -> _Sum:
        """Return a sum, or a difference."""
        key = (id(one), id(other), sign)
        if key not in self.added:
            self.added[key] = self.of(one.form + other.form if sign > 0 else one.form - other.form)
        return self.added[key]


class _Sum:
    """A closed form among others that it is added to."""

    def __init__(self, form: ClosedForm, among: _Sums) -> None:
        self.form, self.among = form, among

    def __add__(self, other: _Sum) -> _Sum:
        return self.among.plus(self, other, 1)

    def __sub__(self, other: _Sum) -> _Sum:
        return self.among.plus(self, other, -1)

    def __radd__(self, nothing: int) -> _Sum:
        return self


def _forms_of_input(given: Input) -> tuple[ClosedForm, ...]:
    names = given.names or ("",) * len(given.shape.extents)
    return tuple(
        unknown(name) if name else closed(n)
        for name, n in zip(names, given.shape.extents, strict=True)
    )


def _sized_extents(extents: tuple[ClosedForm, ...], sizes: Mapping[str, int]) -> Shape:
    *size, channels = (form.evaluate(sizes) for form in extents)
    return Shape(tuple(size), channels)


MOST_FIELD_SAMPLES = 20_000
"""Fields are compared at as many sizes as the rest, but at no more times layers than that."""
SAMPLES = 24
"""At so many sizes the closed forms of every layer are compared with its rules."""


_TERMS = Terms()


def counted() -> tuple[Quantity, ...]:
    """Return the quantities that have closed forms: exact ones that add up over layers."""
    return tuple(row for row in rows(exact=True, layers=True) if row.adds_up and not row.of_place)


def solve(network: Network) -> ClosedForms:
    """What do the rules say of this network, whatever the sizes that are not known?

    Parameters
    ----------
    network
        A network with sizes that are not known; each has been given one that is assumed.

    Raises
    ------
    TooLong
        If the closed form of a shape is longer than can be worked with.
    """
    assumed = Assumptions(network.assumed)
    shapes = {name: _symbolic(given, assumed) for name, given in network.inputs.items()}
    distinct: dict[object, tuple[Node, tuple[ClosedForm, ...], dict[str, ClosedForm | None]]] = {}
    """Of equal layers that read equal shapes, one with symbolic shapes, and its closed forms."""
    layers = []
    for node in network.nodes:
        inputs = tuple(shapes[source] for source in node.inputs)
        read = tuple(map(_forms_of, inputs))
        key = id(node.layer), node.share is None, node.frozen, read
        if key not in distinct:
            output = node.layer.shape(*inputs)
            symbolic = replace(node, input_shapes=inputs, output=output)
            distinct[key] = symbolic, _forms_of(output), _quantities_of(symbolic)
        symbolic, extents, quantities = distinct[key]
        shapes[node.id] = symbolic.output
        layers.append(LayerForms(node, extents, quantities))
    # Rules of parameters and costs have asked, too; only now is everything known that was asked.
    domain = find(assumed.sizes, assumed.conditions)
    found = ClosedForms(network, dict(assumed.sizes), tuple(layers), domain)
    samples = list(domain.samples(SAMPLES))
    for symbolic, _, quantities in distinct.values():
        for sizes in samples:
            if not _is_borne_out(symbolic, quantities, sizes):
                return found.for_assumed_sizes()
    return found


def _quantities_of(node: Node) -> dict[str, ClosedForm | None]:
    """Return the closed forms of a layer at its place, with symbolic shapes."""
    try:
        facts = _facts_of(node)
    except TooLong:
        return dict.fromkeys(row.key for row in counted())
    return {row.key: _form(row, facts) for row in counted()}


def _facts_of(node: Node) -> NodeFacts:
    layer = node.layer
    params = () if node.share is not None else layer.params(*node.input_shapes)
    cost = layer.cost(node.output, *node.input_shapes)
    return NodeFacts(node, params, cost, None, None, aligned=True)


def _is_borne_out(
    node: Node, quantities: dict[str, ClosedForm | None], sizes: Mapping[str, int]
) -> bool:
    """Whether a rule gives the shape that is said of these sizes.

    A rule may do what arithmetic on symbols cannot follow. A number that is then another one has no
    closed form.
    """
    inputs = tuple(_sized(x, sizes) for x in node.input_shapes)
    output = _sized(node.output, sizes)
    try:
        if node.layer.shape(*inputs) != output:
            return False
    except ShapeError:
        return False
    facts = _facts_of(replace(node, input_shapes=inputs, output=output))
    for row in counted():
        form = quantities[row.key]
        assert row.of_layer is not None
        if form is not None and form.evaluate(sizes) != row.of_layer(facts, _TERMS):
            quantities[row.key] = None
    return True


def _forms_of(shape: Shape) -> tuple[ClosedForm, ...]:
    """Return the closed forms of the extents, channels last."""
    return tuple(map(form_of, shape.extents))


def _sized(shape: Shape, sizes: Mapping[str, int]) -> Shape:
    extents = [form.evaluate(sizes) for form in _forms_of(shape)]
    return Shape(tuple(extents[:-1]), extents[-1])


def _symbolic(given: Input, assumed: Assumptions) -> Shape:
    names = given.names or ("",) * len(given.shape.extents)
    extents = [
        assumed.number(name) if name else n
        for name, n in zip(names, given.shape.extents, strict=True)
    ]
    return Shape(tuple(extents[:-1]), extents[-1])


def _form(row: Quantity, facts: NodeFacts) -> ClosedForm | None:
    assert row.of_layer is not None
    try:
        number = row.of_layer(facts, _TERMS)
    except TooLong:
        return None
    return None if number is None else form_of(number)


def _added(layers: Iterable[LayerForms]) -> dict[str, ClosedForm | None]:
    """Return the sums over layers; equal layers have the same quantities, which are added once."""
    totals: dict[str, ClosedForm | None] = {row.key: closed(0) for row in counted()}
    counts: dict[int, int] = {}
    quantities = {}
    for layer in layers:
        like = id(layer.quantities)
        counts[like] = counts.get(like, 0) + 1
        quantities[like] = layer.quantities
    for like, some in quantities.items():
        for key, form in some.items():
            totals[key] = _plus(totals[key], None if form is None else form * counts[like])
    return totals


def _plus(total: ClosedForm | None, form: ClosedForm | None) -> ClosedForm | None:
    try:
        return None if total is None or form is None else total + form
    except TooLong:
        return None
