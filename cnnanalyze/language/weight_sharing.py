"""What a node carries besides its layer: shared weights, a frozen mark, given numbers."""

from __future__ import annotations

from cnnanalyze.core.diagnostics import say
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import listed
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.node import GivenTensor, NodeId
from cnnanalyze.graph.sharing import owner_of as share
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.given_weights import read_given
from cnnanalyze.language.placed_layers import PlacedLayers
from cnnanalyze.language.scope import Scope, SpecReading
from cnnanalyze.language.step import Step
from cnnanalyze.layers.base import Layer


def owner_of(
    target: str,
    nodes: PlacedLayers,
    path: str,
    layer: Layer,
    shapes: tuple[Shape, ...],
    step: Step,
    scope: Scope,
    reading: SpecReading,
) -> NodeId | None:
    """Return the node whose tensors a layer uses, if they fit."""
    mark = step.share.mark if step.share is not None else step.mark
    reading = reading.under("SP021")
    own = layer.params(*shapes)
    if step.share is not None and not own:
        reading.fault(f"'{step.word}' has no weights to share", mark, scope)
        return None
    if step.share is not None and step.weights is not None:
        reading.fault(
            "a step that shares weights cannot be given others",
            step.weights.mark,
            scope,
            help=f"give them to '{step.share.text}', whose weights it uses",
        )
        return None
    owner = nodes.get(target)
    if owner is None:
        what = target.removesuffix("/")
        inside = [node.id for node in nodes.inside(what) if node.kind == layer.kind]
        reading.fault(
            f"{path} cannot share the weights of '{what}': that is "
            f"{'a block' if target.endswith('/') else 'no layer'}",
            mark,
            scope,
            help=(
                f"name a layer inside of it: share: {listed(inside)}"
                if inside
                else "name an earlier layer of the same kind"
            )
            if step.share is not None
            else "blocks that share weights must have the same layers",
        )
        return None
    try:
        return share(path, layer, shapes, owner, nodes)
    except UsageError as error:
        reading.fault(error.message, mark, scope, help=error.faults[0].help)
        return None


def is_frozen(step: Step, scope: Scope, reading: SpecReading) -> bool:
    """Whether training leaves the parameters of a step alone, by its own word or one around it."""
    if step.frozen is None:
        return scope.frozen
    value = reading.value(step.frozen, scope)
    if value is UNKNOWN or type(value) is bool:
        return scope.frozen or value is True
    reading.fault(
        f"'frozen' must be true or false, not {say(value)}", step.frozen.mark, scope, code="SP005"
    )
    return scope.frozen


def read_weights(
    step: Step, scope: Scope, layer: Layer, shapes: tuple[Shape, ...], reading: SpecReading
) -> tuple[GivenTensor, ...]:
    """Return the numbers that a step gives for its tensors."""
    if step.weights is None or (value := reading.value(step.weights, scope)) is UNKNOWN:
        return ()
    with reading.under("SP020").faults.caught(scope.chain):
        return read_given(value, step.weights, layer, shapes)
    return ()
