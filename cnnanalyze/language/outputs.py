"""Outputs: which steps of a network are what it gives."""

from __future__ import annotations

from cnnanalyze.core.diagnostics import said
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.language.names import Names
from cnnanalyze.language.scope import LOST, Scope, Wire


def read_outputs(
    tree: Tree | None, layers: Sequence, scope: Scope, last: Wire, names: Names
) -> tuple[NodeId, ...]:
    """Return the ids of the network's outputs: the named ones, or the last step."""
    if tree is None:
        if (
            last.id == INPUT
            and last is not LOST
            and any(w is not LOST for w in names.placed.values())
        ):
            names.reading.fault(
                "the last step passes the input on, so that no layer has any effect",
                layers.items[-1].mark,
                scope,
                help="name the outputs, as in 'outputs: [fc]'",
                code="GR004",
            )
        return (last.id,)
    items = tree.items if isinstance(tree, Sequence) else (tree,)
    if not items or not all(isinstance(i, Scalar) and isinstance(i.value, str) for i in items):
        names.reading.fault(
            f"'outputs' must be a list of names of steps, not {said(tree)}",
            tree.mark,
            scope,
            help="outputs: [fc]",
            code="SP014",
        )
        return (last.id,)
    found = []
    for item in items:
        assert isinstance(item, Scalar)
        wire = names.look_up(item, scope)
        if wire.id == INPUT and wire is not LOST:
            names.reading.fault("the input cannot be an output", item.mark, scope, code="GR004")
        found.append(wire.id)
    return tuple(dict.fromkeys(found))
