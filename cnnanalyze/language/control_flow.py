"""Controls: how often a step is laid out, over which rows, and which operation it names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.spelling import MOST_LISTED, count_of, listed
from cnnanalyze.errors import PluginError
from cnnanalyze.language.blocks import Block
from cnnanalyze.language.expression import UNKNOWN, parse
from cnnanalyze.language.names import Names
from cnnanalyze.language.node_builder import TooLarge
from cnnanalyze.language.scope import Scope, SpecReading, StepOutput
from cnnanalyze.language.step import Step
from cnnanalyze.layers.base import KINDS, Layer

MOST_STEPS = 100_000
"""How many steps a spec may go through: layers, calls, rows; what is left out counts, too."""


def condition(step: Step, scope: Scope, reading: SpecReading) -> bool | None:
    """Return whether a step's ``when`` holds; nothing if a fault hides it."""
    if step.when is None:
        return True
    holds = reading.value(step.when, scope)
    if isinstance(holds, bool):
        return holds
    if holds is not UNKNOWN:
        reading.fault(
            f"'when' must be true or false, not {show_value(holds)}",
            step.when.mark,
            scope,
            help="write a comparison, such as '$stride != 1'",
            code="SP005",
        )
    return None


def repetitions(step: Step, scope: Scope, reading: SpecReading) -> int:
    """Return how often a step is laid out."""
    assert step.repeat is not None
    count = reading.value(step.repeat, scope)
    if count is UNKNOWN:
        return 1
    if type(count) is float and count.is_integer():
        count = int(count)
    if type(count) is not int or count < 0:
        reading.fault(
            f"'repeat' must be a whole number of at least 0, not {show_value(count)}",
            step.repeat.mark,
            scope,
            code="SP005",
        )
        return 1
    if count > MOST_STEPS:
        reading.fault(
            f"'repeat' is {count:,}, but a network may have at most {MOST_STEPS:,} steps: "
            f"{count:,} > {MOST_STEPS:,}",
            step.repeat.mark,
            scope,
            help="repeat it less often",
            code="SP012",
        )
        raise TooLarge
    return count


def rows(step: Step, scope: Scope, reading: SpecReading) -> list[dict[str, object]] | None:
    """Return the rows of a table, each as the variables that it binds."""
    assert step.table is not None
    columns: dict[str, list[object]] = {}
    for key, tree in step.table.entries:
        value = reading.value(tree, scope)
        if value is UNKNOWN:
            return None
        if not isinstance(value, list):
            reading.fault(
                f"column '{key.text}' must be a list with one value per row, "
                f"not {show_value(value)}",
                tree.mark,
                scope,
            )
            return None
        columns[key.text] = value
    if len({len(column) for column in columns.values()}) > 1:
        said = ", ".join(f"'{name}' has {len(column)}" for name, column in columns.items())
        reading.fault(
            f"the columns of a table must be equally long, but {said}",
            step.table.mark,
            scope,
            help="give every column one value per row",
        )
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def operation(step: Step, scope: Scope, reading: SpecReading) -> str | None:
    """Return the kind or block that a step names, perhaps by an expression."""
    if "$" not in step.word:
        return step.word
    value: object = UNKNOWN
    with reading.faults.caught(scope.chain):
        value = parse(step.word, step.mark).evaluate(scope.visible)
    if isinstance(value, str):
        return value
    if value is not UNKNOWN:
        reading.fault(
            f"an operation must be a word, not {show_value(value)}",
            step.mark,
            scope,
            help="give the parameter the name of a layer kind or block, such as relu",
            code="SP004",
        )
    return None


def kind(
    word: str, step: Step, scope: Scope, names: Names, blocks: Iterable[str]
) -> type[Layer] | None:
    """Return the layer kind of a word, which is looked for in other packages, too."""
    reading = names.reading
    try:
        if (cls := KINDS.get(word)) is not None:
            return cls
    except PluginError as error:
        fault = error.faults[0]
        reading.fault(fault.message, step.mark, scope, fault.help, code="SP004")
        return None
    if names.find(word, scope.frame) is not None:
        reading.fault(
            f"'{word}' is a step, not an operation",
            step.mark,
            scope,
            help=f"to read it, give a step 'from: {word}'",
            code="SP004",
        )
        return None
    names_of_blocks = tuple(blocks)
    from cnnanalyze.language.foreign_steps import of_step  # noqa: PLC0415 - for faults only

    meant = of_step(word, KINDS.words(), names_of_blocks, step.arguments)
    known = "'cnnanalyze layers' lists the kinds" + (
        f"; blocks here: {listed(names_of_blocks)}" if names_of_blocks else ""
    )
    *_, segment = scope.frame.path.rstrip("/").split("/")
    if segment.isdecimal() and step.arguments is None:  # a branch, which may be a step's name
        steps = tuple(islice((n for f in scope.frame.around() for n in f.wires), MOST_LISTED + 1))
        known += f"; a branch may also name a step; known here: {listed(steps)}"
    reading.fault(
        f"unknown layer kind or block {show_value(word)}{meant.hint}",
        step.mark,
        scope,
        help=meant.help or known,
        code="SP004",
    )
    return None


def can_place(
    block: Block, step: Step, scope: Scope, wires: list[StepOutput], reading: SpecReading
) -> bool:
    """Whether a block can be laid out here: its inputs, no circle, nothing it cannot carry."""
    if any(call.block == block.name for call in scope.chain):
        circle = " -> ".join([*(call.block for call in scope.chain), block.name])
        reading.fault(
            f"block '{block.name}' contains itself: {circle}",
            step.mark,
            scope,
            help="to lay steps out several times, use 'repeat' or 'for'",
            code="SP022",
        )
        return False
    if not block.inputs.take(len(wires)):
        takes, count = len(block.inputs.names), len(wires)
        least = "at least " if block.inputs.rest else ""
        reading.fault(
            f"block '{block.name}' takes {least}{count_of(takes, 'input')} "
            f"({', '.join(block.inputs.written)}), "
            f"but {count} {'is' if count == 1 else 'are'} given",
            step.mark,
            scope,
            help=f"name what it reads: from: [{', '.join(['...'] * takes)}]",
            code="GR011",
        )
        return False
    if step.weights is not None:
        reading.fault(
            f"'weights' belongs to a layer, and '{block.name}' is a block",
            step.weights.mark,
            scope,
            help="give the weights to a layer inside the block",
            code="SP020",
        )
    return True
