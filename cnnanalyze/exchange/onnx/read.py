"""Reading: the bytes of an ONNX file as a model, without its weights.

The file is mapped into memory, and what is not looked at is not read from the disk: of a weight
that is its name, its shape and its type. A file beside it, where weights may lie, is never opened.
The numbers of fields are those of ``onnx.proto``, which is public and does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cnnanalyze.core.files import map_bytes
from cnnanalyze.errors import CnnError, Fault, SpecError
from cnnanalyze.exchange.onnx.functions import (
    MOST_OPERATIONS,
    Function,
    Functions,
    Key,
    Scope,
    domain,
)
from cnnanalyze.exchange.onnx.model import Attribute, Graph, Model, Operation, Tensor, Value
from cnnanalyze.exchange.onnx.order import ordered
from cnnanalyze.exchange.onnx.tensors import described, sparse_tensor, tensor, value
from cnnanalyze.exchange.onnx.wire import Message, Wire

MOST_TEXT = 1_000_000
"""The bytes of the longest text that an attribute may be."""
_POINTER = b"version https://git-lfs.github.com"


def read(path: Path | str) -> Model:
    """Read an ONNX file.

    Raises
    ------
    SpecError
        If it is none, if it goes beyond a bound, or if its graph is none that can be run.
    FileError
        If there is no such file.
    """
    data = map_bytes(path, what="ONNX")
    if not data:
        raise SpecError("the file is empty", help="export the network again")
    if data[: len(_POINTER)] == _POINTER:
        raise SpecError(
            "this is a pointer of Git LFS, not the file itself", help="'git lfs pull' gets the file"
        )
    return parse(data)


def parse(data: memoryview) -> Model:
    """Read the bytes of an ONNX file.

    Raises
    ------
    SpecError
        As :func:`read` does.
    """
    file = Message(Wire(data))
    if not file.has(7):
        raise SpecError("there is no graph in it", help="this is not an ONNX file of a network")
    message = file.message(7)
    functions = Functions(map(Function.of, file.messages(25)))
    functions.check(message)
    graph = _Reader(functions).graph(message, Scope())
    opsets = {domain(one.text(1)): one.integer(2) or 1 for one in file.messages(8)}
    return Model(graph, opsets or {"": 1}, file.text(2), graph.name)


class _Reader:
    """Reads graphs of one file."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.left = MOST_OPERATIONS
        self.values: dict[str, Value] = {}

    def graph(self, message: Message, scope: Scope) -> Graph:
        """Return a graph, its operations in order."""
        constants = self._constants(message, scope)
        inputs = tuple(one for one in _values(message, 11, scope) if one.name not in constants)
        outputs = tuple(_values(message, 12, scope))
        outer, self.values = self.values, {}
        found = tuple(self._operations(message.messages(1), scope))
        values = self.values | {one.name: one for one in _values(message, 13, scope)}
        self.values = outer
        given = _distinct(one.name for one in inputs) | set(constants)
        inside = scope.depth > 0
        operations = ordered(found, given, inside=inside)
        made = given.union(*(operation.outputs for operation in operations))
        if not inside and (lost := next((o.name for o in outputs if o.name not in made), None)):
            raise SpecError(f"the output '{lost}' of the graph is computed by no node")
        return Graph(message.text(2), inputs, outputs, operations, constants, values)

    @staticmethod
    def _constants(message: Message, scope: Scope) -> dict[str, Tensor]:
        constants: dict[str, Tensor] = {}
        tensors = (
            *(tensor(one, scope.name(one.text(8))) for one in message.messages(5)),
            *(
                sparse_tensor(one, scope.name(one.message(1).text(8)))
                for one in message.messages(15)
            ),
        )
        for one in tensors:
            if one.name in constants:
                raise SpecError(f"the constant '{one.name}' is defined twice")
            constants[one.name] = one
        return constants

    def _operations(self, nodes: Iterable[Message], scope: Scope) -> Iterator[Operation]:
        """Yield operations, those of the bodies of functions where they are called."""
        for node in nodes:
            key = Key.of_node(node)
            outputs = tuple(map(scope.name, node.texts(2)))
            own = node.text(3) or next(iter(filter(None, node.texts(2))), key.operator)
            name = f"{scope.path}{own}"
            if not key.operator:
                raise SpecError(f"node '{name}' does not say what it computes")
            inputs = tuple(map(scope.name, node.texts(1)))
            try:
                attributes = dict(self._attributes(node.messages(5), scope))
            except SpecError as error:
                raise _at(f"node '{name}' ({key})", error) from None
            function = self.functions.find(key)
            if function is not None:
                inner = scope.call(function, name, inputs, outputs, attributes)
                yield from self._body(function, inner, outputs)
                continue
            self.left -= 1
            if self.left < 0:
                raise SpecError(f"the graph has more than {MOST_OPERATIONS:,} nodes, the limit")
            yield Operation(name, key.operator, key.domain, inputs, outputs, attributes)

    def _body(
        self, function: Function, scope: Scope, outputs: tuple[str, ...]
    ) -> Iterator[Operation]:
        """Yield the operations of a function where it is called."""
        defaults = dict(self._attributes(function.body.messages(11), Scope(depth=scope.depth)))
        given = Scope(scope.path, scope.names, defaults | dict(scope.attributes or {}), scope.depth)
        self.values |= {one.name: one for one in _values(function.body, 12, given)}
        yield from self._operations(function.body.messages(7), given)
        for local, actual in zip(function.outputs, outputs, strict=False):
            if actual and local in function.inputs:  # it gives what it was given
                name = f"{scope.path}{local}"
                yield Operation(name, "Identity", "", (given.name(local),), (actual,))

    def _attributes(
        self, messages: Iterable[Message], scope: Scope
    ) -> Iterator[tuple[str, Attribute]]:
        for message in messages:
            name = message.text(1)
            if reference := message.text(21):
                if scope.attributes is None:
                    raise SpecError(
                        f"the attribute '{name}' is that of a function, '{reference}', and the "
                        "node is in none"
                    )
                if reference in scope.attributes:
                    yield name, scope.attributes[reference]
                continue
            yield name, self._attribute(message, name, scope)

    def _attribute(self, message: Message, name: str, scope: Scope) -> Attribute:
        kind = message.integer(20) or _guessed(message)
        if kind in _PLAIN:
            return _PLAIN[kind](message)
        if kind == _GRAPH:
            return self.graph(message.message(6), scope.deeper())
        if kind == _GRAPHS:
            inner = scope.deeper()
            return tuple(self.graph(one, inner) for one in message.messages(11))
        raise SpecError(f"the attribute '{name}' is of the kind {kind}, which does not exist")


