"""Blocks whose weights are shared: layers of Keras that hold layers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnanalyze.exporting.code import (
    INDENT,
    Expression,
    lay_out,
    signature,
    statement,
    written,
)
from cnnanalyze.exporting.definitions import Conditional, Definition
from cnnanalyze.exporting.variables import variables


def layer_class(definition: Definition) -> str:
    """Return the class of a layer that holds the layers of a block."""
    inputs = ["x", "y", "z", *(f"x{k}" for k in range(3, definition.sources))]
    inputs = inputs[: definition.sources]
    parameters = [
        p.name if p.default is None else f"{p.name}={written(p.default)}"
        for p in definition.parameters
    ]
    kept = {
        name: None
        for one in definition.members
        for value in one.member.step.values
        if isinstance(value.value, Expression)
        for name in re.findall(r"\{(\w+)\}", value.value.text)
    }
    return "\n".join(
        [
            f"class {definition.name}(layers.Layer):",
            *signature("def __init__", ["self", *parameters, "name=None"], ":", 1),
            f"{INDENT * 2}super().__init__(name=name)",
            *(f"{INDENT * 2}self.{name} = {name}" for name in kept),
            *(line for one in definition.members for line in _made(one)),
            "",
            *signature("def call", ["self", *inputs], ":", 1),
            *_run(definition, inputs),
        ]
    )


def _made(one: Conditional) -> Iterator[str]:
    """Yield the lines that make a layer."""
    member, condition = one.member, one.condition
    depth = 2
    if condition is not None:
        yield f"{INDENT * 2}self.has_{member.name} = {condition.over()}"
        if member.step.module is not None:
            yield f"{INDENT * 2}if self.has_{member.name}:"
            depth = 3
    if member.step.module is not None:
        yield from lay_out(f"self.{member.name} = ", member.step.module, depth=depth)


def _run(definition: Definition, inputs: list[str]) -> Iterator[str]:
    found = variables(definition, inputs)
    for one in definition.members:
        member, step = one.member, one.member.step
        values = {
            a.name: a.value.over("self.") if isinstance(a.value, Expression) else written(a.value)
            for a in step.values
        }
        read = [found[i] for i in member.inputs]
        text = step.forward.format(*read, module=f"self.{member.uses or member.name}", **values)
        if one.condition is not None:
            text = f"{text} if self.has_{member.name} else {found[one.otherwise]}"
        made = [member.name, *(f"{member.name}.{k}" for k in range(1, member.outputs))]
        yield from statement(f"{', '.join(found[name] for name in made)} = ", text, depth=2)
    yield f"{INDENT * 2}return {', '.join(found[name] for name in definition.exits)}"
