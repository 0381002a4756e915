"""Results: what the rules say of every layer and of the whole network; frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from cnnanalyze.analysis.alpha import discounted
from cnnanalyze.analysis.memory import Memory
from cnnanalyze.analysis.receptive_field import Seen
from cnnanalyze.analysis.terms import count, hold
from cnnanalyze.core.conventions import Convention
from cnnanalyze.core.conventions import convention as weigh
from cnnanalyze.core.conventions.formula import NOTHING
from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.core.shape import Shape
from cnnanalyze.deployment.layer_needs import LayerNeeds
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.graph.queries import ancestors
from cnnanalyze.layers.base import Fit


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Everything that the rules say of one layer at its place.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> facts = cnn.analyze("zoo:lenet5_common")["conv1"]
    >>> facts.parameters, facts.operations("mac"), str(facts.output)
    (156, 117600, '28x28x6')
    """

    node: Node
    """The layer, with its shapes and what it reads."""
    params: tuple[Param, ...]
    """The tensors that the layer holds; none if it shares another's."""
    cost: Cost | None
    """Elementary operations for one image; nothing if they cannot be counted."""
    fields: tuple[PeriodicField, ...] | None
    """The receptive field along each axis of the input that the layer sees; nothing if it cannot be
    told, or if it sees several inputs of the network: see ``sees``."""
    narrow: tuple[PeriodicField, ...] | None
    """The same along the path with the smallest field."""
    aligned: bool
    """Whether all paths to here are aligned (Araujo, Norris, Sim 2019)."""
    fit: tuple[Fit, ...] = ()
    """How the windows fit along each axis of the input."""
    closes: bool = False
    """Whether the layer's output is one of the network's."""
    order: tuple[int, ...] = ()
    """For each axis of the output, the axis of the network's input that lies along it."""
    live: int = 0
    """Activations alive while the layer runs."""
    sees: tuple[tuple[NodeId, Seen], ...] = ()
    """In a network with several inputs: what the layer sees of each input that it depends on."""
    needs: LayerNeeds | None = field(default=None, compare=False, repr=False)
    """What the layers of its network need where they run."""

    @property
    def flash(self) -> int | None:
        """Bytes of weights and biases in int8, batch norm folded.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> cnn.analyze("zoo:lenet5_common")["conv1"].flash
        174
        """
        return None if self.needs is None else self.needs.flash(self.node.id)

    @property
    def arena(self) -> int | None:
        """How far the tensors of int8 reach in one planned buffer while the layer runs."""
        return None if self.needs is None else self.needs.arena(self.node.id)

    @property
    def likeness(self) -> tuple[object, ...]:
        """Equal for layers of one analysis of which everything is equal but where they stand.

        What is worked out of a layer, its id, its inputs and its place apart, need be worked out
        once for all of the same likeness.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{relu: , repeat: 2}, tanh]}")
        >>> one, two, three = cnn.analyze(net)
        >>> one.likeness == two.likeness, two.likeness == three.likeness
        (True, False)
        """
        node = self.node
        return (
            id(node.layer),
            id(self.params),
            id(self.cost),
            id(self.fields),
            id(self.narrow),
            id(node.given),
            node.input_shapes,
            node.frozen,
            node.share,
            self.aligned,
            self.closes,
            self.order,
            *(part for name, seen in self.sees for part in (name, id(seen))),
        )

    @property
    def tensors(self) -> tuple[Param, ...]:
        """The tensors that the layer computes with: its own, or those that it shares.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads("{cnn: 1, input: 5, layers: [dense: 5, {dense: 5, share: dense1}]}")
        >>> [len(facts.params) for facts in cnn.analyze(net)]
        [2, 0]
        >>> [len(facts.tensors) for facts in cnn.analyze(net)]
        [2, 2]
        """
        node = self.node
        return self.params if node.share is None else node.layer.params(*node.input_shapes)

    @property
    def output(self) -> Shape:
        """The output shape."""
        return self.node.output

    @property
    def activations(self) -> int:
        """The number of output activations of one image."""
        return self.node.output.count

    @property
    def parameters(self) -> int:
        """Parameters as frameworks print them: frozen included, statistics and constants not."""
        return sum(p.size for p in self.params if p.trainable)

    @property
    def trainable(self) -> int:
        """The number of parameters that training changes."""
        return 0 if self.node.frozen else self.parameters

    @property
    def weights(self) -> int:
        """Learnable numbers that are no biases, as the lectures' tables split them."""
        return sum(p.size for p in self.params if p.trainable and not p.is_bias)

    @property
    def biases(self) -> int:
        """The number of biases."""
        return sum(p.size for p in self.params if p.trainable and p.is_bias)

    @property
    def statistics(self) -> int:
        """Numbers that are kept and never learned: statistics, constants."""
        return sum(p.size for p in self.params if not p.trainable)

    @property
    def stored(self) -> int:
        """All numbers that the layer holds."""
        return sum(p.size for p in self.params)

    @property
    def weighted_layers(self) -> int:
        """How many kernels are applied one after the other: a separable convolution has two.

        Normalisations, learned slopes and scales hold numbers, but nobody counts them as depth.
        """
        return sum(p.role.endswith("kernel") for p in self.tensors)

    @property
    def discounted_macs(self) -> float:
        """Multiply-accumulates, discounted on large maps; none where they cannot be counted."""
        return 0.0 if self.cost is None else discounted(self.node, self.cost)

    @property
    def field_size(self) -> tuple[int, ...] | None:
        """The receptive field along each axis of the network's input."""
        return None if self.fields is None else tuple(f.local.size for f in self.fields)

    @property
    def field_extent(self) -> int | None:
        """The largest receptive field along any axis of any input that the layer sees."""
        seen = [one.fields for _, one in self.sees] or [self.fields]
        return max((f.local.size for fields in seen for f in fields or ()), default=None)

    @property
    def field_stride(self) -> tuple[int | Fraction, ...] | None:
        """The effective stride along each axis of the network's input."""
        return None if self.fields is None else tuple(f.local.rate for f in self.fields)

    @property
    def field_padding(self) -> tuple[int | None, ...] | None:
        """The effective padding along each axis of the input; nothing where unit 0 sees nothing."""
        if self.fields is None:
            return None
        seen = [f.local.at(0) for f in self.fields]
        return tuple(None if one is None else -one[0] for one in seen)

    def operations(self, convention: str = "mac") -> int | None:
        """Return the operations under a convention; nothing if they cannot be counted."""
        row = weigh(convention)
        number = count(self, row)
        return number // 2 if row.halves and number is not None else number

    def counted_parameters(self, convention: str = "mac") -> int:
        """Return the parameters that a convention counts."""
        return hold(self, weigh(convention))


