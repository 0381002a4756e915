"""Expansion: blocks, tables, repeats and branches become a flat list of layers with their shapes.

Shapes are inferred on the way, since expressions may ask for them (``$in``, ``$x.size``), and a layer
that refuses its input is reported where it is written, with the chain of block calls that led there.
A fault does not stop the reading: what depends on it becomes unknown, and the rest is read on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Call, Mark, PluginError, ShapeError, SpecError
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.spec.blocks import Block
from cnnanalyze.spec.carried import given_numbers, is_frozen, owner_of
from cnnanalyze.spec.document import Document
from cnnanalyze.spec.expression import UNKNOWN, interpolate, parse
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.making import Maker
from cnnanalyze.spec.node import INPUT, Node, NodeId
from cnnanalyze.spec.scope import Frame, Reading, Scope, Wire
from cnnanalyze.spec.step import Step, read_step
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.spec.values import Input, read_input, read_parameters

MOST_LAYERS = 100_000
"""A network with more layers is refused, and so is a repetition that could only lead to one."""
DEEPEST = 50
"""How deep blocks and branches may be nested in each other."""


@dataclass(frozen=True)
class Expansion:
    """The flat network of a spec."""

    input: Input
    nodes: tuple[Node, ...]
    outputs: tuple[NodeId, ...]
    parameters: dict[str, object]


def expand(document: Document, settings: dict[str, Any], faults: Faults) -> Expansion | None:
    """Lay out the network of a document, noting every fault on the way.

    Parameters
    ----------
    document
        The spec.
    settings
        Values for its top-level parameters, instead of the defaults.
    faults
        Where to note what is wrong; the result is complete only if nothing was noted.
    """
    parameters = read_parameters(document, settings, faults)
    given = read_input(document, parameters, faults)
    layers = document.tree.get("layers")
    if layers is None:
        return None
    if not isinstance(layers, Sequence) or not layers.items:
        faults.add(
            "'layers' must be a list with at least one step",
            layers.mark,
            help="layers: [{conv: {filters: 8, kernel: 3}}, relu]",
        )
        return None
    reading = Reading(faults)
    builder = _Builder(document, reading, Maker(reading))
    start = Wire(INPUT, given.shape if given else None)
    frame = Frame("", {"input": start}, builder.names_in(layers), history=[start])
    scope = Scope(
        frame,
        parameters,
        parameters,
        (document.defaults,) if document.defaults is not None else (),
    )
    try:
        last = builder.run(layers, scope, start)
    except _TooLarge:
        return None
    outputs = builder.read_outputs(document.tree.get("outputs"), scope, last)
    if given is None:
        return None
    return Expansion(given, tuple(builder.nodes), outputs, parameters)


class _TooLarge(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised to stop the expansion where a bound was met; the fault is noted already."""


