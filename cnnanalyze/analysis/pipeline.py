"""The pipeline: one walk over the network that asks the rules everything."""

from __future__ import annotations

from cnnanalyze.analysis.memory import measure
from cnnanalyze.analysis.receptive_field import NOT_ASKED, OUT_OF_BOUNDS, Maps, look, start
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.periodic_field import STRETCHES, TooFine
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.base import Fit, Layer

Answers = tuple[tuple[Param, ...], Cost | None, Maps, tuple[Fit, ...]]


class Rules:
    """Asks the rules of layers, each question once for equal layers with equal inputs."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[Shape, ...]], Answers] = {}
        self._held: list[Layer] = []  # keeps the ids in the keys alive

    def ask(self, node: Node) -> Answers:
        """Return parameters, cost, index maps and fit of a node's layer."""
        layer, shapes = node.layer, node.input_shapes
        key = (id(layer), shapes)
        answers = self._known.get(key)
        if answers is None:
            answers = (
                layer.params(*shapes),
                layer.cost(node.output, *shapes),
                layer.reach(*shapes),
                layer.fit(*shapes),
            )
            self._known[key] = answers
            self._held.append(layer)
        return answers


def analyze(network: Network, *, fields: bool = True) -> Analysis:
    """What do the rules say of this network?

    Without ``fields`` nobody asks what the layers see, which takes half of the time.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}]}")
    >>> result = analyze(net)
    >>> result.total.parameters, result.total.operations("mac"), result["conv1"].activations
    (456, 352800, 4704)
    """
    with STRETCHES.counted():
        return _analyze(network, fields=fields)


def _analyze(network: Network, *, fields: bool) -> Analysis:
    rules = Rules()
    walks = {name: {name: start(given.shape)} for name, given in network.inputs.items()}
    facts: dict[str, NodeFacts] = {}
    notes: list[str] = []
    outputs = frozenset(network.outputs)
    memory = measure(network)
    for node, live in zip(network.nodes, memory.live, strict=True):
        params, cost, maps, fit = rules.ask(node)
        views = {}
        for name, seen in walks.items():
            if len(walks) > 1 and not any(source in seen for source in node.inputs):
                continue  # it sees nothing of this input
            view = NOT_ASKED
            if fields:
                try:
                    view = look(node, maps, seen)
                except TooFine as error:
                    view = OUT_OF_BOUNDS
                    notes.append(f"{node.id}: {error.message}")
            seen[node.id] = views[name] = view
        # What is seen of several inputs is not one field, and stands for each of them alone.
        view = next(iter(views.values())) if len(views) == 1 else NOT_ASKED
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
        )
    return Analysis(network, facts, memory, tuple(notes))


def index_maps(network: Network) -> dict[str, Maps]:
    """Return the index maps of every node, for tracing fields unit by unit."""
    return {node.id: node.layer.reach(*node.input_shapes) for node in network.nodes}
