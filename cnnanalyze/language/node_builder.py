"""Building nodes: the flat list of layers as it grows, each with its shape and what it carries."""

from __future__ import annotations

from math import prod

from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping
from cnnanalyze.errors import Mark, ShapeError
from cnnanalyze.graph.given_numbers import LARGEST_GIVEN
from cnnanalyze.graph.layer_inputs import count_fault, output_of
from cnnanalyze.graph.node import GivenTensor, Node, NodeId
from cnnanalyze.language.error_recovery import (
    Layers,
    Shapes,
    agree,
    anything,
    are_told,
    cases,
    fitted,
    outputs,
    shared,
    stretched,
    two,
)
from cnnanalyze.language.layer_factory import LayerFactory
from cnnanalyze.language.names import Names
from cnnanalyze.language.placed_layers import PlacedLayers
from cnnanalyze.language.scope import LOST, Scope, SpecReading, Wire
from cnnanalyze.language.skip_connections import explain_skip
from cnnanalyze.language.step import Step
from cnnanalyze.language.weight_sharing import is_frozen, owner_of, read_weights
from cnnanalyze.language.written_step import StepOrigin
from cnnanalyze.layers.base import Layer


class TooLarge(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised to stop the expansion where a bound was met; the fault is noted already."""


class NodeBuilder:
    """The layers that are laid out so far."""

    def __init__(
        self, reading: SpecReading, names: Names, factory: LayerFactory, rank: int | None = None
    ) -> None:
        self.reading = reading
        self.names = names
        self.factory = factory
        self.rank = rank
        """How many axes the network's input has; nothing if a fault hides it."""
        self.nodes: list[Node] = []
        self.by_id = PlacedLayers()
        self.given = 0
        """How many numbers the layers were given."""
        self.refused = False
        """Whether the layer that was asked last refused its input."""
        self.is_open = False
        """Whether what it may give then is more than the shapes that it was to join."""
        self.is_doubtful = False
        """Whether any shape so far is only what it may be."""
        self.doubted: set[str] = set()
        """The paths of layers whose shapes are only what they may be."""
        self.advice = ""
        """What to do first where a layer refuses its input: the network's may be written wrong."""

    def enter(
        self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire], path: str
    ) -> Wire:
        """Make a layer, infer its shape, append it; return its output."""
        if not self.has_inputs(cls, step, scope, wires):
            self.factory.attributes(cls, step, scope)  # what else is wrong with the step
            return LOST
        layers = self.factory.make(cls, step, scope, wires[0])
        if not layers:
            return LOST
        if any(wire.shape is None for wire in wires):
            if self.rank is None:
                return LOST
            wires = [anything(wire, self.rank) for wire in wires]
            self.is_doubtful = True
        if self.is_doubtful:
            wires = fitted(wires, layers[0])
        shapes = tuple(wire.shape for wire in wires if wire.shape is not None)
        inputs = cases(wires, layers) if self.is_doubtful or len(layers) > 1 else [shapes]
        first, *others = self.infer(layers, inputs, wires, step, scope, path) or (None,)
        if first is None:
            return LOST
        layer, shapes = layers[0], inputs[0]
        if is_doubted := bool(others) or len(inputs) > 1 or self.refused:
            self.is_doubtful = True
            self.doubted.add(path)
        node = Node(
            NodeId(path),
            layer,
            tuple(wire.id for wire in wires),
            shapes,
            first,
            is_frozen(step, scope, self.reading),
            None if is_doubted else self.owner(layer, shapes, step, scope, path),
            () if is_doubted or step.weights is None else self.numbers(layer, shapes, step, scope),
            StepOrigin(step.mark, self.factory.places(cls, step), scope.chain, step.written),
        )
        self.nodes.append(node)
        self.by_id[path] = node
        is_open = self.is_open or len(layers) > 1 or any(wire.is_open for wire in wires)
        return Wire(node.id, first, others=tuple(others), is_open=is_open and bool(others))

    def has_inputs(self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire]) -> bool:
        """Whether a layer gets as many inputs as its kind takes."""
        count = len(wires)
        if not (fault := count_fault(cls, step.word, count)):
            return True
        if isinstance(step.arguments, Mapping) and step.arguments.get("from") is not None:
            return False  # told with the attributes: the sources stand in the wrong place
        self.reading.fault(
            fault,
            step.mark,
            scope,
            help=f"give it branches, as in '{step.word}: [[...], [...]]', or 'from: [a, b]'"
            if count < cls.arity[0]
            else "join them first with 'add' or 'concat'",
            code="GR011",
        )
        return False

    def infer(
        self,
        layers: Layers,
        inputs: list[Shapes],
        wires: list[Wire],
        step: Step,
        scope: Scope,
        path: str,
    ) -> Shapes:
        """Return the output shape of a layer; if it refuses its input, what it may be."""
        found: list[Shape] = []
        errors: list[ShapeError] = []
        for i, shapes in enumerate(inputs):
            layer = layers[min(i, len(layers) - 1)]
            try:
                found.append(output_of(layer, shapes, "spec"))
            except ShapeError as error:
                errors.append(error)
                may_be = outputs(layer, shapes, error)
                # Of two cases each goes on with its own, so that what belongs together stays so.
                found += may_be if len(inputs) == 1 else may_be[-1:] if i else may_be[:1]
        self.refused = bool(errors)
        is_sure = len(errors) == len(inputs) and agree(errors, wires)
        if is_sure and len(layers) == 1:  # else a fault of this very layer is noted already
            sources = [wire.id for wire in wires]
            told = [
                explain_skip(error.faults[0], shapes, sources, self.by_id)
                for error, shapes in zip(errors, inputs, strict=True)
            ]
            fault = told[0] if len(told) == 1 else shared(*told)
            mark = mark_of(step, errors[0].attribute)
            advice = fault.help
            if self.advice:  # a window that does not fit is made to fit by the right input alone
                rest = f"; else {fault.help}" if fault.help and fault.code != "SH002" else ""
                advice = f"{self.advice}{rest}"
            self.reading.fault(f"{path}: {fault.message}", mark, scope, advice, fault.code)
        # Where one of two cases leads nowhere, the other is no certainty.
        is_told = len(found) >= len(inputs)
        self.is_open = not is_told or (self.refused and not are_told(inputs, errors))
        return two(found) if is_told else stretched(two(found))

    def owner(
        self, layer: Layer, shapes: tuple[Shape, ...], step: Step, scope: Scope, path: str
    ) -> NodeId | None:
        """Return the node whose tensors a layer uses."""
        if step.share is not None:
            other = self.names.look_up(step.share, scope)
            if other is LOST:
                return None
            target = other.path or other.id
        elif scope.share is not None:
            own, theirs = scope.share
            target = theirs + path.removeprefix(own)
            if self.names.placed.get(target) is LOST:
                return None
        else:
            return None
        if target in self.doubted:
            return None
        return owner_of(target, self.by_id, path, layer, shapes, step, scope, self.reading)

    def numbers(
        self, layer: Layer, shapes: tuple[Shape, ...], step: Step, scope: Scope
    ) -> tuple[GivenTensor, ...]:
        """Return the numbers that a step gives for its tensors."""
        given = read_weights(step, scope, layer, shapes, self.reading)
        sizes = {param.role: prod(param.shape) for param in layer.params(*shapes)}
        self.given += sum(sizes[g.role] for g in given)
        if self.given > LARGEST_GIVEN:
            assert step.weights is not None
            self.reading.fault(
                f"the given weights add up to more than {LARGEST_GIVEN:,} numbers, the bound",
                step.weights.mark,
                scope,
                code="SP012",
            )
            raise TooLarge
        return given


def mark_of(step: Step, attribute: str) -> Mark:
    """Return the place of an attribute's value if it is written, or else of the operation."""
    if attribute and isinstance(step.arguments, Mapping):
        value = step.arguments.get(attribute)
        if value is not None:
            return value.mark
    return step.mark
