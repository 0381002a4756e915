"""Operations: the layers that a runtime computes in one go, and the tensors between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnanalyze.core.shape import Shape
from cnnanalyze.deployment.target import Target
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.traits import Trait


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a runtime's kernel: a layer, and what is fused into it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.deployment.target import find_target
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}, relu]}")
    >>> (one,) = operations_of(net, find_target("tflm-reference"))
    >>> one.name, one.id, one.inputs, str(one.output)
    ('conv1', 'relu1', ('input',), '7x5x5')
    """

    nodes: tuple[Node, ...]
    """What it computes, in order; the first gives it its name."""
    inputs: tuple[NodeId, ...]
    """The tensors that it reads, each once: inputs of the network, and outputs of operations."""

    @property
    def name(self) -> NodeId:
        """The layer that it is called by."""
        return self.nodes[0].id

    @property
    def id(self) -> NodeId:
        """The layer whose output it writes: its tensor."""
        return self.nodes[-1].id

    @property
    def output(self) -> Shape:
        """The shape of what it writes."""
        return self.nodes[-1].output


def operations_of(network: Network, target: Target) -> tuple[Operation, ...]:
    """Return the operations of a folded network on a target, in the order in which they run."""
    fused = _Fusion(network, target)
    for node in network:
        fused.add(node)
    return fused.finish()


_SUMS = frozenset({Trait.CONVOLUTION, Trait.TRANSPOSED_CONVOLUTION, Trait.DENSE})
"""Weighted sums, whose accumulators an addition can go on with."""
_TAKING = _SUMS | {Trait.SUM, Trait.POOLING, Trait.BATCH_STATISTICS}
"""What an activation can be fused into."""


class _Fusion:
    """Operations that are being put together."""

    def __init__(self, network: Network, target: Target) -> None:
        self.network = network
        self.target = target
        self.groups: dict[NodeId, tuple[Node, ...]] = {}
        """The nodes of each operation so far, by its last."""

    def add(self, node: Node) -> None:
        """Fuse a layer into what it reads, or begin an operation."""
        source = next((s for s in dict.fromkeys(node.inputs) if self._is_fused(node, s)), None)
        before = () if source is None else self.groups.pop(source)
        self.groups[node.id] = (*before, node)

    def _is_fused(self, node: Node, source: NodeId) -> bool:
        """Whether a layer runs in the operation that gives what it reads."""
        group = self.groups.get(source)
        if group is None or source in self.network.outputs:
            return False
        if len(self.network.consumers[source]) > 1 or not group[0].layer.is_any(_TAKING):
            return False
        if node.kind in self.target.fuses:
            return not any(one.kind in self.target.fuses for one in group)
        is_sum = Trait.SUM in node.layer.traits and node.inputs.count(source) == 1
        return (
            is_sum
            and self.target.fuses_add
            and len(group) == 1
            and group[0].layer.is_any(_SUMS)
            and group[0].output == node.output
        )

    def finish(self) -> tuple[Operation, ...]:
        """Return the operations."""
        return tuple(Operation(nodes, _read(nodes)) for nodes in self.groups.values())


def _read(nodes: Sequence[Node]) -> tuple[NodeId, ...]:
    inside = {node.id for node in nodes}
    read = (source for node in nodes for source in node.inputs)
    return tuple(dict.fromkeys(source for source in read if source not in inside))