_GRAPH, _GRAPHS = 5, 10
_PLAIN: dict[int, Callable[[Message], Attribute]] = {
    1: lambda message: message.real(2) or 0.0,
    2: lambda message: message.integer(3) or 0,
    3: lambda message: _text(message.content(4)),
    4: lambda message: tensor(message.message(5)),
    6: lambda message: message.reals(7),
    7: lambda message: message.integers(8),
    8: lambda message: tuple(map(_text, message.contents(9))),
    9: lambda message: tuple(map(tensor, message.messages(10))),
    11: lambda message: sparse_tensor(message.message(22)),
    12: lambda message: tuple(map(sparse_tensor, message.messages(23))),
    13: lambda message: described(message.message(14), ""),
    14: lambda message: tuple(described(one, "") for one in message.messages(15)),
}
"""What an attribute holds that is not a graph, by the number of its kind."""


def _guessed(message: Message) -> int:
    """Return the kind of an attribute that does not say it, as in the first version of files."""
    there = message.there()
    kinds = {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9, 11: 10}
    return next((kind for field, kind in kinds.items() if field in there), 7)


def _text(content: memoryview | None) -> str | bytes:
    data = content or memoryview(b"")
    if len(data) > MOST_TEXT:
        raise SpecError(f"a text of {len(data):,} bytes; the limit is {MOST_TEXT:,}")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        return bytes(data)


def _values(message: Message, field: int, scope: Scope) -> Iterator[Value]:
    for one in message.messages(field):
        yield value(one, scope.name(one.text(1)))


def _distinct(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        if name in found:
            raise SpecError(f"the input '{name}' is defined twice")
        found.add(name)
    return found


def _at(place: str, error: CnnError) -> SpecError:
    return SpecError(*(Fault(f"{place}: {f.message}", help=f.help) for f in error.faults))
