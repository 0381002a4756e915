"""Functions of a file: operators that it defines itself, expanded where they are called.

What their bodies come to is counted before anything is expanded: thirty functions that each call
the next one twice are a file of two kilobytes and a thousand million nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Attribute
from cnnanalyze.exchange.onnx.wire import Message

MOST_OPERATIONS = 100_000
"""The nodes of the largest graph, functions expanded and inner graphs included."""
MOST_DEPTH = 32
"""How deep graphs and functions may lie in one another."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a function is called by."""

    domain: str
    operator: str
    overload: str = ""

    @classmethod
    def of_node(cls, node: Message) -> Key:
        """Return what a node calls."""
        return cls(domain(node.text(7)), node.text(4), node.text(8))

    def __str__(self) -> str:
        name = f"{self.domain}::{self.operator}" if self.domain else self.operator
        return f"{name} ({self.overload})" if self.overload else name


def domain(name: str) -> str:
    """Return the name of a set of operators; ONNX's own has two.

    Examples
    --------
    >>> domain("ai.onnx"), domain("ai.acme")
    ('', 'ai.acme')
    """
    return "" if name == "ai.onnx" else name


@dataclass(frozen=True, slots=True)
class Function:
    """An operator that the file defines."""

    key: Key
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    body: Message

    @classmethod
    def of(cls, message: Message) -> Function:
        """Return the function that a message defines."""
        key = Key(domain(message.text(10)), message.text(1), message.text(13))
        return cls(key, message.texts(4), message.texts(5), message)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a node stands: what the names that it reads and writes mean."""

    path: str = ""
    """Before the names of all that is inside a function: the nodes that call it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The values that were given for the inputs and outputs of the function."""
    attributes: Mapping[str, Attribute] | None = None
    """The attributes that were given; nothing outside functions."""
    depth: int = 0

    def name(self, local: str) -> str:
        """Return the name that something has in the whole graph."""
        if not local:
            return ""
        return self.names.get(local, f"{self.path}{local}")

    def deeper(self) -> Scope:
        """Return the scope of a graph that is an attribute of a node."""
        _check_depth(self.depth + 1)
        return Scope(self.path, self.names, self.attributes, self.depth + 1)

    def call(
        self,
        function: Function,
        name: str,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        attributes: Mapping[str, Attribute],
    ) -> Scope:
        """Return the scope of the body of a function."""
        _check_depth(self.depth + 1)
        if len(inputs) > len(function.inputs) or len(outputs) > len(function.outputs):
            raise SpecError(
                f"node '{name}' ({function.key}): it has {len(inputs)} inputs and {len(outputs)} "
                f"outputs, and the function takes {len(function.inputs)} and gives "
                f"{len(function.outputs)}"
            )
        given = dict.fromkeys(function.inputs, "")
        given |= dict(zip(function.inputs, inputs, strict=False))
        wanted = {
            local: actual
            for local, actual in zip(function.outputs, outputs, strict=False)
            if actual and local not in given
        }
        return Scope(f"{name}/", given | wanted, attributes, self.depth + 1)


def _check_depth(depth: int) -> None:
    if depth > MOST_DEPTH:
        raise SpecError(f"graphs and functions are nested more than {MOST_DEPTH} deep")


class Functions:
    """The functions of a file by what they are called."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self._by_key: dict[Key, Function] = {}
        self._sizes: dict[Key, int] = {}
        for function in functions:
            if function.key in self._by_key:
                raise SpecError(f"the function {function.key} is defined twice")
            self._by_key[function.key] = function

    def find(self, key: Key) -> Function | None:
        """Return a function; nothing if the file does not define that operator."""
        return self._by_key.get(key)

    def check(self, graph: Message) -> None:
        """Refuse a graph that becomes too large when its functions are expanded.

        Raises
        ------
        SpecError
            With the number of nodes that it would have, or with the functions that call themselves.
        """
        if not self._by_key:
            return
        size = self._count(graph.messages(1), (), 0)
        if size > MOST_OPERATIONS:
            raise SpecError(
                f"the graph has {size:,} nodes when its functions are expanded; "
                f"the limit is {MOST_OPERATIONS:,}"
            )

    def _size(self, function: Function, callers: tuple[Key, ...], depth: int) -> int:
        key = function.key
        if key in callers:
            way = " → ".join(map(str, (*callers[callers.index(key) :], key)))
            raise SpecError(f"the function {key} calls itself: {way}")
        if key not in self._sizes:
            nodes = function.body.messages(7)
            self._sizes[key] = self._count(nodes, (*callers, key), depth + 1)
        return self._sizes[key]

    def _count(self, nodes: Iterable[Message], callers: tuple[Key, ...], depth: int) -> int:
        _check_depth(depth)
        size = 0
        for node in nodes:
            function = self.find(Key.of_node(node))
            size += 1 if function is None else self._size(function, callers, depth)
            for attribute in node.messages(5):
                for graph in (*attribute.messages(6), *attribute.messages(11)):
                    size += self._count(graph.messages(1), callers, depth + 1)
        return size
