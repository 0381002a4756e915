"""What a node carries besides its layer: shared weights, a frozen mark, given numbers."""

from __future__ import annotations

from cnnanalyze.core.cost import Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import Layer
from cnnanalyze.spec.expression import UNKNOWN
from cnnanalyze.spec.given import read_given
from cnnanalyze.spec.node import Given, Node, NodeId
from cnnanalyze.spec.scope import Reading, Scope
from cnnanalyze.spec.step import Step
from cnnanalyze.spec.values import evaluate


def owner_of(
    target: str,
    nodes: dict[str, Node],
    path: str,
    layer: Layer,
    shapes: tuple[Shape, ...],
    step: Step,
    scope: Scope,
    reading: Reading,
) -> NodeId | None:
    """Return the node whose tensors a layer uses, if they fit."""
    mark = step.share.mark if step.share is not None else step.mark
    owner = nodes.get(target)
    if owner is None:
        reading.fault(f"there is no layer '{target}' to share weights with", mark, scope)
        return None
    while owner.share is not None:
        owner = nodes[owner.share]
    own, other = layer.params(*shapes), owner.layer.params(*owner.input_shapes)
    if layer.kind != owner.kind or own != other:
        reading.fault(
            f"{path} cannot share the weights of {owner.id}: {_said(own)} ≠ {_said(other)}",
            mark,
            scope,
            help="layers that share weights must be of one kind with tensors of one shape",
        )
        return None
    return owner.id if own else None


def _said(params: tuple[Param, ...]) -> str:
    return ", ".join(f"{p.role} {'x'.join(map(str, p.shape))}" for p in params) or "none"


def is_frozen(step: Step, scope: Scope, reading: Reading) -> bool:
    """Whether a step says that training leaves its parameters alone."""
    if step.frozen is None:
        return scope.frozen
    value = reading.value(step.frozen, scope)
    if value is UNKNOWN or type(value) is bool:
        return scope.frozen or value is True
    reading.fault(f"'frozen' must be true or false, not {say(value)}", step.frozen.mark, scope)
    return scope.frozen


def given_numbers(
    step: Step, scope: Scope, layer: Layer, shapes: tuple[Shape, ...], reading: Reading
) -> tuple[Given, ...]:
    """Return the numbers that a step gives for its tensors."""
    if step.weights is None:
        return ()
    with reading.faults.caught(scope.chain):
        value = evaluate(step.weights, scope.variables)
        return read_given(value, step.weights.mark, layer, shapes)
    return ()