@dataclass(frozen=True, repr=False)
class Analysis:
    """What the rules say of a network: facts by node, and what follows for the whole.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> analysis = cnn.analyze("zoo:lenet5_common").analysis
    >>> analysis, analysis.total_below("conv1").parameters
    (<Analysis of LeNet-5 (common variant): 12 layers, complete>, 156)
    """

    network: Network
    """The network."""
    facts: dict[str, NodeFacts] = field(hash=False)
    """What is said of each layer, by its id."""
    memory: Memory
    """The activations in memory, layer by layer."""
    notes: tuple[str, ...] = field(default=())
    """What could not be counted, layer by layer; empty if the result is complete."""

    @property
    def status(self) -> str:
        """``complete``, or ``partial`` if something could not be counted."""
        return "partial" if self.notes else "complete"

    def notes_under(self, convention: str) -> tuple[str, ...]:
        """Return what could not be counted, by a convention's own rules among it.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [selu]}")
        >>> cnn.analyze(net).analysis.notes_under("onnx-tool")
        ("the convention onnx-tool does not say what 'selu' counts",)
        """
        counted = {f.node.kind for f in self if f.cost is not None}
        return self.notes + tuple(
            f"the convention {convention} does not say what '{kind}' counts"
            for kind in self.total.uncounted(convention)
            if kind in counted
        )

    def __getitem__(self, layer: str | int) -> NodeFacts:
        return self.facts[self.network[layer].id]

    def __contains__(self, layer: object) -> bool:
        return layer in self.network or any(layer is facts for facts in self)

    def __iter__(self) -> Iterator[NodeFacts]:
        return iter(self.facts.values())

    def __len__(self) -> int:
        return len(self.facts)

    def __repr__(self) -> str:
        layers = f"{len(self)} layer{'s' * (len(self) != 1)}"
        return f"<Analysis of {self.network.name}: {layers}, {self.status}>"

    def group(self, path: str) -> tuple[NodeFacts, ...]:
        """Return the facts of a block, of a stage or of one layer."""
        return tuple(self.facts[n.id] for n in self.network.group(path))

    @cached_property
    def total(self) -> Total:
        """The sums over all layers."""
        return total_of(tuple(self.facts.values()))

    def total_below(self, path: str) -> Total:
        """Return the sums over a block, a stage or one layer."""
        found = self._totals.get((path, False))
        if found is None:
            found = self._totals[path, False] = total_of(self.group(path))
        return found

    def total_before(self, path: str) -> Total:
        """Return the sums over all layers that the last one of a path depends on, and over it."""
        found = self._totals.get((path, True))
        if found is None:
            last = self.group(path)[-1].node.id
            before = ancestors(self.network.producers, [last])
            found = total_of(tuple(self.facts[id_] for id_ in before))
            self._totals[path, True] = found
        return found

    @cached_property
    def _totals(self) -> dict[tuple[str, bool], Total]:
        """What was summed up already."""
        return {}


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over layers: of a network, a stage, a block.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> total = cnn.analyze("zoo:lenet5_common").total
    >>> total.parameters, total.weights + total.biases, total.operations("mac")
    (61706, 61706, 416520)
    """

    parameters: int
    """Learnable parameters: what frameworks print, frozen ones included, statistics not."""
    trainable: int
    """Of these, the ones that training changes."""
    non_trainable: int
    """Frozen parameters, batch-normalisation statistics, constants."""
    weights: int
    """Learnable parameters that are no biases."""
    biases: int
    """Learnable parameters that are biases."""
    activations: int
    """Outputs of all layers, for one image."""
    cost: Cost
    """Elementary operations for one image."""
    by_kind: dict[str, Cost] = field(hash=False)
    """The costs by layer kind, since conventions weigh kinds differently."""
    complete: bool
    """Whether the operations of every layer can be counted."""
    facts: tuple[NodeFacts, ...] = field(default=(), compare=False, repr=False)
    """The layers, for conventions that count more than elementary operations."""
    _counted: dict[tuple[str, Convention], int] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was counted already under conventions: operations before halving, and parameters."""
    _depth: list[int] = field(default_factory=list, compare=False, repr=False)
    _uncounted: dict[Convention, tuple[str, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _distinct: dict[object, tuple[NodeFacts, int]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def stored(self) -> int:
        """All numbers that a file of the network would hold."""
        return self.trainable + self.non_trainable

    def uncounted(self, convention: str = "mac") -> tuple[str, ...]:
        """Return the kinds of layers of which a convention cannot say what they count.

        If there are any, the number of operations is a lower bound.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads(
        ...     "{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}, selu]}"
        ... )
        >>> total = cnn.analyze(net).total
        >>> total.uncounted("mac"), total.uncounted("onnx-tool")
        ((), ('selu',))
        """
        row = weigh(convention)
        if row.is_elementary and self.complete:
            return ()
        if row not in self._uncounted:
            found = dict.fromkeys(f.node.kind for f, _ in self.distinct() if count(f, row) is None)
            self._uncounted[row] = tuple(found)
        return self._uncounted[row]

    @property
    def statistics(self) -> int:
        """Numbers that are kept and never learned."""
        return self.stored - self.parameters

    @property
    def live(self) -> int:
        """The most activations that are alive while one of the layers runs."""
        return max((f.live for f in self.facts), default=0)

    @property
    def depth(self) -> int:
        """How many layers with weights lie on the longest path.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> cnn.analyze("zoo:vgg16").total.depth
        16
        """
        if not self._depth:
            longest: dict[str, int] = {}
            for f in self.facts:
                before = max([longest.get(i, 0) for i in f.node.inputs], default=0)
                longest[f.node.id] = before + f.weighted_layers
            self._depth.append(max(longest.values(), default=0))
        return self._depth[0]

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return len(self.facts)

    def operations(self, convention: str = "mac") -> int:
        """Return the number of operations under a convention; of what it counts, if not of all."""
        number = self.counts(convention)
        return number // 2 if weigh(convention).halves else number

    def counts(self, convention: str = "mac") -> int:
        """Return what a convention adds up, which some halve in the end for multiply-accumulates.

        It adds up over parts of a network, as half of an odd number would not.
        """
        row = weigh(convention)
        if not row.is_elementary:
            return self._once("operations", row, lambda f: count(f, row) or 0)
        return sum(
            factor * int(getattr(cost, term))
            for kind, cost in self.by_kind.items()
            for factor, term in (row.formula(kind) or NOTHING).terms
        )

    def counted_parameters(self, convention: str = "mac") -> int:
        """Return the number of parameters that a convention counts."""
        row = weigh(convention)
        if row.parameters == "learned":  # as most count, and it is known already
            return self.parameters
        return self._once("parameters", row, lambda f: hold(f, row) if f.params else 0)

    def _once(self, what: str, row: Convention, measure: Callable[[NodeFacts], int]) -> int:
        """Add up over all layers, unless that was done before."""
        found = self._counted.get((what, row))
        if found is None:
            found = sum(n * measure(f) for f, n in self.distinct())
            self._counted[what, row] = found
        return found

    def distinct(self) -> Iterable[tuple[NodeFacts, int]]:
        """Return one layer for all that are counted alike, with their number.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{relu: , repeat: 7}, tanh]}")
        >>> [(facts.node.id, n) for facts, n in cnn.analyze(net).total.distinct()]
        [('relu1', 7), ('tanh1', 1)]
        """
        if not self._distinct:
            for f in self.facts:
                node = f.node
                where = (node.input_shapes, f.closes, node.frozen, node.share is None)
                key = (id(node.layer), id(f.params), id(f.cost), where)
                first, n = self._distinct.get(key, (f, 0))
                self._distinct[key] = first, n + 1
        return self._distinct.values()


def total_of(facts: tuple[NodeFacts, ...]) -> Total:
    """Return the sums over some layers."""
    by_kind: dict[str, list[int]] = {}
    complete = True
    parameters = trainable = stored = weights = biases = activations = 0
    for f in facts:
        activations += f.node.output.count
        if f.params:
            learned = f.parameters
            parameters += learned
            trainable += 0 if f.node.frozen else learned
            stored += f.stored
            biases += (own := f.biases)
            weights += learned - own
        if f.cost is None:
            complete = False
        else:
            sums = by_kind.get(f.node.kind)
            if sums is None:
                by_kind[f.node.kind] = list(f.cost.counts)
            else:
                for i, n in enumerate(f.cost.counts):
                    sums[i] += n
    costs = {kind: Cost(*sums) for kind, sums in by_kind.items()}
    return Total(
        parameters=parameters,
        trainable=trainable,
        non_trainable=stored - trainable,
        weights=weights,
        biases=biases,
        activations=activations,
        cost=sum(costs.values(), Cost()),
        by_kind=costs,
        complete=complete,
        facts=facts,
    )
