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

    A share of a share belongs to the first; nothing comes back for layers without tensors. Layers
    of one kind share what is alike, and any two layers a single tensor, if it is that of the other
    transposed: an embedding and the dense layer that makes words of its rows, a convolution and
    the transposed one that leads back.

    Raises
    ------
    UsageError
        If their tensors differ.
    """
    while other.share is not None:
        other = nodes[other.share]
    own, theirs = layer.params(*shapes), other.layer.params(*other.input_shapes)
    is_same = layer.kind == other.kind and own == theirs
    if not is_same and not _is_transposed(own, theirs):
        raise UsageError(
            f"{path} cannot share the weights of {other.id}: "
            f"{layer.kind} ({_said(own)}) ≠ {other.kind} ({_said(theirs)})",
            help="layers that share weights must be of one kind with tensors of one shape, "
            "or hold one tensor each (bias: false), of which one is the other transposed",
        )
    return other.id if own else None


def _is_transposed(own: tuple[Param, ...], theirs: tuple[Param, ...]) -> bool:
    """Whether each holds one tensor, and one leads back where the other comes from.

    The last two axes are what is read and what is made; before them stand the taps, which of a
    window of one position say nothing.
    """
    if len(own) != 1 or len(theirs) != 1:
        return False
    *taps, read, made = _without_ones(own[0].shape)
    return [*taps, made, read] == _without_ones(theirs[0].shape)


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    """Return the extents of a matrix, and before them those of the taps, unless all are one."""
    taps = list(shape[:-2])
    return [*(taps if any(n > 1 for n in taps) else ()), *(1, 1, *shape)[-2:]]


def _said(params: tuple[Param, ...]) -> str:
    return ", ".join(f"{p.role} {'x'.join(map(str, p.shape))}" for p in params) or "no weights"
