"""An ONNX graph while it is written: operations, tensors and what is known of shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnnanalyze.core.shape import Shape
from cnnanalyze.exporting.onnx.protobuf import integer, message, packed, real, reals, text
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.version import __version__

Array = np.ndarray[Any, Any]
Tensors = Mapping[str, Mapping[str, Array]]
"""By layer and role, the weights."""

OPSET = 20
_IR = 9
_FLOAT, _INT64 = 1, 7
BATCH = "N"
"""What the number of images is called."""


class _Operation(NamedTuple):
    operator: str
    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Any]

    def written(self, names: Mapping[str, str]) -> bytes:
        """Return the message, in which outputs of layers have these names."""
        inputs = list(self.inputs)
        while inputs and not inputs[-1]:
            inputs.pop()
        return message(
            1,
            *(text(1, names.get(i, i)) for i in inputs),
            *(text(2, names.get(o, o)) for o in self.outputs),
            text(3, self.name),
            text(4, self.operator),
            *(message(5, _attribute(key, value)) for key, value in self.attributes.items()),
        )


class Graph:
    """Takes operations one by one, and gives the bytes of a file.

    Parameters
    ----------
    network
        What is written.
    tensors
        Its weights; nothing if only their shapes are to be written.
    """

    def __init__(self, network: Network, tensors: Tensors | None) -> None:
        self.network = network
        self._tensors = tensors
        self._nodes: list[_Operation] = []
        self._initializers: list[bytes] = []
        self._names: dict[str, int] = {}
        self._held: dict[tuple[str, str, tuple[int, ...]], str] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._outputs: dict[str, str] = {}
        self._at = ""

    def begin(self, node: Node) -> None:
        """Say which layer the next operations belong to."""
        self._at = node.id

    def operation(
        self,
        operator: str,
        *inputs: str,
        outputs: int = 1,
        **attributes: Any,  # noqa: ANN401 - numbers, words, or several of them
    ) -> str:
        """Add an operation, and return the name of its output.

        With several outputs, the last one has the name that is returned and the number of the
        output behind a colon: ``name:1``.
        """
        name = self._name(f"{self._at}/{operator}")
        made = [name, *(f"{name}:{k}" for k in range(1, outputs))]
        self._nodes.append(_Operation(operator, name, inputs, made, attributes))
        return name

    def end(self, node: Node, name: str) -> str:
        """Give what the operations of a layer have made the name of the layer."""
        made = {output for operation in self._nodes for output in operation.outputs[:1]}
        if name not in made or name in self._outputs:
            name = self.operation("Identity", name)
        self._outputs[name] = node.id
        return name

    def constant(self, values: object, kind: str = "float32") -> str:
        """Return the name of a tensor that is always the same."""
        array = np.array(values, kind)  # with no axes, too
        key = (kind, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = name = self._name(f"{self._at}/constant")
            self._initializers.append(_tensor(name, array))
        return self._constants[key]

    def shape(self, *extents: int) -> str:
        """Return the name of a tensor of whole numbers."""
        return self.constant(extents, "int64")

    def weight(
        self,
        node: Node,
        role: str,
        shape: Sequence[int],
        arranged: Callable[[Array], Array] = lambda array: array,
    ) -> str:
        """Return the name of a tensor of a layer.

        Parameters
        ----------
        node
            The layer.
        role
            What the tensor is for.
        shape
            Its shape in ONNX.
        arranged
            Puts ours into the order of ONNX.
        """
        owner = node if node.share is None else self.network[node.share]
        key = (owner.id, role, tuple(shape))
        if key in self._held:
            return self._held[key]
        self._held[key] = name = self._name(f"{owner.id}/{role.replace(' ', '_')}")
        given = {g.role: g.values for g in owner.given}
        if self._tensors is not None:
            array = arranged(np.asarray(self._tensors[owner.id][role], np.float32))
        elif role in given:
            params = {p.role: p.shape for p in owner.layer.params(*owner.input_shapes)}
            array = arranged(np.array(given[role], np.float32).reshape(params[role]))
        else:
            sizes = self.shape(*shape)
            value = _tensor("", np.array([_typical(role, shape)], np.float32))
            operation = _Operation("ConstantOfShape", name, (sizes,), (name,), {"value": value})
            self._nodes.append(operation)
            return name
        assert array.shape == tuple(shape), (node.id, role, array.shape, shape)
        self._initializers.append(_tensor(name, np.ascontiguousarray(array)))
        return name

    def _name(self, wish: str) -> str:
        count = self._names[wish] = self._names.get(wish, 0) + 1
        return wish if count == 1 else f"{wish}_{count}"

    def write(self) -> bytes:
        """Return the file."""
        network = self.network
        inputs = [_value(11, name, given.shape) for name, given in network.inputs.items()]
        outputs = [_value(12, name, network.shape_of(name)) for name in network.outputs]
        values = [
            _value(13, node.id, node.output)
            for node in network.nodes
            if node.id not in network.outputs
        ]
        nodes = [operation.written(self._outputs) for operation in self._nodes]
        parts = [*nodes, text(2, network.name), *self._initializers, *inputs, *outputs]
        return b"".join(
            (
                integer(1, _IR),
                text(2, "cnnanalyze"),
                text(3, __version__),
                message(7, *parts, *values),
                message(8, text(1, ""), integer(2, OPSET)),
            )
        )


def _typical(role: str, shape: Sequence[int]) -> float:
    """Return a number that keeps what runs through near one."""
    if "kernel" in role:
        return shape[0] / max(prod(shape), 1)
    return 1.0 if role in {"gamma", "gain", "coefficient", "moving variance"} else 0.0


def _tensor(name: str, array: Array) -> bytes:
    kind = _INT64 if array.dtype == np.int64 else _FLOAT
    content = (packed(1, array.shape), integer(2, kind), text(8, name), message(9, array.tobytes()))
    return message(5, *content)


def _value(field: int, name: str, shape: Shape) -> bytes:
    extents = (shape.channels, *shape.size)
    dims = (text(2, BATCH), *(integer(1, n) for n in extents))
    axes = message(2, *(message(1, dim) for dim in dims))
    return message(field, text(1, name), message(2, message(1, integer(1, _FLOAT), axes)))


def _attribute(name: str, value: Any) -> bytes:  # noqa: ANN401
    match value:
        case bytes():
            return text(1, name) + value + integer(20, 4)  # a tensor: field 5 here and in graphs
        case str():
            return text(1, name) + text(4, value) + integer(20, 3)
        case bool() | int():
            return text(1, name) + integer(3, int(value)) + integer(20, 2)
        case float():
            return text(1, name) + real(2, value) + integer(20, 1)
        case (str(), *_):
            return text(1, name) + b"".join(text(9, word) for word in value) + integer(20, 8)
        case (float(), *_):
            return text(1, name) + reals(7, value) + integer(20, 6)
        case _:
            return text(1, name) + packed(8, value) + integer(20, 7)
