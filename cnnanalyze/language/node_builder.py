"""Building nodes: the flat list of layers as it grows, each with its shape and what it carries.

A step becomes a layer of its kind, with defaults, shared weights and given numbers.
"""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import replace
from itertools import islice
from math import prod
from typing import TYPE_CHECKING

from cnnanalyze.core.diagnostics import show_tree
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Mark, ShapeError, UsageError
from cnnanalyze.graph.layer_inputs import count_fault, output_of
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.graph.sharing import given_others, not_a_layer, weightless
from cnnanalyze.graph.sharing import owner_of as share
from cnnanalyze.language.error_recovery import (
    Layers,
    Shapes,
    agree,
    anything,
    are_told,
    cases,
    explain_skip,
    fitted,
    layers_like,
    outputs,
    shared,
    stretched,
    two,
)
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.names import Names
from cnnanalyze.language.scope import LOST, Scope, SpecReading, StepOutput
from cnnanalyze.language.step import RESERVED, Step, StepOrigin, has_expression
from cnnanalyze.layers.attribute_faults import (
    Beside,
    bare_value,
    make_layer,
    not_a_flag,
    unknown_attribute,
)
from cnnanalyze.layers.attributes import as_tuples
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.traits import Trait

if TYPE_CHECKING:
    from cnnanalyze.graph.given_numbers import GivenTensor


