"""The parts of a spec: each worked out once for equal steps, parameters and inputs.

A network whose steps read only the step before them is a chain of parts. What a part adds depends
on the shape that comes in and on the parameters that its text names, on nothing else; so the rules
of its layers are asked once, and every network that has the part again adds up what they said.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Sequence, Tree
from cnnanalyze.errors import Fault, SpecError
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.language.blocks import Block, bind_arguments
from cnnanalyze.language.control_flow import can_place, condition, operation, repetitions, rows
from cnnanalyze.language.dependence import Dependence, Piece
from cnnanalyze.language.document import Document
from cnnanalyze.language.expand import Expander
from cnnanalyze.language.names import Names, names_in
from cnnanalyze.language.node_builder import LayerFactory, NodeBuilder, TooLarge, is_frozen
from cnnanalyze.language.scope import LOST, Scope, ScopeFrame, SpecReading, StepOutput
from cnnanalyze.language.step import Step, read_step
from cnnanalyze.language.variables import Variables
from cnnanalyze.sweeping.columns import key_of
from cnnanalyze.sweeping.part import Measures, Part, Refusal, empty_part, part_of

MOST_LAYERS = 100_000
"""How many layers a part may have."""


class Place(NamedTuple):
    """Where steps are laid out: everything on which they may depend."""

    scope: Scope
    parameters: dict[str, object]
    """The parameters of the spec, which every block sees."""
    shape: Shape
    """What comes in."""

    @property
    def wire(self) -> StepOutput:
        """What comes in, as a step reads it."""
        return StepOutput(INPUT, self.shape)

    def bind(self, **variables: object) -> Place:
        """Return this place with more variables."""
        return self._replace(scope=self.scope.bind(**variables))


class Parts:
    """The parts of one document.

    Parameters
    ----------
    document
        The spec.
    measures
        What is asked of every part.
    """

    def __init__(self, document: Document, measures: Measures) -> None:
        self.document = document
        self.measures = measures
        self.dependence = Dependence(document)
        self.distinct = 0
        """How many parts the rules of layers were asked about."""
        self._faults = Faults()
        self._reading = SpecReading(self._faults.under("SP013"))
        self._factory = LayerFactory(self._reading)
        self._steps: dict[int, Step | None] = {}
        self._known: dict[object, Part | Fault] = {}
        self._names: dict[int | str, tuple[str, ...]] = {}
        self._found: dict[object, dict[object, Part | Fault]] = {}
        self._shapes: dict[Shape, int] = {}

    def found_of(self, piece: Piece, fixed: dict[str, object]) -> dict[object, Part | Fault]:
        """Return what is known of a piece at the top level where some variables are fixed."""
        values = tuple([(name, key_of(fixed[name])) for name in sorted(fixed)])
        return self._found.setdefault((id(piece.steps.items[0]), values), {})

    def shape_number(self, shape: Shape) -> int:
        """Return a number that stands for a shape in keys."""
        return self._shapes.setdefault(shape, len(self._shapes))

    def top(
        self, parameters: dict[str, object], variables: dict[str, object], shape: Shape
    ) -> Place:
        """Return where steps of the top level stand.

        Parameters
        ----------
        parameters
            The parameters of the spec, those that the steps read among them.
        variables
            What tables around the steps bind.
        shape
            What comes in.
        """
        defaults = self.document.written.defaults
        seen = Variables(parameters)
        scope = Scope(
            ScopeFrame("", {}),
            seen.bind(variables) if variables else seen,
            () if defaults is None else (defaults,),
        )
        return Place(scope, parameters, shape)

    def nothing(self, shape: Shape) -> Part:
        """Return the part that has no steps."""
        return empty_part(shape, self.measures)

    def of_piece(self, piece: Piece, place: Place) -> Part:
        """Return what a piece of a list of steps does.

        Raises
        ------
        Refusal
            If it cannot be laid out so.
        """
        first, scope = piece.steps.items[0], place.scope
        names = self._names_of(id(first), self.dependence.reads(piece.steps), scope.variables)
        key = (
            id(first),
            self._where(scope),
            place.shape,
            tuple([key_of(scope.variables[name]) for name in names]),
        )
        if piece.is_open or len(piece.steps.items) > 1:
            return self._once_for(key, lambda: self._lay_out_steps(piece.steps, place))
        return self._once_for(key, lambda: self._work_out(first, place))

    def _once_for(self, key: object, work: Callable[[], Part]) -> Part:
        """Return what is known of a key, or work it out."""
        found = self._known.get(key)
        if found is None:
            try:
                found = work()
            except Refusal as refusal:
                found = refusal.fault
            self._known[key] = found
        if isinstance(found, Fault):
            raise Refusal(found)
        return found

    @staticmethod
    def _where(scope: Scope) -> tuple[bool, int]:
        """Return what decides of steps besides the variables: training, and the defaults."""
        return scope.frozen, id(scope.defaults[-1]) if scope.defaults else 0

    def _names_of(
        self, where: int | str, words: frozenset[str], variables: Variables
    ) -> tuple[str, ...]:
        """Return the variables that a place reads, which are the same ones whenever it is met."""
        found = self._names.get(where)
        if found is None:
            visible = sorted(name for name in words if name in variables and name != "in")
            found = self._names[where] = tuple(visible)
        return found

    # --- control flow ----------------------------------------------------------------------------

    def _work_out(self, tree: Tree, place: Place) -> Part:
        step = self._read(tree)
        if step.has_expression:
            place = place._replace(scope=place.scope.reading(place.wire))
        holds = condition(step, place.scope, self._reading)
        self._refuse()
        if not holds:
            if step.otherwise is None:
                return self.nothing(place.shape)
            return self._work_out(step.otherwise, place)
        if step.steps is not None:
            if not self.dependence.is_chain(step.steps):
                return self._lay_out_steps(Sequence((tree,), tree.mark), place)
            return self._rows(step, place)
        if step.repeat is not None:
            return self._repeat(tree, step, place)
        return self._once(step, place)

    def _repeat(self, tree: Tree, step: Step, place: Place) -> Part:
        try:
            count = repetitions(step, place.scope, self._reading)
        except TooLarge:
            count = 0
        self._refuse()
        part = self.nothing(place.shape)
        words = self.dependence.reads(tree)
        is_numbered = "index" in words
        # What an instance reads besides its number and its input is the same for all of them.
        names = self._names_of(f"repeat {id(step)}", words, place.scope.variables)
        values = (self._where(place.scope), *[key_of(place.scope.variables[n]) for n in names])
        for number in range(1, count + 1):
            shape = part.output
            inner = place.bind(**{"in": shape.channels}, index=number)._replace(shape=shape)
            key = (id(step), number if is_numbered else 0, shape, values)
            one = self._once_for(key, partial(self._once, step, inner))
            if one.output == shape and not is_numbered:  # so are all the others
                part = part.then(one.repeated(count - number + 1))
                break
            part = part.then(one)
            self._bound(part, step)
        self._bound(part, step)
        return part

    def _rows(self, step: Step, place: Place) -> Part:
        assert step.steps is not None
        table = rows(step, place.scope, self._reading)
        self._refuse()
        assert table is not None
        part = self.nothing(place.shape)
        for number, row in enumerate(table, 1):
            inner = place.bind(**row, index=number)
            frozen = is_frozen(step, inner.scope, self._reading)
            self._refuse()
            inner = inner._replace(scope=inner.scope._replace(frozen=frozen))
            part = self._body(step.steps, inner, part)
            self._bound(part, step)
        return part

    def _body(self, items: Sequence, place: Place, part: Part) -> Part:
        for piece in self.dependence.pieces(items):
            part = part.then(self.of_piece(piece, place._replace(shape=part.output)))
        return part

    def _once(self, step: Step, place: Place) -> Part:
        """Return one instance of a step: a block, or a layer with its branches."""
        word = operation(step, place.scope, self._reading)
        self._refuse()
        block = self.document.blocks.get(word or "")
        if block is None:
            return self._lay_out_step(step, place)
        if not can_place(block, step, place.scope, [place.wire], self._reading):
            self._refuse()
        parameters = Variables(place.parameters)
        values = bind_arguments(block, step, place.scope, [place.wire], parameters, self._reading)
        self._refuse()
        frozen = is_frozen(step, place.scope, self._reading)
        self._refuse()
        words = self.dependence.of_block(block.name) | set(block.param_names)
        names = self._names_of(block.name, words - set(block.inputs.known), values)
        key = (block.name, frozen, place.shape, tuple([key_of(values[name]) for name in names]))
        inner = place._replace(scope=place.scope._replace(variables=values, frozen=frozen))
        return self._once_for(key, lambda: self._block(block, step, place, inner))

    def _block(self, block: Block, step: Step, outer: Place, inner: Place) -> Part:
        """Return a block: by its pieces if each of its steps is one, or as it stands."""
        if block.output is not None or not self.dependence.is_chain(block.layers):
            return self._lay_out_step(step, outer)
        sections = (self.document.written.defaults, block.defaults)
        defaults = tuple(section for section in sections if section is not None)
        inner = inner._replace(scope=inner.scope._replace(defaults=defaults))
        return self._body(block.layers, inner, self.nothing(inner.shape))

    # --- layers ----------------------------------------------------------------------------------

    def _lay_out_step(self, step: Step, place: Place) -> Part:
        expander, scope = self._expander(place, frozenset())
        return self._measure(
            expander, place, lambda: expander.place_once(step, scope, [place.wire])
        )

    def _lay_out_steps(self, items: Sequence, place: Place) -> Part:
        expander, scope = self._expander(place, names_in(items))
        return self._measure(expander, place, lambda: expander.run(items, scope, place.wire))

    def _expander(self, place: Place, names: frozenset[str]) -> tuple[Expander, Scope]:
        """Return what lays out steps as if they were a whole network."""
        known = Names(self._reading)
        known.inputs = (INPUT,)
        builder = NodeBuilder(self._reading, known, self._factory, place.shape.rank)
        expander = Expander(self.document, place.parameters, self._reading, known, builder)
        expander.steps = self._steps
        frame = ScopeFrame("", {INPUT: place.wire}, names, history=[place.wire])
        frame.taken.add(INPUT)
        return expander, place.scope._replace(frame=frame)

    def _measure(self, expander: Expander, place: Place, run: Callable[[], StepOutput]) -> Part:
        last: NodeId = LOST.id
        with suppress(TooLarge):  # the fault is noted
            last = run().id
        expander.names.explain_missed()
        self._refuse()
        nodes = tuple(expander.builder.nodes)
        if not nodes:
            return self.nothing(place.shape)
        self.distinct += 1
        return part_of(Network("", {INPUT: Input(place.shape)}, nodes, (last,)), self.measures)

    # --- steps and faults ------------------------------------------------------------------------

    def step(self, tree: Tree) -> Step | None:
        """Return a step as it is read; nothing if it cannot be."""
        try:
            return self._read(tree)
        except Refusal:
            return None

    def _read(self, tree: Tree) -> Step:
        found = self._steps.get(id(tree))
        if found is None:
            try:
                found = self._steps[id(tree)] = read_step(tree)
            except SpecError as error:
                raise Refusal(error.faults[0]) from None
        return found

    def _refuse(self) -> None:
        """Raise what was noted."""
        if self._faults:
            fault = self._faults.sorted()[0]
            self._faults.clear()
            raise Refusal(fault)

    @staticmethod
    def _bound(part: Part, step: Step) -> None:
        if (layers := part.sums[0]) > MOST_LAYERS:
            raise Refusal(
                Fault(
                    f"a network may have at most {MOST_LAYERS:,} layers: "
                    f"{layers:,} > {MOST_LAYERS:,}",
                    step.mark,
                )
            )
