"""Idle steps: what is wrong in steps from which these values of the parameters make no layer.

A block that nothing calls, the branch of a condition that does not hold, a table without rows: with
other values they count. What no value can mend, such as a word that nothing knows, is a fault there
as anywhere else; what depends on a value is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.tree import Mapping, Sequence, Tree, scalars
from cnnanalyze.language.blocks import bind_arguments
from cnnanalyze.language.control_flow import condition, kind, operation, repetitions, rows
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.names import Names
from cnnanalyze.language.node_builder import LayerFactory, TooLarge, is_join
from cnnanalyze.language.scope import LOST, Scope, ScopeFrame, SpecReading, Visible
from cnnanalyze.language.step import Step
from cnnanalyze.language.variables import Variables
from cnnanalyze.layers.base import KINDS

Read = Callable[[Tree, Scope], Step | None]
"""Reads a step once, and notes what is wrong with its form."""


class AnyScope(ScopeFrame):
    """What stands for every list of steps of a spec: the words that could be names there."""

    def __init__(self, tree: Tree) -> None:
        super().__init__("", {})
        self._tree = tree

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the spec that is not an expression."""
        return frozenset(word.text for word in scalars(self._tree) if "$" not in word.text)


class Anything(Visible):
    """Names of which nobody knows what they stand for, but only that they stand for something.

    A word is taken for a name if it is written anywhere in the spec, or could be that of a step
    with a running number.
    """

    def __init__(self, variables: Variables, frame: AnyScope) -> None:
        super().__init__(variables, frame)
        self._everywhere = frame

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        return isinstance(name, str) and (name[-1:].isdigit() or name in self._everywhere.words)

    def __getitem__(self, name: str) -> object:
        return UNKNOWN


class Anywhere(Scope):
    """The scope of a step of which nobody knows how it is reached."""

    __slots__ = ()

    @property
    def visible(self) -> Visible:
        """Every name, each with an unknown value."""
        assert isinstance(self.frame, AnyScope)
        return Anything(self.variables, self.frame)


def find_idle_faults(document: Document, placed: Collection[int], read: Read) -> Faults:
    """Return what is wrong in steps that are laid out nowhere, and in defaults that none takes.

    Parameters
    ----------
    document
        The spec.
    placed
        The ids of the marks of all steps that are laid out.
    read
        Reads a step.
    """
    reading = SpecReading(Faults("SP013"))
    search = _Search(document, placed, read, LayerFactory(reading), Names(reading))
    outer = () if document.written.defaults is None else (document.written.defaults,)
    names = ("in", "index", *(key.text for key, _ in document.param_trees))
    frame = AnyScope(document.tree)
    spec_wide = Variables(_unknown(names))
    scope = Anywhere(frame, spec_wide, outer)
    if document.written.defaults is not None:
        search.factory.judge_defaults(document.written.defaults, scope)
    layers = document.written.layers
    if isinstance(layers, Sequence):
        search.run(layers, scope)
    for block in document.blocks.values():
        known = spec_wide.bind(_unknown((*block.param_names, *block.inputs.known)))
        own = () if block.defaults is None else (block.defaults,)
        inside = Anywhere(frame, known, (*outer, *own))
        for section in own:
            search.factory.judge_defaults(section, inside)
        search.run(block.layers, inside)
    return reading.faults


class _Search(NamedTuple):
    document: Document
    placed: Collection[int]
    read: Read
    factory: LayerFactory
    names: Names

    def run(self, items: Sequence, scope: Scope) -> None:
        """Look through a list of steps."""
        for tree in items.items:
            self.enter(tree, scope)

    def enter(self, tree: Tree, scope: Scope) -> None:
        """Look at a step, and at those inside it."""
        step = self.read(tree, scope)
        if step is None:
            return
        if id(step.mark) not in self.placed:
            with suppress(TooLarge):
                self.judge(step, scope)
        if step.steps is not None and step.table is not None:
            self.run(step.steps, scope.bind(**_unknown(step.table.keys())))
        if step.otherwise is not None:
            self.enter(step.otherwise, scope)
        for branch in self.branches(step):
            self.run(branch, scope)

    def judge(self, step: Step, scope: Scope) -> None:
        """Note what is wrong with an idle step, whatever its names stand for."""
        reading = self.names.reading
        condition(step, scope, reading)
        if step.table is not None:
            rows(step, scope, reading)
            return
        if step.repeat is not None:
            repetitions(step, scope, reading)
        word = operation(step, scope, reading)
        if word is None:
            return
        if (block := self.document.blocks.get(word)) is not None:
            wires = [LOST] * max(1, len(block.inputs.names))
            bind_arguments(block, step, scope, wires, scope.variables, reading)
        elif (cls := kind(word, step, scope, self.names, self.document.blocks)) is not None:
            self.factory.make(cls, step, scope, LOST)

    def branches(self, step: Step) -> Iterator[Sequence]:
        """Yield the lists of steps that a join is given; a name alone is none."""
        if not isinstance(step.arguments, Sequence) or step.word in self.document.blocks:
            return
        cls = KINDS.get(step.word)
        if cls is not None and is_join(cls):
            for branch in step.arguments.items:
                if isinstance(branch, Mapping):
                    yield Sequence((branch,), branch.mark)
                elif isinstance(branch, Sequence):
                    yield branch


def _unknown(names: Iterable[str]) -> dict[str, object]:
    return dict.fromkeys(names, UNKNOWN)
