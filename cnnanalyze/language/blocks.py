"""Blocks and defaults as they are written, and the arguments that a block is called with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cnnanalyze.core.diagnostics import Faults, quoted, show_tree, show_value
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import MOST_LISTED, listed, offered
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, is_empty
from cnnanalyze.errors import Mark
from cnnanalyze.language.expression import UNKNOWN, evaluate
from cnnanalyze.language.names import STAR
from cnnanalyze.language.scope import Scope, SpecReading, StepOutput
from cnnanalyze.language.step import Step
from cnnanalyze.language.variables import Variables
from cnnanalyze.layers.attribute_faults import unknown_attribute
from cnnanalyze.layers.base import KINDS

if TYPE_CHECKING:
    from cnnanalyze.language.written_blocks import WrittenBlock


class Inputs(NamedTuple):
    """What the inputs of a block are called inside it."""

    names: tuple[str, ...] = ("x",)
    rest: str = ""
    """What is numbered to call any number of further inputs; nothing if there may be none."""

    @property
    def known(self) -> tuple[str, ...]:
        """The names by which expressions and references know them, without numbers."""
        return (*self.names, self.rest) if self.rest else self.names

    @property
    def written(self) -> tuple[str, ...]:
        """The names as they are written."""
        return (*self.names, self.rest + STAR) if self.rest else self.names

    def take(self, count: int) -> bool:
        """Whether so many inputs can be given."""
        return count == len(self.names) or (bool(self.rest) and count > len(self.names))

    def name(self, wires: list[StepOutput]) -> dict[str, StepOutput]:
        """Return the inputs of one instance by their names."""
        further = range(1, len(wires) - len(self.names) + 1)
        names = (*self.names, *(f"{self.rest}{number}" for number in further))
        return dict(zip(names, wires, strict=True))


class Block(NamedTuple):
    """A named list of steps with parameters, several inputs and one output."""

    name: str
    params: tuple[tuple[str, Tree], ...]
    inputs: Inputs
    layers: Sequence
    output: Scalar | None
    defaults: Mapping | None
    mark: Mark

    @property
    def param_names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(name for name, _ in self.params)


def check_defaults(defaults: Tree | None, faults: Faults) -> None:
    """Note defaults for kinds and attributes that do not exist."""
    if not isinstance(defaults, Mapping):
        return
    for key, value in defaults.entries:
        cls = KINDS.get(key.text)
        if cls is None:
            from cnnanalyze.language.foreign_steps import of_step  # noqa: PLC0415 - for faults only

            meant = of_step(key.text, KINDS.words())
            faults.add(
                f"defaults for an unknown layer kind '{key.text}'{meant.hint}",
                key.mark,
                help=meant.help,
                code="SP004",
            )
        elif not isinstance(value, Mapping):
            faults.add(
                f"the defaults of '{key.text}' must be a mapping, not {show_tree(value)}",
                value.mark,
                help=f"{key.text}: {{attribute: value}}",
            )
        else:
            for attribute, _ in value.entries:
                if attribute.text not in cls.model_fields:
                    fault = unknown_attribute(cls, key.text, attribute.text)
                    faults.note(fault.at(attribute.mark))


def read_blocks(
    names: Iterable[Scalar], written: dict[str, WrittenBlock], faults: Faults
) -> dict[str, Block]:
    """Return the blocks of a spec, by their names."""
    return {
        name.text: _read_block(name, written[name.text], faults)
        for name in names
        if name.text in written
    }


def _read_block(name: Scalar, written: WrittenBlock, faults: Faults) -> Block:
    check_defaults(written.defaults, faults)
    inputs = _read_inputs(written.inputs, faults)
    entries = written.params.entries if written.params is not None else ()
    check_names((key for key, _ in entries), "a parameter", faults, inputs.known, inputs.rest)
    return Block(
        name.text,
        tuple((key.text, value) for key, value in entries),
        inputs,
        written.layers,
        written.output,
        written.defaults,
        name.mark,
    )


def _read_inputs(written: tuple[Scalar, ...] | None, faults: Faults) -> Inputs:
    if written is None:
        return Inputs()
    names, rest = list(written), ""
    if names[-1].text.endswith(STAR):
        last = names.pop()
        rest = last.text.removesuffix(STAR)
        names.append(Scalar(rest, rest, last.plain, last.mark))
    check_names(names, "an input", faults, rest=rest)
    plain = tuple(dict.fromkeys(i.text for i in names))
    return Inputs(plain[:-1], rest) if rest else Inputs(plain)


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TAKEN = ("in", "index")


def check_names(
    names: Iterable[Scalar],
    what: str,
    faults: Faults,
    taken: tuple[str, ...] = (),
    rest: str = "",
) -> None:
    """Note names that no expression could use, or that mean something else already.

    With numbers behind it, ``rest`` names inputs of which there may be any number.
    """
    seen = {*_TAKEN, *taken}
    for name in names:
        if not _VARIABLE.fullmatch(name.text):
            faults.add(
                f"{show_value(name.text)} cannot name {what}",
                name.mark,
                help="use letters, digits and '_', beginning with a letter: $name must find it",
                code="SP019",
            )
        elif name.text in seen or (rest and _is_numbered(name.text, rest)):
            meaning = _MEANINGS.get(name.text, f"the name '{name.text}' is taken")
            faults.add(
                f"'{name.text}' cannot name {what}: {meaning}",
                name.mark,
                help="choose another name",
                code="SP019",
            )
        seen.add(name.text)


def _is_numbered(name: str, stem: str) -> bool:
    return name.startswith(stem) and name.removeprefix(stem).isdecimal()


_MEANINGS = {
    "in": "$in is the number of channels that come in",
    "index": "$index is the number of a row or repetition",
}


def bind_arguments(
    block: Block,
    step: Step,
    scope: Scope,
    wires: list[StepOutput],
    parameters: Variables,
    reading: SpecReading,
) -> Variables:
    """Return everything that the steps of a block can refer to in one instance of it.

    Parameters
    ----------
    block
        The block.
    step, scope
        The step that calls it, and where that stands: there its arguments are read.
    wires
        What the block reads; defaults may ask for their shapes.
    parameters
        The spec's own parameters, which every block sees; it sees nothing else of its caller.
    reading
        Where to note what is wrong.
    """
    given = _given_trees(block, step, scope, reading)
    outer = scope.reading(wires[0])
    values: dict[str, object] = {
        **block.inputs.name(wires),
        "in": wires[0].channels,
    }
    if block.inputs.rest:
        values[block.inputs.rest] = wires[len(block.inputs.names) :]
    visible = parameters.over(values)
    # What a misspelt name was meant for is not known, so nothing that is not given is.
    is_misspelt = not given.keys() <= set(block.param_names)
    missing = []
    for name, default in block.params:
        if name in given:
            values[name] = reading.value(given[name], outer)
            continue
        values[name] = UNKNOWN
        if is_misspelt:
            continue
        if is_empty(default):
            missing.append(name)
            continue
        with reading.faults.caught(scope.chain):
            values[name] = evaluate(default, visible)
    if missing:
        reading.fault(
            f"block '{block.name}' needs {quoted(missing[:MOST_LISTED])}"
            f"{' and others' if len(missing) > MOST_LISTED else ''}",
            step.mark,
            scope,
            help=f"{block.name}: {{{listed([f'{name}: ...' for name in missing])}}}",
            code="SP006",
        )
    return visible


def _given_trees(block: Block, step: Step, scope: Scope, reading: SpecReading) -> dict[str, Tree]:
    """Return what is written for each parameter."""
    written = step.arguments
    names = block.param_names
    if written is None:
        return {}
    if isinstance(written, Mapping):
        known = frozenset(names)
        for key, _ in written.entries:
            if key.text not in known:
                takes = offered("it takes", names, "parameters")
                reading.fault(
                    f"block '{block.name}' has no parameter '{key.text}'; {takes}"
                    f"{nearest(key.text, names)}",
                    key.mark,
                    scope,
                    code="SP006",
                )
        return {key.text: tree for key, tree in written.entries}
    if names:
        return {names[0]: written}
    reading.fault(
        f"block '{block.name}' takes no parameters",
        written.mark,
        scope,
        help=f"write '{block.name}' alone, or give the block 'params'",
        code="SP006",
    )
    return {}


def describe(block: Block, values: Variables) -> str:
    """Return the parameters of one call as a chain of calls prints them.

    Long values and long lists of them are cut, since every layer below carries them.
    """
    return ", ".join(
        f"{name} = {said if len(said) <= _LONG else said[:_LONG] + '…'}"
        for name in block.param_names[:MOST_LISTED]
        if values[name] is not UNKNOWN and (said := show_value(values[name]))
    )


_LONG = 40
