"""Calls of blocks: what the parameters of a block are worth in one instance of it."""

from __future__ import annotations

from cnnanalyze.core.diagnostics import quoted, say
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import MOST_LISTED, listed, offered
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.language.blocks import Block
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.scope import Scope, SpecReading, Wire
from cnnanalyze.language.step import Step
from cnnanalyze.language.values import evaluate
from cnnanalyze.language.variables import Variables


def bind_arguments(
    block: Block,
    step: Step,
    scope: Scope,
    wires: list[Wire],
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
        **dict(zip(block.inputs, wires, strict=True)),
        "in": wires[0].channels,
    }
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
        if isinstance(default, Scalar) and default.value is None:
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
        if values[name] is not UNKNOWN and (said := say(values[name]))
    )


_LONG = 40
