"""Nodes: the flat result of reading a spec, one for each layer, in the order of execution."""

from __future__ import annotations

from typing import Any, NamedTuple, NewType

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Call, Mark
from cnnanalyze.layers.base import Layer

NodeId = NewType("NodeId", str)
"""A path such as ``stage2/bottleneck1/conv3``; always what the user wrote or could write."""

INPUT = NodeId("input")
"""The id of the network's input, which is not a node."""


class Given(NamedTuple):
    """Numbers that a spec gives for a tensor of a layer: nested tuples, outermost axis first."""

    role: str
    values: tuple[Any, ...]


class Node(NamedTuple):
    """One layer at its place in the network."""

    id: NodeId
    layer: Layer
    inputs: tuple[NodeId, ...]
    input_shapes: tuple[Shape, ...]
    output: Shape
    mark: Mark
    chain: tuple[Call, ...] = ()
    frozen: bool = False
    share: NodeId | None = None
    """The node whose tensors this one uses."""
    given: tuple[Given, ...] = ()

    @property
    def kind(self) -> str:
        """The layer kind's name."""
        return self.layer.kind

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes as they were written, with defaults; all that the executor may see."""
        return {name: getattr(self.layer, name) for name in type(self.layer).model_fields}
