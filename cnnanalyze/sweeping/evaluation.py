"""Evaluation: what many points of one spec come to, from the parts that their networks share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.quantities import lacking, of_network
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Sequence, Tree
from cnnanalyze.errors import CnnError, Fault
from cnnanalyze.graph.node import INPUT
from cnnanalyze.language.build import vary
from cnnanalyze.language.dependence import Piece
from cnnanalyze.language.inputs import read_inputs
from cnnanalyze.language.spec import Spec
from cnnanalyze.language.step import Step
from cnnanalyze.sweeping.columns import Column, Numbers, combine, derive, key_of
from cnnanalyze.sweeping.field import Fields
from cnnanalyze.sweeping.parameters import ElementColumns, Parameters, Value, joined
from cnnanalyze.sweeping.part import Measures, Part, Refusal, bound, too_large
from cnnanalyze.sweeping.parts import Parts
from cnnanalyze.sweeping.total import ColumnTotal


@dataclass
class Evaluated:
    """What some points come to."""

    numbers: tuple[Numbers, ...]
    """For each quantity that is asked the number of each point; -1 where there is none."""
    fault: Numbers
    """For each point the place of the fault that refuses it, or -1."""
    faults: tuple[Fault, ...]
    is_partial: Numbers
    """For each point whether some number is only the least that it can be."""


class Evaluation:
    """The points of one spec, by the parts that they share; what is worked out once is kept.

    Parameters
    ----------
    spec
        The network.
    given
        Values of parameters that all points have.
    measures
        What is asked.
    """

    def __init__(self, spec: Spec, given: Mapping[str, Any], measures: Measures) -> None:
        assert spec.document is not None
        self.spec = spec
        self.document = spec.document
        self.given = dict(given)
        self.measures = measures
        self.parts = Parts(spec.document, measures)
        sees = any(one.quantity.of_axes for one in measures.asked)
        self.fields = Fields() if sees else None
        self.whole = self._why_whole()
        """Why each network is analysed as a whole; empty if its parts are enough."""
        self.analyzed = 0
        """How many networks were analysed as a whole."""

    def _why_whole(self) -> str:
        written = self.document.written
        if written.inputs is not None:
            return "it has several inputs"
        if written.outputs is not None:
            return "it names its outputs"
        if self.spec.assumed:
            return "its input leaves sizes open"
        if of := next((a.quantity for a in self.measures.asked if a.quantity.needs_network), None):
            return f"{of.title} is that of a network as a whole"
        return ""

    @property
    def distinct(self) -> int:
        """How many different parts, or networks, the rules were asked about."""
        return self.parts.distinct + self.analyzed

    def parameters(self, varied: Mapping[str, Column], count: int) -> Parameters:
        """Return the parameters of the spec at some points."""
        return Parameters(self.document, self.given, varied, count, self.parts.dependence)

    def evaluate(
        self,
        varied: Mapping[str, Column],
        count: int,
        *,
        parameters: Parameters | None = None,
        chosen: Numbers | None = None,
    ) -> Evaluated:
        """Return what is asked of some points.

        Parameters
        ----------
        varied
            The parameters that differ between points: by name, or by name and element as in
            ``repeats[2]``, whose first is 0.
        count
            How many points there are.
        parameters
            The parameters, if they are known already.
        chosen
            The points that are evaluated; by default all.
        """
        chosen = np.arange(count) if chosen is None else chosen
        if self.whole:
            return self._evaluate_whole(varied, count, chosen)
        return _Walk(self, parameters or self.parameters(varied, count), chosen).run()

    def exactly(self, settings: Mapping[str, Any]) -> tuple[list[int | None], bool]:
        """Return what is asked of one point, of its network as a whole, and whether it is partial.

        Raises
        ------
        CnnError
            If the spec refuses it.
        """
        self.analyzed += 1
        analysis = analyze(vary(self.spec, joined(self.spec, self.given, settings)))
        asked = self.measures.asked
        is_partial = bool(analysis.notes) or any(
            lacking(one.quantity, analysis.total, one.terms) for one in asked
        )
        return [of_network(a.quantity, analysis, a.terms, least=True) for a in asked], is_partial

    def _evaluate_whole(
        self, varied: Mapping[str, Column], count: int, chosen: Numbers
    ) -> Evaluated:
        asked = len(self.measures.asked)
        points, codes = combine([column.take(chosen) for column in varied.values()], len(chosen))
        table = np.full((asked, len(points)), -1, np.int64)
        fault = np.full(len(points), -1, np.int64)
        is_partial = np.zeros(len(points), bool)
        faults: list[Fault] = []
        for k, at in enumerate(chosen[points].tolist()):
            settings = {name: column.values[column.codes[at]] for name, column in varied.items()}
            try:
                numbers, is_partial[k] = self.exactly(settings)
            except CnnError as error:
                fault[k] = len(faults)
                faults.append(error.faults[0])
                continue
            table[:, k] = [-1 if n is None else n for n in numbers]
        found = np.full((asked, count), -1, np.int64)
        found[:, chosen] = table[:, codes]
        refused = np.full(count, -1, np.int64)
        refused[chosen] = fault[codes]
        partial = np.zeros(count, bool)
        partial[chosen] = is_partial[codes]
        return Evaluated(tuple(found), refused, tuple(faults), partial)


class _Walk:
    """Some points on their way through the steps of their network."""

    def __init__(self, evaluation: Evaluation, parameters: Parameters, chosen: Numbers) -> None:
        self.parts = evaluation.parts
        self.measures = evaluation.measures
        self.document = evaluation.document
        self.parameters = parameters
        self.count = parameters.count
        self.points = chosen
        """The points that are not refused."""
        self.fault = np.full(self.count, -1, np.int64)
        self.faults: list[Fault] = []
        self.places: dict[object, int] = {}
        self.total = ColumnTotal.empty(self.measures, self.parts.nothing(Shape((), 1)), self.count)
        for value in parameters.values.values():
            self.drop(value)
        self.shapes = self.start()
        self.seen = None if evaluation.fields is None else evaluation.fields.start(self.shapes)

    def run(self) -> Evaluated:
        """Go through the steps, from what goes in to the last one."""
        layers = self.document.written.layers
        assert isinstance(layers, Sequence)
        self.body(layers, {})
        empty = self.points[self.total.layers[self.points] == 0]
        if len(empty):
            self.refuse(empty, Fault("this network has no layers", layers.mark, code="GR004"))
        numbers = tuple(
            self.seen.extents
            if one.quantity.of_axes is not None and self.seen is not None
            else self.total.measure(one)
            for one in self.measures.asked
        )
        return Evaluated(numbers, self.fault, tuple(self.faults), self.total.is_partial)

    # --- refusing --------------------------------------------------------------------------------

    def drop(self, value: Value) -> None:
        """Refuse the points at which something cannot be evaluated."""
        if isinstance(value, Fault):
            self.refuse(self.points, value)
        elif isinstance(value, Column):
            for code, one in enumerate(value.values):
                if isinstance(one, Fault):
                    self.refuse(self.points[value.codes[self.points] == code], one)

    def refuse(self, points: Numbers, fault: Fault) -> None:
        """Leave points out from here on."""
        mark = fault.mark
        key = (mark.source.name, *mark.position, fault.code) if mark else fault.message
        place = self.places.setdefault(key, len(self.faults))
        if place == len(self.faults):
            self.faults.append(fault)
        self.fault[points] = place
        self.points = self.points[self.fault[self.points] < 0]

    # --- steps -----------------------------------------------------------------------------------

    def start(self) -> Column:
        """Return the shapes of the input."""
        tree = self.document.going_in
        assert tree is not None
        values = self.parameters.values
        columns = self.parameters.columns(self.parts.dependence.reads(tree), values)
        fixed = {name: value for name, value in values.items() if name not in columns}

        def work(at: dict[str, Any]) -> object:
            faults = Faults()
            found = read_inputs(self.document, {**fixed, **at}, faults)
            if faults:
                return faults.sorted()[0]
            given = found[INPUT]
            assert given is not None
            return given.shape

        shapes = derive(columns, self.count, work, key=lambda one: one)
        self.drop(shapes)
        return shapes

    def body(self, items: Sequence, variables: dict[str, Value]) -> None:
        """Go through a list of steps."""
        for piece in self.parts.dependence.pieces(items):
            is_step = len(piece.steps.items) == 1 and not piece.is_open
            table = self.rows(piece.steps.items[0], variables) if is_step else None
            if table is None:
                self.place(piece, variables)
                continue
            step, rows = table
            assert step.steps is not None
            for number, row in enumerate(rows, 1):
                self.body(step.steps, {**variables, **row, "index": number})

    def rows(
        self, tree: Tree, variables: dict[str, Value]
    ) -> tuple[Step, list[dict[str, Value]]] | None:
        """Return a table with its rows, if all points have equally many; nothing otherwise."""
        step = self.parts.step(tree)
        if step is None or step.table is None or step.when is not None or step.frozen is not None:
            return None
        if step.steps is None or not self.parts.dependence.is_chain(step.steps):
            return None
        values = {**self.parameters.values, **variables}
        columns: dict[str, list[Value]] = {}
        for key, written in step.table.entries:
            elements = self.parameters.elements(written, values)
            if elements is None:
                return None
            columns[key.text] = elements
        if len({len(column) for column in columns.values()}) != 1:
            return None
        return step, [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]

    def place(self, piece: Piece, variables: dict[str, Value]) -> None:
        """Add a piece to the points, worked out once where parameters and shapes are equal."""
        read = self.parts.dependence.reads(piece.steps)
        values = self.parameters.values
        inner = self.parameters.columns(read, variables)
        outer = self.parameters.columns(read, values)
        here = self.points
        columns = [*inner.values(), *outer.values(), self.shapes]
        points, codes = combine([column.take(here) for column in columns], len(here))
        if not len(points):
            return
        at = here[points]
        each_inner = [(n, c.values, c.codes[at].tolist()) for n, c in inner.items()]
        each_outer = [(n, c.values, c.codes[at].tolist()) for n, c in outer.items()]
        fixed = {n: v for n, v in variables.items() if _is_plain(v)}
        common = {n: v for n, v in values.items() if _is_plain(v)}
        # What is known of the same values from earlier points is found by them alone.
        known = self.parts.found_of(piece, {n: v for n, v in fixed.items() if n in read})
        shapes = self.shapes.codes[at].tolist()
        keys: list[list[Any]] = [
            [self.parts.shape_number(shape) for shape in self.shapes.values],
            *([key_of(value) for value in those] for _, those, _ in (*each_inner, *each_outer)),
        ]
        places = [shapes, *(codes_ for _, _, codes_ in (*each_inner, *each_outer))]
        parts: list[Part] = []
        refused: list[tuple[int, Fault]] = []
        for k, key in enumerate(
            zip(*([of[c] for c in cs] for of, cs in zip(keys, places, strict=True)), strict=True)
        ):
            coming = self.shapes.values[shapes[k]]
            found = known.get(key)
            if found is None:
                parameters = {**common, **{n: those[codes_[k]] for n, those, codes_ in each_outer}}
                given = {**fixed, **{n: those[codes_[k]] for n, those, codes_ in each_inner}}
                found = known[key] = self.work_out(piece, parameters, given, coming)
            if isinstance(found, Fault):
                refused.append((k, found))
                found = self.parts.nothing(coming)
            parts.append(found)
        self.total.add(parts, codes, here)
        if self.seen is not None:
            self.seen.follow(parts, codes, here)
        outputs: dict[Shape, int] = {}
        made = np.array([outputs.setdefault(p.output, len(outputs)) for p in parts], np.int64)
        going = np.zeros(self.count, np.int64)
        going[here] = made[codes]
        self.shapes = Column(going, tuple(outputs))
        for k, fault in refused:
            self.refuse(here[codes == k], fault)
        if len(over := self.points[self.total.beyond(self.points)]):
            self.refuse(over, too_large())

    def work_out(
        self, piece: Piece, parameters: dict[str, Any], given: dict[str, Any], coming: Shape
    ) -> Part | Fault:
        """Return what a piece does to what comes in, or why it refuses it."""
        try:
            place = self.parts.top(parameters, given, coming)
            return bound(self.parts.of_piece(piece, place))
        except Refusal as refusal:
            return refusal.fault


def _is_plain(value: Value) -> bool:
    return not isinstance(value, Column | ElementColumns)
