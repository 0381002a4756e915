"""Sharing: layers that use the weights of another."""

from __future__ import annotations

from collections.abc import Mapping

from cnnanalyze.core.cost import Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.base import Layer


def owner_of(
    path: str, layer: Layer, shapes: tuple[Shape, ...], other: Node, nodes: Mapping[str, Node]
) -> NodeId | None:
    """Return the node that holds the tensors that a layer uses together with another.

    A share of a share belongs to the first; nothing comes back for layers without tensors.

    Raises
    ------
    UsageError
        If their tensors differ.
    """
    while other.share is not None:
        other = nodes[other.share]
    own, theirs = layer.params(*shapes), other.layer.params(*other.input_shapes)
    if layer.kind != other.kind or own != theirs:
        raise UsageError(
            f"{path} cannot share the weights of {other.id}: "
            f"{layer.kind} ({_said(own)}) ≠ {other.kind} ({_said(theirs)})",
            help="layers that share weights must be of one kind with tensors of one shape",
        )
    return other.id if own else None


def _said(params: tuple[Param, ...]) -> str:
    return ", ".join(f"{p.role} {'x'.join(map(str, p.shape))}" for p in params) or "no weights"
