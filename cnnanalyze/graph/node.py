"""Nodes: the layers of a network, one for each, in the order of execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Call, Mark
from cnnanalyze.layers.base import Layer

if TYPE_CHECKING:
    from cnnanalyze.graph.given_numbers import GivenTensor

NodeId = NewType("NodeId", str)
"""A path such as ``stage2/bottleneck1/conv3``; always what the user wrote or could write."""

INPUT = NodeId("input")
"""The id of a network's input where it has only one; an input is not a node."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node came from: the place in a text where its layer is written.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> source = cnn.Source("net.tiny", "conv filters=8 kernel=33")
    >>> origin = cnn.Origin(cnn.Mark(source, 1, 1, 4), {"kernel": cnn.Mark(source, 1, 16, 9)})
    >>> b = cnn.NetworkBuilder()
    >>> try:
    ...     b.conv(b.input(31, 37, 3), filters=8, kernel=33, origin=origin)
    ... except cnn.ShapeError as error:
    ...     print(error)
    net.tiny:1:16: error: conv1: kernel extent 33 does not fit into height 31: 33 > 31
      |
    1 | conv filters=8 kernel=33
      |                ^^^^^^^^^
      help: use 'padding: same', a smaller kernel or a larger input
    """

    mark: Mark
    """The word of the step."""
    arguments: Mapping[str, Mark] = field(default_factory=dict)
    """The places of the values that are written at the step, by attribute."""
    chain: tuple[Call, ...] = ()
    """The calls of blocks that led to the step, the outermost first."""

    def place(self, attribute: str) -> Mark:
        """Return where the value of an attribute is written, or else the step."""
        return self.arguments.get(attribute, self.mark)


@dataclass(frozen=True, slots=True)
class Node:
    """One layer at its place in a network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}]}")
    >>> node = net["conv1"]
    >>> node.kind, node.inputs, str(node.output), node.origin.mark.column
    ('conv', ('input',), '7x5x5', 34)
    """

    id: NodeId
    layer: Layer
    inputs: tuple[NodeId, ...]
    """What it reads: ids of nodes, or of inputs of the network."""
    input_shapes: tuple[Shape, ...]
    output: Shape
    frozen: bool = False
    share: NodeId | None = None
    """The node whose tensors this one uses."""
    given: tuple[GivenTensor, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)
    """Where it came from; nothing if the network was made without a text."""

    @property
    def kind(self) -> str:
        """The layer kind's name."""
        return self.layer.kind

    @property
    def word(self) -> str:
        """The short word for the kind.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> [n.word for n in cnn.loads("{cnn: 1, input: 9x7x2, layers: [bn, global_avgpool]}")]
        ['bn', 'global mean pool']
        """
        return self.layer.labels.word or self.kind.replace("_", " ")

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes as they were written, with defaults; all that the executor may see."""
        return self.layer.attributes

    @property
    def mark(self) -> Mark | None:
        """The place where it is written; nothing if the network was made without a text."""
        return None if self.origin is None else self.origin.mark

    def place(self, attribute: str) -> Mark | None:
        """Return where the value of an attribute is written, or else the layer."""
        return None if self.origin is None else self.origin.place(attribute)

    @property
    def chain(self) -> tuple[Call, ...]:
        """The calls of blocks that led to it, the outermost first."""
        return () if self.origin is None else self.origin.chain
