"""Rules in one line: a condition on layers, declared in a configuration, never run as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from cnnanalyze.analysis.quantities import OURS
from cnnanalyze.core.quantities import QUANTITIES, rows
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark, SpecError, UsageError
from cnnanalyze.graph.node import Node
from cnnanalyze.language.expression import UNKNOWN, ParsedExpression, interpolate, parse
from cnnanalyze.language.expression_functions import WORDS
from cnnanalyze.linting.context import Subject
from cnnanalyze.linting.finding import SEVERITIES, Finding
from cnnanalyze.linting.layer_queries import all_attributes
from cnnanalyze.linting.rule import Rule, is_code, is_name

KEYS = ("code", "when", "message", "name", "severity", "help", "profiles")
"""What a declaration may say; the first three it must."""
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

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Ask the condition of every layer."""
        assert subject.network is not None
        for position, node in enumerate(subject.network, 1):
            scope = _Scope(subject, node, position)
            holds = self.condition.evaluate(scope)
            if holds is UNKNOWN or not holds:
                continue
            mark = self.condition.mark
            asked = {name: scope[name] for name in sorted(self.condition.names)}
            yield self.found(
                subject,
                interpolate(self.message, mark, scope),
                node=node,
                help=interpolate(self.advice, mark, scope),
                values={name: value for name, value in asked.items() if value is not UNKNOWN},
            )


class _Scope(dict[str, object]):
    """The names of one layer; what another kind would have is unknown here."""

    def __init__(self, subject: Subject, node: Node, position: int) -> None:
        super().__init__(_attributes(node) | _own_facts(subject, node, position))
        assert subject.analysis is not None
        self._facts = subject.analysis[node.id]

    def __missing__(self, name: str) -> object:
        row = QUANTITIES.get(name)
        number = None if row is None or row.of_layer is None else row.of_layer(self._facts, OURS)
        return UNKNOWN if number is None else number

    def __contains__(self, name: object) -> bool:
        return True


def declare(entry: Mapping[str, Any], mark: Mark) -> type[DeclaredRule]:
    """Return the rule that an entry of a configuration declares.

    Raises
    ------
    UsageError
        If a key is missing, unknown or of the wrong form, or the condition cannot be read.
    """
    for key, value in entry.items():
        if key not in KEYS:
            raise UsageError(
                f"a declared rule has no '{key}'; it takes {', '.join(KEYS)}{nearest(key, KEYS)}"
            )
        if key == "profiles":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise UsageError(f"'profiles' of a declared rule must be a list, not {value!r}")
        elif not isinstance(value, str):
            raise UsageError(f"'{key}' of a declared rule must be a text, not {value!r}")
    if missing := [key for key in KEYS[:3] if not entry.get(key)]:
        raise UsageError(
            f"a declared rule needs '{missing[0]}'",
            help='code = "ACME001", when = "kind == \'conv\' and kernel > 7", message = "..."',
        )
    code, severity = entry["code"], entry.get("severity", "warning")
    name = entry.get("name", f"declared-{code.lower()}")
    if not is_code(code):
        raise UsageError(
            f"the code '{code}' must be capital letters and three digits", help="such as ACME001"
        )
    if not is_name(name):
        raise UsageError(f"the name '{name}' must be in kebab case", help="such as wide-kernel")
    if severity not in SEVERITIES:
        raise UsageError(
            f"there is no severity '{severity}'{nearest(severity, SEVERITIES)}",
            help=f"the severities are {', '.join(SEVERITIES)}",
        )
    return type(
        "Declared",
        (DeclaredRule,),
        {
            "__doc__": f"{entry['message']}\n\nDeclared in {mark.source.name}: {entry['when']}",
            "code": code,
            "name": name,
            "severity": severity,
            "profiles": frozenset(entry.get("profiles", ("default",))),
            "formula": entry["when"],
            "source": mark.source.name,
            "trips": "not known",
            "condition": _condition(entry["when"], code, mark),
            "message": entry["message"],
            "advice": entry.get("help", ""),
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
        raise UsageError(
            f"the condition of {code} cannot be read: {fault.message}", help=fault.help
        ) from None
    every = facts()
    known = (*every, *sorted(all_attributes()))
    for name in sorted(condition.names):
        if name not in known:
            raise UsageError(
                f"the condition of {code} asks for '{name}', which no layer has"
                f"{nearest(name, known)}",
                help=f"every layer has {', '.join(every)}, and its attributes",
            )
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


def _own_facts(subject: Subject, node: Node, position: int) -> dict[str, object]:
    network, first = subject.network, node.input_shapes[0]
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
