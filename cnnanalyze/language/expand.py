"""Expansion: blocks, tables, repeats and branches become a flat list of layers with shapes.

Shapes are inferred on the way, since expressions may ask for them (``$in``, ``$x.size``), and a
layer that refuses its input is reported where it is written, with the chain of block calls that led
there. A fault does not stop the reading: what depends on it becomes unknown, the rest is read on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.spelling import listed
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.errors import Call
from cnnanalyze.graph.network import Input
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.language.blocks import Block, bind_arguments, describe
from cnnanalyze.language.control_flow import (
    MOST_STEPS,
    can_place,
    condition,
    kind,
    operation,
    repetitions,
    rows,
)
from cnnanalyze.language.dead_code import find_idle_faults
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression_values import ELEMENTS
from cnnanalyze.language.inputs import (
    WrittenInput,
    channels_first_inputs,
    explain_channels_first,
    read_inputs,
)
from cnnanalyze.language.names import STAR, Names, names_in
from cnnanalyze.language.node_builder import (
    LayerFactory,
    NodeBuilder,
    TooLarge,
    is_attribute,
    is_frozen,
    is_join,
)
from cnnanalyze.language.scope import (
    LOST,
    LOST_ALL,
    UNGIVEN,
    UNSAID,
    Scope,
    ScopeFrame,
    SpecReading,
    StepOutput,
)
from cnnanalyze.language.step import Row, Step, read_step
from cnnanalyze.language.variables import Variables, read_parameters
from cnnanalyze.layers.base import KINDS


def read_outputs(
    tree: Tree | None,
    layers: Sequence,
    scope: Scope,
    last: StepOutput,
    names: Names,
    inputs: Collection[NodeId],
) -> tuple[NodeId, ...]:
    """Return the ids of the network's outputs: the named ones, or the last step."""
    if tree is None:
        if (
            last.id in (*inputs, UNSAID.id)
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
            f"'outputs' must be a list of names of steps, not {show_tree(tree)}",
            tree.mark,
            scope,
            help="outputs: [fc]",
            code="SP014",
        )
        return (last.id,)
    found = []
    for item in items:
        assert isinstance(item, Scalar)
        wires = names.look_up_all(item, scope)
        if any(wire.id in inputs and wire is not LOST for wire in wires):
            names.reading.fault("the input cannot be an output", item.mark, scope, code="GR004")
        found += [wire.id for wire in wires]
    return tuple(dict.fromkeys(found))


_SEVERAL = 2
"""So many inputs leave open which of them the first step reads."""
DEEPEST = 50
"""How deep blocks, branches and tables may be nested in each other."""

SOURCES_OF_A_STEP = 10
"""A step counts as one more for each so many steps that it reads."""

PARAMETERS_OF_A_STEP = 10
"""A call of a block counts as one more step for each so many parameters that it binds."""


class Expansion(NamedTuple):
    """The flat network of a spec."""

    inputs: dict[NodeId, Input]
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
    with ELEMENTS.counted():
        return _expand(document, settings, faults)


def _expand(document: Document, settings: dict[str, Any], faults: Faults) -> Expansion | None:
    parameters = read_parameters(document, settings, faults)
    given = read_inputs(document, parameters, faults)
    layers = document.written.layers
    if layers is None:
        return None
    if not isinstance(layers, Sequence) or not layers.items:
        faults.add(
            f"'layers' must be a list with at least one step, not {show_tree(layers)}",
            layers.mark,
            help="layers: [{conv: {filters: 8, kernel: 3}}, relu]",
            code="SP014",
        )
        return None
    reading = SpecReading(faults.under("SP013"))
    names = Names(reading)
    known = {name: one for name, one in given.items() if one is not None}
    ranks = {one.shape.rank for one in known.values()}
    rank = ranks.pop() if len(ranks) == 1 and len(known) == len(given) else None
    builder = NodeBuilder(reading, names, LayerFactory(reading), rank)
    shapes = {name: one.shape for name, one in known.items()}
    builder.advice = "; ".join(
        f"{explain_channels_first(one.shape)}; "
        f"if its channels came first, write '{one.name}: {one.meant}'"
        for one in channels_first_inputs(document, shapes)
    )
    expander = Expander(document, parameters, reading, names, builder)
    wires = {
        name: LOST if one is None else StepOutput(name, one.shape) for name, one in given.items()
    }
    try:
        outputs = expander.lay_out(layers, wires)
        reading.faults.complete(find_idle_faults(document, expander.placed, expander.read))
    except TooLarge:
        return None
    finally:
        names.explain_missed()
    if not known or len(known) < len(given):
        return None
    nodes = tuple(expander.builder.nodes)
    if not reading.faults:
        _refuse_unread(known, nodes, faults.under("GR004"))
    inputs = {name: Input(one.shape, one.values, one.names) for name, one in known.items()}
    return Expansion(inputs, nodes, outputs, parameters)


