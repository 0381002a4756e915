"""Rules in one line: a condition on layers, declared in a configuration, never run as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from cnnanalyze.analysis.quantities import OURS
from cnnanalyze.core.quantities import QUANTITIES, rows
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Fault, Mark, SpecError, UsageError
from cnnanalyze.graph.node import Node
from cnnanalyze.language.expression import UNKNOWN, ParsedExpression, interpolate, parse
from cnnanalyze.language.expression_values import WORDS
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.declaration import WrittenRule
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import all_attributes
from cnnanalyze.linting.rule import Rule

_OWN = {
    "id": "the layer's path, such as 'stage1/conv1'",
    "kind": "its kind, such as 'conv'",
    "channels": "channels of its output",
    "size": "largest extent of its output",
    "input_channels": "channels of its first input",
    "input_size": "largest extent of its first input",
    "inputs": "how many layers it reads",
    "consumers": "how many layers read it",
    "position": "its number in the order of execution, from 1",
    "depth": "number of enclosing blocks",
}
"""What a condition may ask of every layer beside its quantities and the attributes of its kind."""


def facts() -> dict[str, str]:
    """Return what a condition may ask of every layer, beside the attributes of its kind.

    Examples
    --------
    >>> facts()["activations"], facts()["depth"]
    ('numbers in the outputs of all layers, for one image', 'number of enclosing blocks')
    """
    return {**{row.key: row.about for row in rows(layers=True)}, **_OWN}


# Texts in quotes are passed over, and so are functions and names that carry their dollar.
_BARE = re.compile(r"""'[^']*'|"[^"]*"|(?<![\w.$])(?P<name>[A-Za-z_]\w*)\b""")


class DeclaredRule(Rule):
    """What all declared rules share: a condition that is asked of every layer."""

    needs = "analysis"
    condition: ClassVar[ParsedExpression]
    message: ClassVar[str]
    advice: ClassVar[str] = ""

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Ask the condition of every layer."""
        assert context.network is not None
        for position, node in enumerate(context.network, 1):
            scope = _Scope(context, node, position)
            holds = self.condition.evaluate(scope)
            if holds is UNKNOWN or not holds:
                continue
            mark = self.condition.mark
            asked = {name: scope[name] for name in sorted(self.condition.names)}
            yield self.found(
                context,
                interpolate(self.message, mark, scope),
                node=node,
                help=interpolate(self.advice, mark, scope),
                values={name: value for name, value in asked.items() if value is not UNKNOWN},
            )


class _Scope(dict[str, object]):
    """The names of one layer; what another kind would have is unknown here."""

    def __init__(self, context: RuleContext, node: Node, position: int) -> None:
        super().__init__(_attributes(node) | _own_facts(context, node, position))
        assert context.analysis is not None
        self._facts = context.analysis[node.id]

    def __missing__(self, name: str) -> object:
        row = QUANTITIES.get(name)
        number = None if row is None or row.of_layer is None else row.of_layer(self._facts, OURS)
        return UNKNOWN if number is None else number

    def __contains__(self, name: object) -> bool:
        return True


def declare(row: WrittenRule) -> type[DeclaredRule]:
    """Return the rule that a configuration declares.

    Raises
    ------
    UsageError
        If the condition cannot be read.
    """
    code, when, mark = row.code.text, row.when.text, row.when.mark
    return type(
        "Declared",
        (DeclaredRule,),
        {
            "__doc__": f"{row.message.text}\n\nDeclared in {mark.source.name}: {when}",
            "code": code,
            "name": row.name or f"declared-{code.lower()}",
            "severity": row.severity,
            "profiles": frozenset(row.profiles),
            "formula": when,
            "source": mark.source.name,
            "trips": "not known",
            "condition": _condition(when, code, mark),
            "message": row.message.text,
            "advice": row.help,
        },
    )


def _condition(text: str, code: str, mark: Mark) -> ParsedExpression:
    """Parse a condition, whose names need no dollar."""

    def add_dollar(found: re.Match[str]) -> str:
        word = found["name"]
        return found[0] if word is None or word in WORDS else f"${word}"

    try:
        condition = parse(_BARE.sub(add_dollar, text), mark)
    except SpecError as error:
        fault = error.faults[0]
        message = f"the condition of {code} cannot be read: {fault.message}"
        raise UsageError(Fault(message, mark, fault.help)) from None
    every = facts()
    known = (*every, *sorted(all_attributes()))
    for name in sorted(condition.names):
        if name not in known:
            message = f"the condition of {code} asks for '{name}', which no layer has"
            help_ = f"every layer has {', '.join(every)}, and its attributes"
            raise UsageError(Fault(f"{message}{nearest(name, known)}", mark, help_))
    return condition


@cache
def _plain(value: Any) -> object:  # noqa: ANN401 - whatever a file can hold
    """Return an attribute as a condition compares it: a size per axis counts with its largest."""
    if isinstance(value, tuple):
        flat = [_plain(v) for v in value]
        numbers = [v for v in flat if isinstance(v, int | float)]
        return max(numbers) if numbers and len(numbers) == len(flat) else list(flat)
    return value


def _attributes(node: Node) -> dict[str, object]:
    return {name: _plain(value) for name, value in node.attributes.items()}


def _own_facts(context: RuleContext, node: Node, position: int) -> dict[str, object]:
    network, first = context.network, node.input_shapes[0]
    assert network is not None
    return {
        "id": str(node.id),
        "kind": node.kind,
        "channels": node.output.channels,
        "size": max(node.output.size, default=1),
        "input_channels": first.channels,
        "input_size": max(first.size, default=1),
        "inputs": len(node.inputs),
        "consumers": len(network.consumers[node.id]),
        "position": position,
        "depth": node.id.count("/"),
    }
