"""Sharing: layers that use the weights of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnanalyze.core.cost import Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import listed
from cnnanalyze.errors import Fault, UsageError
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


def weightless(word: str) -> Fault:
    """Return the fault of a layer that is to share weights and has none."""
    return Fault(f"'{word}' has no weights to share", code="SP021")


def given_others(owner: str) -> Fault:
    """Return the fault of a layer that shares weights and is given some, too."""
    return Fault(
        "a layer that shares weights cannot be given others",
        help=f"give them to {owner}, whose weights it uses",
        code="SP021",
    )


def not_a_layer(
    path: str, owner: str, what: str = "no layer", *, hint: str = "", inside: Sequence[str] = ()
) -> Fault:
    """Return the fault of a layer that is to use the weights of something else.

    Parameters
    ----------
    path
        The layer.
    owner, what
        What is named instead of a layer, as messages quote it, and what that is.
    hint
        What may be meant: the end of the message.
    inside
        The layers in it that may be meant.
    """
    return Fault(
        f"{path} cannot share the weights of {owner}: that is {what}{hint}",
        help=f"name a layer inside of it: share: {listed(inside)}"
        if inside
        else "name an earlier layer of the same kind",
        code="SP021",
    )


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