class PlacedLayers(dict[str, Node]):
    """The layers by their paths."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, list[Node]] = {}
        self._sorted = 0

    def inside(self, path: str) -> list[Node]:
        """Return the layers inside of a block instance, a row or a branch.

        Only faults ask for it, so the layers are sorted into groups when it is asked, each once.
        """
        for node in islice(self.values(), self._sorted, None):
            parts = node.id.split("/")
            for depth in range(1, len(parts)):
                self._groups.setdefault("/".join(parts[:depth]), []).append(node)
        self._sorted = len(self)
        return self._groups.get(path, [])


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
        reading.note(replace(weightless(step.word), mark=mark), scope)
        return None
    if step.share is not None and step.weights is not None:
        fault = given_others(f"'{step.share.text}'")
        reading.note(replace(fault, mark=step.weights.mark), scope)
        return None
    owner = nodes.get(target)
    if owner is None:
        what = target.removesuffix("/")
        inside = [node.id for node in nodes.inside(what) if node.kind == layer.kind]
        that = "a block" if target.endswith("/") else "no layer"
        fault = replace(not_a_layer(path, f"'{what}'", that, inside=inside), mark=mark)
        if step.share is None:
            fault = replace(fault, help="blocks that share weights must have the same layers")
        reading.note(fault, scope)
        return None
    try:
        return share(path, layer, shapes, owner, nodes)
    except UsageError as error:
        reading.note(replace(error.faults[0], mark=mark), scope)
        return None


def is_frozen(step: Step, scope: Scope, reading: SpecReading) -> bool:
    """Whether training leaves the parameters of a step alone, by its own word or one around it."""
    if step.frozen is None:
        return scope.frozen
    value = reading.value(step.frozen, scope)
    if value is UNKNOWN or type(value) is bool:
        return scope.frozen or value is True
    if fault := not_a_flag("frozen", value):
        reading.note(fault.at(step.frozen.mark), scope)
    return scope.frozen


class LayerFactory:
    """Makes the layer of a step; equal layers are one object."""

    def __init__(self, reading: SpecReading) -> None:
        self.reading = reading
        self.made: dict[object, Layer] = {}
        """Layers by kind and attributes."""
        self.defaults: dict[int, tuple[Mapping, dict[str, list[Mapping]]]] = {}
        """Defaults by kind; the mapping is kept so that its id stays its own."""
        self.constant: dict[tuple[int, int], tuple[Step, Layer]] = {}
        """Layers whose arguments hold no expression, by the step and the innermost defaults.

        The step is kept so that its id stays its own.
        """
        self.origins: dict[int, tuple[Step, StepOrigin]] = {}
        """Where the last layer of a step came from, by the step, as above."""

    def origin(self, cls: type[Layer], step: Step, scope: Scope) -> StepOrigin:
        """Return where a layer came from: one value for all that a step makes in one call."""
        places: Lookup[str, Mark] = {}
        if (known := self.origins.get(id(step))) is not None:
            if known[1].chain is scope.chain and known[1].rows is scope.rows:
                return known[1]
            places = known[1].arguments
        elif step.written is not None:
            places = step.written.places(cls.principal)
        origin = StepOrigin(step.mark, places, scope.chain, step.written, scope.rows)
        self.origins[id(step)] = (step, origin)
        return origin

    def make(self, cls: type[Layer], step: Step, scope: Scope, first: StepOutput) -> Layers:
        """Return the layer of a step with its attributes, defaults filled in.

        If a fault hides it, two come back that it may be, or nothing.
        """
        key = (id(step), id(scope.defaults[-1]) if scope.defaults else 0)
        if (known := self.constant.get(key)) is not None and type(known[1]) is cls:
            return (known[1],)
        trees, is_right = self.attributes(cls, step, scope)
        expressive = any(map(has_expression, trees.values()))
        inner = scope.reading(first) if expressive else scope
        values = {name: self.reading.value(tree, inner) for name, tree in trees.items()}
        told = {n: v for n, v in values.items() if v is not UNKNOWN and n in cls.model_fields}
        # What a misspelt name was meant for may be what is missing.
        made = self.build(cls, told, trees, step, scope, is_whole=is_right)
        if made is None or len(told) < len(values) or not is_right:
            return layers_like(cls, {n: as_tuples(v) for n, v in told.items()})
        if not expressive:
            self.constant[key] = (step, made)
        return (made,)

    def sections(self, defaults: Mapping) -> dict[str, list[Mapping]]:
        """Return the sections of defaults by the kind that they speak of, looked up once."""
        known = self.defaults.get(id(defaults))
        if known is None:
            found: dict[str, list[Mapping]] = {}
            for key, section in defaults.entries:
                if isinstance(section, Mapping):
                    found.setdefault(KINDS.canonical(key.text), []).append(section)
            known = self.defaults[id(defaults)] = (defaults, found)
        return known[1]

    def attributes(
        self, cls: type[Layer], step: Step, scope: Scope
    ) -> tuple[dict[str, Tree], bool]:
        """Return what is written for each attribute, the step's own over the defaults.

        With it comes whether everything that is written there is an attribute.
        """
        trees: dict[str, Tree] = {}
        for defaults in scope.defaults:
            for section in self.sections(defaults).get(cls.kind, ()):
                trees.update({k.text: v for k, v in section.entries})
        names = tuple(cls.model_fields)
        is_right = trees.keys() <= set(names)  # else that is told where the defaults are written
        given = step.arguments
        if given is None or (is_join(cls) and isinstance(given, Sequence)):
            return trees, is_right
        if isinstance(given, Mapping):
            unknown = [key for key, _ in given.entries if key.text not in names]
            for key in unknown:
                fault = unknown_attribute(cls, step.word, key.text, beside(cls, step.word))
                self.reading.note(fault.at(key.mark), scope)
            trees.update({k.text: v for k, v in given.entries if k.text in names})
            return trees, is_right and not unknown
        if refused := bare_value(cls, step.word, show_tree(given)):
            self.reading.note(refused.at(given.mark), scope)
            return trees, False
        trees[cls.principal] = given
        return trees, is_right

    def judge_defaults(self, section: Mapping, scope: Scope) -> None:
        """Note defaults that no layer of their kind could have."""
        for key, given in section.entries:
            cls = KINDS.get(key.text)
            if cls is None or not isinstance(given, Mapping):
                continue  # told where the section is read
            trees = {k.text: v for k, v in given.entries if k.text in cls.model_fields}
            values = {name: self.reading.value(tree, scope) for name, tree in trees.items()}
            told = {name: value for name, value in values.items() if value is not UNKNOWN}
            step = Step(key.text, key.mark)
            self.build(cls, told, trees, step, scope, is_whole=False)

    def build(
        self,
        cls: type[Layer],
        values: dict[str, object],
        trees: dict[str, Tree],
        step: Step,
        scope: Scope,
        *,
        is_whole: bool,
    ) -> Layer | None:
        """Validate the attributes that are known; equal layers are made once."""
        frozen = {name: as_tuples(value) for name, value in values.items()}
        # By their text, since 1, 1.0 and true are equal but not equally right.
        key = (cls, repr(sorted(frozen.items())))
        if (known := self.made.get(key)) is not None:
            return known
        unread = trees.keys() - values.keys()
        made = make_layer(cls, step.word, frozen, unread=unread, is_whole=is_whole)
        if isinstance(made, Layer):
            self.made[key] = made
            return made
        for fault in made:
            tree = trees.get(fault.attribute)
            self.reading.note(fault.at(step.mark if tree is None else tree.mark), scope)
        return None


def beside(cls: type[Layer], word: str) -> Beside:
    """Return what may stand beside an operation, and how it is written there."""

    def explain(meant: str) -> str:
        is_source = meant == "from" and is_join(cls)
        form = f"{{{word}: , from: [...]}}" if is_source else f"{{{word}: ..., {meant}: ...}}"
        return f"'{meant}' stands beside the operation: {form}"

    return Beside(RESERVED, explain)


def is_attribute(cls: type[Layer], given: Tree | None) -> bool:
    """Whether what is written at a join are its attributes, not its branches."""
    return (
        given is None
        or isinstance(given, Mapping)
        or (bool(cls.principal) and isinstance(given, Scalar))
    )


def is_join(cls: type[Layer]) -> bool:
    """Whether layers of a kind take several inputs, and thus branches."""
    most = cls.arity[1]
    return most is None or most > 1


_MAX_POOL = frozenset({Trait.SLIDING_POOLING, Trait.MAX_POOLING})


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
        self.inferred: dict[tuple[int, Shapes] | None, tuple[Layer, Shapes]] = {}
        """What layers give that refuse nothing, by the layer and what it reads.

        The layer is kept so that its id stays its own.
        """
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
        self, cls: type[Layer], step: Step, scope: Scope, wires: list[StepOutput], path: str
    ) -> StepOutput:
        """Make a layer, infer its shape, append it; return its output."""
        if Trait.UNPOOLING in cls.traits:
            wires = [*wires[:1], *map(self.before_pool, wires[1:])]
        if not self.has_inputs(cls, step, scope, wires):
            self.factory.attributes(cls, step, scope)  # what else is wrong with the step
            return LOST
        layers = self.factory.make(cls, step, scope, wires[0])
        if not layers:
            return LOST
        if None in [wire.shape for wire in wires]:
            if self.rank is None:
                return LOST
            wires = [anything(wire, self.rank) for wire in wires]
            self.is_doubtful = True
        if self.is_doubtful:
            wires = fitted(wires, layers[0])
        shapes = tuple([wire.shape for wire in wires if wire.shape is not None])
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
            tuple([wire.id for wire in wires]),
            shapes,
            first,
            is_frozen(step, scope, self.reading),
            None if is_doubted else self.owner(layer, shapes, step, scope, path),
            () if is_doubted or step.weights is None else self.numbers(layer, shapes, step, scope),
            self.factory.origin(cls, step, scope),
        )
        self.nodes.append(node)
        self.by_id[path] = node
        if not others:
            return StepOutput(node.id, first)
        is_open = self.is_open or len(layers) > 1 or any(wire.is_open for wire in wires)
        return StepOutput(node.id, first, others=tuple(others), is_open=is_open)

    def before_pool(self, wire: StepOutput) -> StepOutput:
        """Return what a max pool reads, if its output is named; unpooling reads where that was."""
        pool = self.by_id.get(wire.id)
        if pool is None or not pool.layer.traits >= _MAX_POOL:
            return wire
        return StepOutput(pool.inputs[0], pool.input_shapes[0])

    def has_inputs(
        self, cls: type[Layer], step: Step, scope: Scope, wires: list[StepOutput]
    ) -> bool:
        """Whether a layer gets as many inputs as its kind takes."""
        several = f"give it branches, as in '{step.word}: [[...], [...]]', or 'from: [a, b]'"
        if not (fault := count_fault(cls, step.word, len(wires), several)):
            return True
        if isinstance(step.arguments, Mapping) and step.arguments.get("from") is not None:
            return False  # told with the attributes: the sources stand in the wrong place
        self.reading.note(replace(fault, mark=step.mark), scope)
        return False

    def infer(
        self,
        layers: Layers,
        inputs: list[Shapes],
        wires: list[StepOutput],
        step: Step,
        scope: Scope,
        path: str,
    ) -> Shapes:
        """Return the output shape of a layer; if it refuses its input, what it may be."""
        key = (id(layers[0]), inputs[0]) if len(layers) == len(inputs) == 1 else None
        if key in self.inferred:
            self.refused = self.is_open = False
            return self.inferred[key][1]
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
        given = two(found) if is_told else stretched(two(found))
        if key is not None and not errors:
            self.inferred[key] = (layers[0], given)
        return given

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
        if step.weights is None:
            return ()
        from cnnanalyze.graph.given_numbers import LARGEST_GIVEN  # noqa: PLC0415 - few steps
        from cnnanalyze.language.given_weights import read_weights  # noqa: PLC0415 - give any

        given = read_weights(step.weights, scope, layer, shapes, self.reading)
        sizes = {param.role: prod(param.shape) for param in layer.params(*shapes)}
        self.given += sum(sizes[g.role] for g in given)
        if self.given > LARGEST_GIVEN:
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
