"""The ledger: the flat list of layers as it grows, each with its shape and what it carries."""

from __future__ import annotations

from math import prod

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Mark, PluginError, ShapeError
from cnnanalyze.layers.base import Layer
from cnnanalyze.spec.carried import is_frozen, owner_of, read_weights
from cnnanalyze.spec.given import LARGEST_GIVEN
from cnnanalyze.spec.making import Maker
from cnnanalyze.spec.names import Names
from cnnanalyze.spec.node import Given, Node, NodeId
from cnnanalyze.spec.scope import LOST, Reading, Scope, Wire
from cnnanalyze.spec.step import Step
from cnnanalyze.spec.tree import Mapping


class TooLarge(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised to stop the expansion where a bound was met; the fault is noted already."""


class Ledger:
    """The layers that are laid out so far."""

    def __init__(self, reading: Reading, names: Names, maker: Maker) -> None:
        self.reading = reading
        self.names = names
        self.maker = maker
        self.nodes: list[Node] = []
        self.by_id: dict[str, Node] = {}
        self.given = 0
        """How many numbers the layers were given."""

    def enter(
        self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire], path: str
    ) -> Wire:
        """Make a layer, infer its shape, append it; return its output."""
        if not self.has_inputs(cls, step, scope, wires):
            return LOST
        layer = self.maker.make(cls, step, scope, wires[0])
        if layer is None:
            return LOST
        shapes = tuple(wire.shape for wire in wires if wire.shape is not None)
        if len(shapes) < len(wires):
            return LOST
        output = self.infer(layer, shapes, step, scope, path)
        if output is None:
            return LOST
        node = Node(
            NodeId(path),
            layer,
            tuple(wire.id for wire in wires),
            shapes,
            output,
            step.mark,
            scope.chain,
            is_frozen(step, scope, self.reading),
            self.owner(layer, shapes, step, scope, path),
            () if step.weights is None else self.numbers(layer, shapes, step, scope),
        )
        self.nodes.append(node)
        self.by_id[path] = node
        return Wire(node.id, output)

    def has_inputs(self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire]) -> bool:
        """Whether a layer gets as many inputs as its kind takes."""
        least, most = cls.arity
        count = len(wires)
        if least <= count and (most is None or count <= most):
            return True
        takes = f"{least}" if most == least else f"at least {least}"
        takes = takes if count < least or most == least else f"at most {most}"
        self.reading.fault(
            f"'{step.word}' takes {takes} input{'s' if takes != '1' else ''}, but {count} "
            f"{'is' if count == 1 else 'are'} given",
            step.mark,
            scope,
            help=f"give it branches, as in '{step.word}: [[...], [...]]', or 'from: [a, b]'"
            if count < least
            else "join them first with 'add' or 'concat'",
        )
        return False

    def infer(
        self, layer: Layer, shapes: tuple[Shape, ...], step: Step, scope: Scope, path: str
    ) -> Shape | None:
        """Return the output shape of a layer, unless it refuses its input."""
        try:
            return layer.shape(*shapes)
        except ShapeError as error:
            fault = error.faults[0]
            mark = mark_of(step, error.attribute)
            self.reading.fault(f"{path}: {fault.message}", mark, scope, fault.help)
            return None
        except Exception as error:
            inputs = ", ".join(map(str, shapes))
            raise PluginError(
                f"the rule for the shape of layer kind '{layer.kind}' fails on {inputs}: "
                f"{type(error).__name__}: {error}",
                help="this is a fault of the layer kind, not of the spec",
            ) from error

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
        return owner_of(target, self.by_id, path, layer, shapes, step, scope, self.reading)

    def numbers(
        self, layer: Layer, shapes: tuple[Shape, ...], step: Step, scope: Scope
    ) -> tuple[Given, ...]:
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
