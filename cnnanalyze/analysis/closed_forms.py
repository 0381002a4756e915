"""Closed forms of a network whose input has sizes that are not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.size_domain import SizeDomain, Sizes, find
from cnnanalyze.core.closed_form import ClosedForm, TooLong, closed
from cnnanalyze.core.quantities import Quantity, Terms, rows
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.symbolic_number import Assumptions, form_of
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
    totals: Mapping[str, ClosedForm | None]
    """The sums over all layers, by the key of the quantity."""
    domain: SizeDomain
    """For which sizes they hold."""
    checked: tuple[Mapping[str, int], ...] = ()
    """The sizes at which they were compared with the rules."""

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
        totals: dict[str, ClosedForm | None] = {row.key: closed(0) for row in counted()}
        for node in nodes:
            for key, form in self.by_id[node.id].quantities.items():
                totals[key] = _plus(totals[key], form)
        return totals

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

    def bear_out(self, analysis: Analysis, sizes: Mapping[str, int]) -> bool:
        """Whether an analysis of the network with these sizes has the shapes that are said."""
        if len(analysis) != len(self.layers):
            return False
        return all(
            tuple(form.evaluate(sizes) for form in layer.output) == facts.output.extents
            for layer, facts in zip(self.layers, analysis, strict=True)
        )

    def without_what_differs(self, analysis: Analysis, sizes: Mapping[str, int]) -> ClosedForms:
        """Return the closed forms that an analysis of the network with these sizes bears out.

        Where a rule computes what arithmetic on symbols cannot follow, its closed form is a number
        for one size; here it is found, and dropped.
        """
        lost: set[str] = set()
        layers = []
        for layer, facts in zip(self.layers, analysis, strict=True):
            kept = dict(layer.quantities)
            for row in counted():
                form = kept[row.key]
                assert row.of_layer is not None
                if form is not None and form.evaluate(sizes) != row.of_layer(facts, _TERMS):
                    kept[row.key] = None
                    lost.add(row.key)
            layers.append(replace(layer, quantities=kept))
        totals = {key: None if key in lost else form for key, form in self.totals.items()}
        return replace(self, layers=tuple(layers), totals=totals)

    def for_assumed_sizes(self) -> ClosedForms:
        """Return the closed forms for the assumed sizes alone."""
        sizes = tuple(Sizes(name, n, most=n) for name, n in self.assumed.items())
        return replace(self, domain=SizeDomain(sizes))


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
    """
    assumed = Assumptions(network.assumed)
    shapes = {name: _symbolic(given, assumed) for name, given in network.inputs.items()}
    placed = []
    for node in network.nodes:
        inputs = tuple(shapes[source] for source in node.inputs)
        shapes[node.id] = node.layer.shape(*inputs)
        placed.append(replace(node, input_shapes=inputs, output=shapes[node.id]))
    known: dict[object, Mapping[str, ClosedForm | None]] = {}
    layers = []
    totals: dict[str, ClosedForm | None] = {row.key: closed(0) for row in counted()}
    domain = find(assumed.sizes, assumed.conditions)
    samples = list(domain.samples(SAMPLES))
    for node, symbolic in zip(network.nodes, placed, strict=True):
        read = tuple(tuple(map(form_of, x.extents)) for x in symbolic.input_shapes)
        key = id(node.layer), node.share is None, node.frozen, read
        if key not in known:
            known[key] = _borne_out(_forms(symbolic), symbolic, samples)
        output = tuple(map(form_of, symbolic.output.extents))
        layers.append(LayerForms(node, output, known[key]))
        for name, form in known[key].items():
            totals[name] = _plus(totals[name], form)
    return ClosedForms(network, dict(assumed.sizes), tuple(layers), totals, domain)


def _forms(node: Node) -> dict[str, ClosedForm | None]:
    """Return the closed forms of a layer at its place, with symbolic shapes."""
    facts = _facts_of(node)
    return {row.key: _form(row, facts) for row in counted()}


def _facts_of(node: Node) -> NodeFacts:
    layer = node.layer
    params = () if node.share is not None else layer.params(*node.input_shapes)
    cost = layer.cost(node.output, *node.input_shapes)
    return NodeFacts(node, params, cost, None, None, aligned=True)


def _borne_out(
    forms: dict[str, ClosedForm | None], node: Node, samples: Sequence[Mapping[str, int]]
) -> dict[str, ClosedForm | None]:
    """Return the closed forms that the rules bear out; a rule may do what they cannot follow."""
    for sizes in samples:
        inputs = tuple(_sized(x, sizes) for x in node.input_shapes)
        facts = _facts_of(replace(node, input_shapes=inputs, output=_sized(node.output, sizes)))
        for row in counted():
            form = forms[row.key]
            assert row.of_layer is not None
            if form is not None and form.evaluate(sizes) != row.of_layer(facts, _TERMS):
                forms[row.key] = None
    return forms


def _sized(shape: Shape, sizes: Mapping[str, int]) -> Shape:
    extents = [form_of(n).evaluate(sizes) for n in shape.extents]
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


def _plus(total: ClosedForm | None, form: ClosedForm | None) -> ClosedForm | None:
    try:
        return None if total is None or form is None else total + form
    except TooLong:
        return None
