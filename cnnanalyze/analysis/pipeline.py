"""The pipeline: one walk over the network that asks the rules everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from cnnanalyze.analysis.memory import measure
from cnnanalyze.analysis.receptive_field import NOT_ASKED, OUT_OF_BOUNDS, Maps, Seen, look, start
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.core.periodic_field import STRETCHES, TooFine
from cnnanalyze.core.shape import Shape
from cnnanalyze.deployment.layer_needs import LayerNeeds
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.base import Fit, Layer
from cnnanalyze.layers.traits import Trait

Answers = tuple[tuple[Param, ...], Cost | None, Maps, tuple[Fit, ...]]
Answer = TypeVar("Answer")


class Rules(Generic[Answer]):
    """Asks the rules of layers a question, once for equal layers with equal inputs."""

    def __init__(self, question: Callable[[Node], Answer]) -> None:
        self._question = question
        self._known: dict[tuple[int, tuple[Shape, ...]], Answer] = {}
        self._held: list[Layer] = []  # keeps the ids in the keys alive

    def ask(self, node: Node) -> Answer:
        """Return what the rules of a node's layer say: the same value for equal ones."""
        key = (id(node.layer), node.input_shapes)
        if key not in self._known:
            self._known[key] = self._question(node)
            self._held.append(node.layer)
        return self._known[key]


def _everything(node: Node, *, fields: bool) -> Answers:
    """Return parameters, cost, index maps and fit of a node's layer."""
    layer, shapes = node.layer, node.input_shapes
    return (
        layer.params(*shapes),
        layer.cost(node.output, *shapes),
        layer.reach(*shapes),
        layer.fit(*shapes) if fields else (),
    )


class _Walk:
    """What nodes see of one input; equal layers behind what sees the same are looked at once."""

    def __init__(self, name: NodeId, shape: Shape) -> None:
        self._seen = {name: start(shape)}
        self._known: dict[tuple[int, ...], Seen] = {}

    def reaches(self, node: Node) -> bool:
        """Whether a node depends on the input."""
        return any(source in self._seen for source in node.inputs)

    def look(self, node: Node, answers: Answers) -> Seen:
        """Return what a node sees, which raises where that is out of bounds."""
        seen = self._seen
        key = (id(answers), *[id(seen.get(source)) for source in node.inputs])
        view = self._known.get(key)
        if view is None:
            view = self._known[key] = look(node, answers[2], seen)
        return view

    def enter(self, node: Node, view: Seen) -> None:
        """Note what a node sees."""
        self._seen[node.id] = view


def analyze(network: Network, *, fields: bool = True) -> Analysis:
    """What do the rules say of this network?

    Without ``fields`` nobody asks what the layers see and how windows fit, which takes half of the
    time.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}]}")
    >>> result = analyze(net)
    >>> result.total.parameters, result.total.operations("mac"), result["conv1"].activations
    (456, 352800, 4704)
    """
    with STRETCHES.counted(), without_collection():
        return _analyze(network, fields=fields)


def _analyze(network: Network, *, fields: bool) -> Analysis:
    rules = Rules(partial(_everything, fields=fields))
    walks = {name: _Walk(name, given.shape) for name, given in network.inputs.items()}
    facts: dict[str, NodeFacts] = {}
    notes: list[str] = []
    outputs = frozenset(network.outputs)
    memory = measure(network)
    needs = LayerNeeds(network)
    for node, live in zip(network.nodes, memory.live, strict=True):
        params, cost, maps, fit = answers = rules.ask(node)
        views = {}
        for name, walk in walks.items():
            if len(walks) > 1 and not walk.reaches(node):
                continue  # it sees nothing of this input
            view = NOT_ASKED
            if fields:
                try:
                    view = walk.look(node, answers)
                except TooFine as error:
                    view = OUT_OF_BOUNDS
                    notes.append(f"{node.id}: {error.message}")
            walk.enter(node, view)
            views[name] = view
        # What is seen of several inputs is not one field, and stands for each of them alone.
        view = next(iter(views.values())) if len(views) == 1 else NOT_ASKED
        if Trait.OPAQUE in node.layer.traits:
            notes.append(f"{node.id}: counted as declared, since it is not written out")
        if cost is None:
            notes.append(f"{node.id}: the operations of '{node.kind}' cannot be counted")
        if maps is None:
            notes.append(f"{node.id}: '{node.kind}' cannot tell what it reads")
        facts[node.id] = NodeFacts(
            node,
            () if node.share is not None else params,
            cost,
            view.fields,
            view.narrow,
            view.aligned,
            fit,
            node.id in outputs,
            view.order,
            live,
            tuple(views.items()) if len(walks) > 1 else (),
            needs,
        )
    return Analysis(network, facts, memory, tuple(notes))


def index_maps(network: Network) -> dict[str, Maps]:
    """Return the index maps of every node, for tracing fields unit by unit."""
    rules = Rules(lambda node: node.layer.reach(*node.input_shapes))
    return {node.id: rules.ask(node) for node in network.nodes}