def _refuse_unread(
    inputs: dict[NodeId, WrittenInput], nodes: tuple[Node, ...], faults: Faults
) -> None:
    """Note every input that no layer reads."""
    read = {source for node in nodes for source in node.inputs}
    for name, one in inputs.items():
        if name not in read:
            faults.add(
                f"nothing reads the input '{name}'",
                one.mark,
                help=f"read it, as in 'from: {name}', or leave it out",
            )


class Expander:
    """Lays out steps one after the other, with everything that is placed already."""

    def __init__(
        self,
        document: Document,
        parameters: dict[str, object],
        reading: SpecReading,
        names: Names,
        builder: NodeBuilder,
    ) -> None:
        self.document = document
        self.parameters = parameters
        self.reading = reading
        self.names = names
        self.builder = builder
        self.steps: dict[int, Step | None] = {}
        """Steps as they were read, by the id of their tree."""
        self.placed: set[int] = set()
        """The ids of the marks of the steps that are laid out."""
        self.count = 0
        self.depth = 0

    def lay_out(self, layers: Sequence, inputs: dict[NodeId, StepOutput]) -> tuple[NodeId, ...]:
        """Lay out the whole network; return its outputs."""
        start = next(iter(inputs.values()), LOST) if len(inputs) < _SEVERAL else UNSAID
        frame = ScopeFrame("", dict(inputs.items()), names_in(layers))
        frame.history += [start] if start is not UNSAID else []
        frame.taken.update(inputs)
        scope = Scope(
            frame,
            Variables(self.parameters),
            () if self.document.written.defaults is None else (self.document.written.defaults,),
        )
        self.names.inputs = tuple(inputs)
        last = self.run(layers, scope, start)
        if not (self.reading.faults or self.names.missed or self.builder.nodes):
            self.reading.fault(
                "this network has no layers: every step is left out by its 'when' or 'repeat'",
                layers.mark,
                scope,
                code="GR004",
            )
        tree = self.document.written.outputs
        return read_outputs(tree, layers, scope, last, self.names, inputs)

    def run(self, items: Sequence, scope: Scope, current: StepOutput) -> StepOutput:
        """Lay out a list of steps one after the other; return where it ends."""
        for tree in items.items:
            step = self.read(tree, scope, items)
            if step is None:
                current = self.names.lose(None, scope, names_in(Sequence((tree,), tree.mark)))
                scope.frame.history.append(current)
            else:
                current = self.place(step, scope, current)
        return current

    def read(self, tree: Tree, scope: Scope, siblings: Sequence | None = None) -> Step | None:
        """Read a step once, however often it is laid out."""
        key = id(tree)
        if key not in self.steps:
            self.steps[key] = None
            with self.reading.faults.caught(scope.chain):
                self.steps[key] = read_step(tree, siblings)
        return self.steps[key]

    def tally(self, step: Step, scope: Scope, count: int = 1) -> None:
        """Count a step that is looked at, laid out or not; there is a bound."""
        self.count += count
        if self.count > MOST_STEPS:
            self.reading.fault(
                f"the spec goes through more than {MOST_STEPS:,} steps, the bound on a network; "
                "those that are left out count, too",
                step.mark,
                scope,
                help="lower the counts of 'repeat' and the rows of 'for' that lead here",
                code="SP012",
            )
            raise TooLarge

    @contextmanager
    def nested(self, step: Step, scope: Scope) -> Iterator[None]:
        """Go one level deeper; there is a bound."""
        if self.depth >= DEEPEST:
            self.reading.fault(
                f"blocks, branches and tables are nested deeper than {DEEPEST}, the bound",
                step.mark,
                scope,
                code="SP012",
            )
            raise TooLarge
        self.depth += 1
        yield
        self.depth -= 1

    def place(self, step: Step, scope: Scope, current: StepOutput) -> StepOutput:
        """Lay out one step as often as it repeats, if its condition holds."""
        self.tally(step, scope)
        wires = self.sources(step, scope, current)
        here = scope.reading(wires[0]) if step.has_expression else scope
        if not (holds := condition(step, here, self.reading)):
            if holds is None:
                return self.settle(self.lose(step, here), scope)
            return self.place_other(step, here, wires, current)
        if step.table is not None:
            return self.place_table(step, here, wires[0])
        if step.repeat is None:
            self.placed.add(id(step.mark))
            return self.settle(self.place_once(step, here, wires), scope)
        count = repetitions(step, here, self.reading)
        if count == 0:
            self.names.bind_plainly(step, here, wires[0])
            return wires[0]
        self.placed.add(id(step.mark))
        for number in range(1, count + 1):
            if number > 1:
                self.tally(step, scope)
                wires = self.sources(step, scope, current)
            inner = scope.bind(**{"in": wires[0].channels}, index=number)
            current = self.settle(self.place_once(step, inner, wires), scope)
        return current

    def sources(self, step: Step, scope: Scope, current: StepOutput) -> list[StepOutput]:
        """Return what a step reads: what ``from`` names, or else the step before."""
        if step.sources is None:
            return [current]
        found = [wire for name in step.sources for wire in self.names.look_up_all(name, scope)]
        self.tally(step, scope, len(found) // SOURCES_OF_A_STEP)
        return found or [UNGIVEN]

    @staticmethod
    def settle(wire: StepOutput, scope: Scope) -> StepOutput:
        """Let ``^n`` of later steps find this one."""
        scope.frame.history.append(wire)
        return wire

    def lose(self, step: Step, scope: Scope) -> StepOutput:
        """Give a step up that a fault hides, with the names inside it."""
        inside = names_in(step.steps) if step.steps is not None else frozenset()
        return self.names.lose(step, scope, inside)

    def place_other(
        self, step: Step, scope: Scope, wires: list[StepOutput], current: StepOutput
    ) -> StepOutput:
        """Lay out the ``else`` of a step whose condition does not hold; without one, pass on."""
        if step.otherwise is None:
            passed = current if wires[0] is UNGIVEN else wires[0]
            self.names.bind_plainly(step, scope, passed)
            return passed
        other = self.read(step.otherwise, scope)
        if other is None:
            return self.settle(self.lose(step, scope), scope)
        inherited = other._replace(
            name=other.name or step.name, sources=other.sources or step.sources
        )
        with self.nested(step, scope):
            return self.place(inherited, scope, current)

    def place_once(self, step: Step, scope: Scope, wires: list[StepOutput]) -> StepOutput:
        """Lay out one instance of a step: a block, a join of branches, or a layer."""
        word = operation(step, scope, self.reading)
        if word is None:
            return self.lose(step, scope)
        if (block := self.document.blocks.get(word)) is not None:
            if self.reads_nothing(step, scope, wires) or LOST_ALL in wires:
                return self.lose(step, scope)
            return self.place_block(block, step, scope, wires)
        cls = kind(word, step, scope, self.names, self.document.blocks)
        if cls is None:
            return self.lose(step, scope)
        number = self.number(step, scope)
        path = self.names.path_for(step, cls.kind, scope, number)
        if is_join(cls) and not is_attribute(cls, step.arguments):
            ends = self.branches(step, scope, wires, path)
        else:
            ends = wires
        if ends is None or self.reads_nothing(step, scope, ends):
            wire = LOST
        elif LOST_ALL in ends:
            self.builder.factory.attributes(cls, step, scope)  # what else is wrong with the step
            wire = LOST
        else:
            wire = self.builder.enter(cls, step, scope, ends, path)
        self.names.bind(step, scope, path, wire)
        return wire

    def reads_nothing(self, step: Step, scope: Scope, wires: list[StepOutput]) -> bool:
        """Note that a step does not say what it reads, or that there is nothing of that name."""
        if UNGIVEN in wires:
            assert step.sources is not None
            name = step.sources[0].text
            self.reading.fault(
                f"'{step.word}' reads nothing: the block is given no input for '{name}'",
                step.mark,
                scope,
                help="give the block one more, or leave the step out where there is none: "
                f"when: len(${name.removesuffix(STAR)}) > 0",
                code="GR011",
            )
            return True
        if UNSAID not in wires:
            return False
        inputs = self.names.inputs
        self.reading.fault(
            f"'{step.word}' does not say which of the {len(inputs)} inputs it reads: "
            f"{listed(inputs)}",
            step.mark,
            scope,
            help=f"say it, as in 'from: {inputs[0]}'",
            code="GR001",
        )
        return True

    @staticmethod
    def number(step: Step, scope: Scope) -> int:
        """Return what follows the name of a repeated step, or nothing."""
        number = 0 if step.repeat is None else scope.variables["index"]
        assert isinstance(number, int)
        return number

    def place_table(self, step: Step, scope: Scope, current: StepOutput) -> StepOutput:
        """Lay out the steps of a ``for`` once for each row of its table."""
        assert step.steps is not None
        assert step.table is not None
        table = rows(step, scope, self.reading)
        if table is None:
            return self.settle(self.lose(step, scope), scope)
        with self.nested(step, scope):
            for number, row in enumerate(table, 1):
                self.placed.add(id(step.mark))
                self.tally(step, scope)
                inner = scope.bind(**row, index=number)
                inner = inner._replace(rows=(*scope.rows, Row(step.table, number - 1)))
                if is_frozen(step, inner, self.reading):
                    inner = inner._replace(frozen=True)
                if step.name is None:
                    current = self.run(step.steps, inner, current)
                else:
                    current = self.place_row(step, step.steps, inner, current, number)
        return current

    def place_row(
        self, step: Step, steps: Sequence, scope: Scope, current: StepOutput, number: int
    ) -> StepOutput:
        """Lay out one row of a named table as a group of its own: ``stage1/...``."""
        outer = scope.frame
        path = self.names.path_for(step, "row", scope, number)
        frame = ScopeFrame(f"{path}/", {}, names_in(steps), outer, history=outer.history)
        last = self.run(steps, scope._replace(frame=frame), current)
        self.names.bind(step, scope, path, last._replace(path=f"{path}/"))
        return last

    def place_block(
        self, block: Block, step: Step, scope: Scope, wires: list[StepOutput]
    ) -> StepOutput:
        """Lay out one instance of a block in a scope of its own."""
        if not can_place(block, step, scope, wires, self.reading):
            return self.lose(step, scope)
        self.tally(step, scope, len(block.params) // PARAMETERS_OF_A_STEP)
        path = self.names.path_for(step, block.name, scope, self.number(step, scope))
        values = bind_arguments(block, step, scope, wires, Variables(self.parameters), self.reading)
        named = block.inputs.name(wires)
        frame = ScopeFrame(f"{path}/", named, names_in(block.layers), history=[wires[0]])
        frame.inputs, frame.rest = tuple(named), block.inputs.rest
        defaults = (self.document.written.defaults, block.defaults)
        told = {name: values[name] for name in block.param_names}
        inner = Scope(
            frame,
            values,
            tuple(section for section in defaults if section is not None),
            (
                *scope.chain,
                Call(
                    block.name,
                    step.mark,
                    describe(block, values),
                    path,
                    told,
                    step.arguments,
                    scope.rows,
                ),
            ),
            is_frozen(step, scope, self.reading),
            self.shared_path(step, scope, path),
        )
        with self.nested(step, scope):
            last = self.run(block.layers, inner, wires[0])
        if block.output is not None:
            last = self.names.look_up(block.output, inner)
        wire = LOST if last is LOST else last._replace(path=f"{path}/")
        self.names.bind(step, scope, path, wire)
        return wire

    def shared_path(self, step: Step, scope: Scope, path: str) -> tuple[str, str] | None:
        """Return the paths of a block instance and of the one whose weights it shares."""
        if step.share is None:
            return scope.share
        other = self.names.look_up(step.share, scope)
        if other is LOST:
            return None
        if not other.path:
            self.reading.fault(
                f"'{step.share.text}' is not an instance of a block, and '{step.word}' is a block",
                step.share.mark,
                scope,
                help="a block shares the weights of an earlier instance of the same block",
                code="SP021",
            )
            return None
        return f"{path}/", other.path

    def branches(
        self, step: Step, scope: Scope, wires: list[StepOutput], path: str
    ) -> list[StepOutput] | None:
        """Lay out the branches of a join; return their ends."""
        if not isinstance(step.arguments, Sequence):
            assert step.arguments is not None
            self.reading.fault(
                f"'{step.word}' joins branches, and must be given a list of them",
                step.arguments.mark,
                scope,
                help=f"{step.word}: [[...], [...]], or 'from: [a, b]' beside it",
            )
            return None
        if len(wires) > 1:
            self.reading.fault(
                f"'{step.word}' has branches and several sources",
                step.mark,
                scope,
                help="branches all begin at one step: give either branches or 'from: [a, b]'",
            )
            return None
        ends: list[StepOutput] = []
        with self.nested(step, scope):
            for number, tree in enumerate(step.arguments.items, 1):
                if isinstance(tree, Scalar) and tree.text.endswith(STAR):
                    ends += self.names.look_up_all(tree, scope)
                else:
                    ends.append(self.run_branch(tree, scope, wires[0], f"{path}/{number}/"))
        self.tally(step, scope, len(ends) // SOURCES_OF_A_STEP)
        return ends

    def run_branch(self, tree: Tree, scope: Scope, start: StepOutput, path: str) -> StepOutput:
        """Lay out one branch: a name, one step, a list of steps, or nothing at all."""
        if isinstance(tree, Scalar):
            if tree.value is None:
                return start
            if tree.text.startswith("^") or self.is_step(tree, scope):
                return self.names.look_up(tree, scope)
        items = tree if isinstance(tree, Sequence) else Sequence((tree,), tree.mark)
        frame = ScopeFrame(path, {}, names_in(items), scope.frame, history=[start])
        return self.run(items, scope.reading(start)._replace(frame=frame), start)

    def is_step(self, word: Scalar, scope: Scope) -> bool:
        """Whether a branch of one word names a step rather than an operation."""
        text = word.text
        if "/" in text or self.names.find(text, scope.frame) is not None:
            return True
        later = any(text in frame.reserved for frame in scope.frame.around())
        return later and text not in self.document.blocks and KINDS.get(text) is None