@dataclass
class _Builder:
    document: Document
    reading: Reading
    maker: Maker
    nodes: list[Node] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    steps: dict[int, Step | None] = field(default_factory=dict)
    depth: int = 0

    # --- lists -----------------------------------------------------------------------------------

    def run(self, items: Sequence, scope: Scope, current: Wire) -> Wire:
        """Lay out a list of steps one after the other; return where it ends."""
        for tree in items.items:
            step = self.read(tree, scope)
            if step is None:
                current = Wire(current.id, None)
            else:
                current = self.place(step, scope, current)
        return current

    def read(self, tree: Tree, scope: Scope) -> Step | None:
        """Read a step once, however often it is laid out."""
        key = id(tree)
        if key not in self.steps:
            self.steps[key] = None
            with self.reading.faults.caught(scope.chain):
                self.steps[key] = read_step(tree)
        return self.steps[key]

    @staticmethod
    def names_in(items: Sequence) -> frozenset[str]:
        """Return the names that ``as`` gives in a list, which running numbers must not take."""
        found = set()
        for item in items.items:
            name = item.get("as") if isinstance(item, Mapping) else None
            if isinstance(name, Scalar):
                found.add(name.text)
        return frozenset(found)

    # --- one step --------------------------------------------------------------------------------

    def place(self, step: Step, scope: Scope, current: Wire) -> Wire:
        """Lay out one step as often as it repeats, if its condition holds."""
        if step.when is not None:
            holds = self.reading.value(step.when, self.scope_at(step, scope, current))
            if holds is UNKNOWN:
                return Wire(current.id, None)
            if type(holds) is not bool:
                self.reading.fault(
                    f"'when' must be true or false, not {say(holds)}", step.when.mark, scope
                )
                return Wire(current.id, None)
            if not holds:
                return self.place_other(step, scope, current)
        if step.table is not None:
            return self.place_table(step, scope, current)
        for number in self.repetitions(step, scope):
            inner = scope if step.repeat is None else scope.bind(index=number)
            current = self.place_once(step, inner, current)
            scope.frame.history.append(current)
        return current

    def scope_at(self, step: Step, scope: Scope, current: Wire) -> Scope:
        """Return the scope in which a step's own expressions are read: ``$in`` is its input."""
        first = self.sources(step, scope, current)[0] if step.sources else current
        return scope.bind(**{"in": first.channels})

    def place_other(self, step: Step, scope: Scope, current: Wire) -> Wire:
        """Lay out the ``else`` of a step whose condition does not hold; without one, pass on."""
        if step.otherwise is None:
            wires = self.sources(step, scope, current)
            self.name_wire(step, scope, wires[0])
            scope.frame.history.append(wires[0])
            return wires[0]
        other = self.read(step.otherwise, scope)
        if other is None:
            return Wire(current.id, None)
        inherited = replace(
            other, name=other.name or step.name, sources=other.sources or step.sources
        )
        return self.place(inherited, scope, current)

    def name_wire(self, step: Step, scope: Scope, wire: Wire) -> None:
        if step.name is not None:
            with self.reading.faults.caught(scope.chain):
                scope.frame.wires[interpolate(step.name.text, step.name.mark, scope.variables)] = (
                    wire
                )

    def repetitions(self, step: Step, scope: Scope) -> Iterator[int]:
        if step.repeat is None:
            return iter((1,))
        count = self.reading.value(step.repeat, scope)
        if count is UNKNOWN:
            return iter((1,))
        if type(count) is not int or count < 0:
            self.reading.fault(
                f"'repeat' must be a whole number of at least 0, not {say(count)}",
                step.repeat.mark,
                scope,
            )
            return iter((1,))
        if count > MOST_LAYERS:
            self.reading.fault(
                f"repeat {count:,} exceeds the bound on the layers of a network, {MOST_LAYERS:,}",
                step.repeat.mark,
                scope,
                help=f"repeat at most {MOST_LAYERS:,} times",
            )
            raise _TooLarge
        return iter(range(1, count + 1))

    def place_table(self, step: Step, scope: Scope, current: Wire) -> Wire:
        """Lay out the steps of a ``for`` once for each row of its table."""
        assert step.table is not None
        assert step.steps is not None
        columns: dict[str, list[object]] = {}
        for key, tree in step.table.entries:
            value = self.reading.value(tree, scope)
            if value is UNKNOWN:
                return Wire(current.id, None)
            if not isinstance(value, list):
                self.reading.fault(
                    f"column '{key.text}' must be a list, not {say(value)}", tree.mark, scope
                )
                return Wire(current.id, None)
            columns[key.text] = value
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            self.reading.fault(
                f"the columns of a table must be equally long: {said}",
                step.table.mark,
                scope,
                help="give every column one value per row",
            )
            return Wire(current.id, None)
        rows = list(zip(*columns.values(), strict=True))
        for number, row in enumerate(rows, 1):
            inner = scope.bind(**dict(zip(columns, row, strict=True)), index=number)
            if is_frozen(step, inner, self.reading):
                inner = replace(inner, frozen=True)
            if step.name is None:
                current = self.run(step.steps, inner, current)
            else:
                current = self.run_stage(step, inner, current, number)
        return current

    def run_stage(self, step: Step, scope: Scope, current: Wire, number: int) -> Wire:
        """Lay out one row of a named table as a group of its own: ``stage1/...``."""
        assert step.steps is not None
        path = self.path_for(step, "", scope, number=number)
        frame = Frame(
            f"{path}/",
            dict(scope.frame.wires),
            self.names_in(step.steps),
            history=scope.frame.history,
        )
        last = self.run(step.steps, replace(scope, frame=frame), current)
        scope.frame.wires[path.removeprefix(scope.frame.path)] = last._replace(path=f"{path}/")
        return last

    def place_once(self, step: Step, scope: Scope, current: Wire) -> Wire:
        """Lay out one instance of a step: a block, a join of branches, or a layer."""
        word = step.word
        if "$" in word:
            value = UNKNOWN
            with self.reading.faults.caught(scope.chain):
                value = parse(word, step.mark).evaluate(scope.variables)
            if value is UNKNOWN:
                return Wire(current.id, None)
            if not isinstance(value, str):
                self.reading.fault(
                    f"an operation must be a word, not {say(value)}", step.mark, scope
                )
                return Wire(current.id, None)
            word = value
        wires = self.sources(step, scope, current)
        block = self.document.blocks.get(word)
        if block is not None:
            return self.place_block(block, step, scope, wires)
        try:
            cls = KINDS.get(word)
        except PluginError as error:
            raise SpecError(*(replace(f, mark=step.mark) for f in error.faults)) from error
        if cls is None:
            self.unknown_word(word, step, scope)
            return Wire(current.id, None)
        least, most = cls.arity
        if most is None or most > 1:
            if isinstance(step.arguments, Sequence):
                return self.place_join(cls, step, scope, wires)
            if isinstance(step.arguments, Scalar):
                self.reading.fault(
                    f"'{word}' joins branches; give it a list of them",
                    step.arguments.mark,
                    scope,
                    help=f"{word}: [[...], [...]], or 'from: [a, b]' beside it",
                )
                return Wire(current.id, None)
        return self.place_layer(cls, step, scope, wires)

    def unknown_word(self, word: str, step: Step, scope: Scope) -> None:
        known = [*self.document.blocks, *KINDS.words()]
        if word in scope.frame.wires:
            self.reading.fault(
                f"'{word}' is a step, not an operation",
                step.mark,
                scope,
                help=f"to continue from it, write 'identity' with 'from: {word}'",
            )
            return
        self.reading.fault(
            f"unknown layer kind or block '{word}'{nearest(word, known)}",
            step.mark,
            scope,
            help="'cnnanalyze layers' lists the kinds"
            + (f"; blocks here: {', '.join(self.document.blocks)}" if self.document.blocks else ""),
        )

    # --- where a step reads from -----------------------------------------------------------------

    def sources(self, step: Step, scope: Scope, current: Wire) -> list[Wire]:
        """Return what a step reads: what ``from`` names, or else the step before."""
        if step.sources is None:
            return [current]
        return [self.look_up(name, scope) for name in step.sources]

    def look_up(self, name: Scalar, scope: Scope) -> Wire:
        """Return the earlier step of a name, or of ``^n``."""
        text = name.text
        frame = scope.frame
        if text.startswith("^"):
            return self.look_back(name, scope)
        if "$" in text:
            with self.reading.faults.caught(scope.chain):
                text = interpolate(text, name.mark, scope.variables)
        if (found := frame.wires.get(text)) is not None:
            return found
        if (inside := self.by_id.get(frame.path + text)) is not None:
            return Wire(inside.id, inside.output)
        known = list(frame.wires)
        later = text in frame.reserved
        self.reading.fault(
            f"'{text}' is a later step; a step can only read earlier ones, or there would be a cycle"
            if later
            else f"there is no step '{text}' here{nearest(text, known)}",
            name.mark,
            scope,
            help="" if later else f"known here: {', '.join(known)}; name a step with 'as: {text}'",
        )
        return Wire(INPUT, None)

    def look_back(self, name: Scalar, scope: Scope) -> Wire:
        """Return the step that ``^n`` means: n steps back in the same list."""
        history = scope.frame.history
        back = int(name.text[1:]) if name.text[1:].isdecimal() else 0
        if 1 <= back <= len(history):
            return history[-back]
        self.reading.fault(
            f"'{name.text}' goes back {back} steps, but only {len(history)} come before it"
            if back
            else f"'{name.text}' must be ^ and a number of steps, such as ^1",
            name.mark,
            scope,
        )
        return Wire(INPUT, None)

    # --- names -----------------------------------------------------------------------------------

    def path_for(self, step: Step, word: str, scope: Scope, number: int = 0) -> str:
        """Return the path of a step: its ``as`` name, or its kind with a running number."""
        frame = scope.frame
        if step.name is None:
            return frame.path + frame.number(word)
        name = step.name.text
        if "$" in name:
            with self.reading.faults.caught(scope.chain):
                name = interpolate(name, step.name.mark, scope.variables)
        elif step.repeat is not None:
            name = f"{name}{scope.variables['index']}"
        elif number:
            name = f"{name}{number}"
        if not name or any(c in name for c in " /^,") or name in {"input"}:
            self.reading.fault(
                f"'{name}' cannot name a step",
                step.name.mark,
                scope,
                help="use letters, digits, '_', '-' and '.'; 'input' is the network's input",
            )
            name = frame.number("step")
        if name in frame.taken:
            self.reading.fault(
                f"the name '{name}' is taken in this list",
                step.name.mark,
                scope,
                help=f"where a step is laid out several times, number it: as: {name}${{index}}"
                if "index" in scope.variables
                else "choose another name",
            )
            name = frame.number(name)
        frame.taken.add(name)
        return frame.path + name

    # --- blocks ----------------------------------------------------------------------------------

    def place_block(self, block: Block, step: Step, scope: Scope, wires: list[Wire]) -> Wire:
        """Lay out one instance of a block in a scope of its own."""
        if len(wires) != len(block.inputs):
            self.reading.fault(
                f"block '{block.name}' has {len(block.inputs)} inputs ({', '.join(block.inputs)}), "
                f"but {len(wires)} are given",
                step.mark,
                scope,
                help=f"from: [{', '.join(block.inputs)}]",
            )
            return Wire(wires[0].id, None)
        if any(call.block == block.name for call in scope.chain) or self.depth >= DEEPEST:
            path = " -> ".join([*(call.block for call in scope.chain), block.name])
            self.reading.fault(f"block '{block.name}' contains itself: {path}", step.mark, scope)
            raise _TooLarge
        path = self.path_for(step, block.name, scope)
        arguments = self.block_arguments(block, step, scope, wires[0])
        said = ", ".join(f"{k} = {say(v)}" for k, v in arguments.items() if k in block.param_names)
        named = dict(zip(block.inputs, wires, strict=True))
        inner = Scope(
            Frame(f"{path}/", named, self.names_in(block.layers), history=[wires[0]]),
            {**scope.parameters, **arguments, **named},
            scope.parameters,
            (*scope.defaults, block.defaults) if block.defaults is not None else scope.defaults,
            (*scope.chain, Call(block.name, step.mark, said)),
            is_frozen(step, scope, self.reading),
            self.share_block(step, scope, path),
        )
        self.depth += 1
        last = self.run(block.layers, inner, wires[0])
        self.depth -= 1
        if block.output is not None:
            last = self.look_up(block.output, inner)
        wire = last._replace(path=f"{path}/")
        self.bind(step, scope, path, wire)
        return wire

    def block_arguments(
        self, block: Block, step: Step, scope: Scope, first: Wire
    ) -> dict[str, object]:
        """Return the values of a block's parameters for one call."""
        given: dict[str, tuple[Mark, object]] = {}
        outer = scope.bind(**{"in": first.channels})
        if isinstance(step.arguments, Mapping):
            for key, tree in step.arguments.entries:
                if key.text not in block.param_names:
                    self.reading.fault(
                        f"block '{block.name}' has no parameter '{key.text}'; it takes "
                        f"{', '.join(block.param_names) or 'none'}"
                        f"{nearest(key.text, block.param_names)}",
                        key.mark,
                        scope,
                    )
                given[key.text] = (tree.mark, self.reading.value(tree, outer))
        elif step.arguments is not None:
            if not block.params:
                self.reading.fault(
                    f"block '{block.name}' takes no parameters", step.arguments.mark, scope
                )
            else:
                first_name = block.param_names[0]
                given[first_name] = (step.arguments.mark, self.reading.value(step.arguments, outer))
        values: dict[str, object] = {"in": first.channels}
        for name, tree in block.params:
            if name in given:
                values[name] = given[name][1]
            elif isinstance(tree, Scalar) and tree.value is None:
                values[name] = UNKNOWN
                self.reading.fault(
                    f"block '{block.name}' needs '{name}'",
                    step.mark,
                    scope,
                    help=f"{block.name}: {{{name}: ...}}",
                )
            else:
                inner = replace(
                    scope, variables={**scope.parameters, **values, block.inputs[0]: first}
                )
                values[name] = self.reading.value(tree, inner)
        return values

    # --- joins -----------------------------------------------------------------------------------

    def place_join(self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire]) -> Wire:
        """Lay out the branches of a join, then the join."""
        assert isinstance(step.arguments, Sequence)
        if len(wires) > 1:
            self.reading.fault(
                f"'{step.word}' has branches and several sources; give it one of both",
                step.mark,
                scope,
            )
        path = self.path_for(step, cls.kind, scope)
        if self.depth >= DEEPEST:
            self.reading.fault(f"branches are nested deeper than {DEEPEST}", step.mark, scope)
            raise _TooLarge
        self.depth += 1
        ends = [
            self.run_branch(tree, scope, wires[0], f"{path}/{number}/")
            for number, tree in enumerate(step.arguments.items, 1)
        ]
        self.depth -= 1
        bare = replace(step, arguments=None)
        return self.place_layer(cls, bare, scope, ends, path)

    def run_branch(self, tree: Tree, scope: Scope, start: Wire, path: str) -> Wire:
        """Lay out one branch: a name, one step, a list of steps, or nothing at all."""
        if isinstance(tree, Scalar):
            if tree.value is None:
                return start
            if tree.text.startswith("^") or tree.text in scope.frame.wires:
                return self.look_up(tree, scope)
        items = tree if isinstance(tree, Sequence) else Sequence((tree,), tree.mark)
        frame = Frame(path, dict(scope.frame.wires), self.names_in(items), history=[start])
        inner = replace(scope.bind(**{"in": start.channels}), frame=frame)
        return self.run(items, inner, start)

    # --- layers ----------------------------------------------------------------------------------

    def place_layer(
        self, cls: type[Layer], step: Step, scope: Scope, wires: list[Wire], path: str = ""
    ) -> Wire:
        """Make a layer, infer its shape and enter it."""
        path = path or self.path_for(step, cls.kind, scope)
        layer: Layer | None = self.maker.make(cls, step, scope, wires[0])
        least, most = cls.arity
        if len(wires) < least or (most is not None and len(wires) > most):
            needs = f"{least}" if most == least else f"at least {least}"
            self.reading.fault(
                f"'{step.word}' needs {needs} inputs, but has {len(wires)}",
                step.mark,
                scope,
                help="name them with 'from: [a, b]' or give branches" if least > 1 else "",
            )
            layer = None
        shapes = tuple(w.shape for w in wires if w.shape is not None)
        if layer is None or len(shapes) < len(wires):
            wire = Wire(NodeId(path), None)
            self.bind(step, scope, path, wire)
            return wire
        wire = self.enter(layer, step, scope, wires, shapes, path)
        self.bind(step, scope, path, wire)
        return wire

    def enter(
        self,
        layer: Layer,
        step: Step,
        scope: Scope,
        wires: list[Wire],
        shapes: tuple[Shape, ...],
        path: str,
    ) -> Wire:
        """Infer the shape of a layer and append it to the network."""
        try:
            output = layer.shape(*shapes)
        except ShapeError as error:
            fault = error.faults[0]
            self.reading.fault(
                f"{path}: {fault.message}",
                self.mark_of(step, error.attribute),
                scope,
                help=fault.help,
            )
            return Wire(NodeId(path), None)
        if len(self.nodes) >= MOST_LAYERS:
            self.reading.fault(
                f"the network has more than {MOST_LAYERS:,} layers, the bound on its expansion",
                step.mark,
                scope,
            )
            raise _TooLarge
        node = Node(
            NodeId(path),
            layer,
            tuple(w.id for w in wires),
            shapes,
            output,
            step.mark,
            scope.chain,
            is_frozen(step, scope, self.reading),
            self.share_layer(step, scope, path, layer, shapes),
            given_numbers(step, scope, layer, shapes, self.reading),
        )
        self.nodes.append(node)
        self.by_id[path] = node
        return Wire(node.id, output)

    def bind(self, step: Step, scope: Scope, path: str, wire: Wire) -> None:
        """Let later steps find this one by its name."""
        frame = scope.frame
        name = path.removeprefix(frame.path)
        frame.wires[name] = wire
        if step.name is not None and "$" not in step.name.text:
            frame.wires[step.name.text] = wire  # of a repeated step, the last instance

    # --- sharing ---------------------------------------------------------------------------------

    def share_block(self, step: Step, scope: Scope, path: str) -> tuple[str, str] | None:
        """Return the paths of a block instance and of the one whose weights it shares."""
        if step.share is None:
            return scope.share
        other = self.look_up(step.share, scope)
        if not other.path:
            self.reading.fault(
                f"'{step.share.text}' is not an instance of a block", step.share.mark, scope
            )
            return scope.share
        return f"{path}/", other.path

    def share_layer(
        self, step: Step, scope: Scope, path: str, layer: Layer, shapes: tuple[Shape, ...]
    ) -> NodeId | None:
        """Return the node whose tensors a layer uses."""
        if step.share is not None:
            target = str(self.look_up(step.share, scope).id)
        elif scope.share is not None:
            own, other = scope.share
            target = other + path.removeprefix(own)
        else:
            return None
        return owner_of(target, self.by_id, path, layer, shapes, step, scope, self.reading)

    # --- outputs ---------------------------------------------------------------------------------

    def read_outputs(self, tree: Tree | None, scope: Scope, last: Wire) -> tuple[NodeId, ...]:
        """Return the ids of the network's outputs: the named ones, or the last step."""
        if tree is None:
            return (last.id,)
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        found = []
        for item in items:
            if not isinstance(item, Scalar) or item.value is None:
                self.reading.fault("'outputs' must be a list of step names", item.mark, scope)
                continue
            wire = self.look_up(item, scope)
            if wire.id == INPUT and wire.shape is not None:
                self.reading.fault("the input is no output", item.mark, scope)
            found.append(wire.id)
        return tuple(dict.fromkeys(found))

    @staticmethod
    def mark_of(step: Step, attribute: str) -> Mark:
        """Return the place of an attribute's value if it is written, or else of the operation."""
        if attribute and isinstance(step.arguments, Mapping):
            value = step.arguments.get(attribute)
            if value is not None:
                return value.mark
        return step.mark
