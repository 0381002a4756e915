"""Translation: what ``torch.export`` recorded, in the operators of ONNX.

PyTorch's operators say the same things in other words, so there is one table from them to ONNX's,
and everything behind that, views, layers and what is refused, is one.
"""

from __future__ import annotations

import operator
import struct
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.registry import entering
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import (
    MOST_NUMBERS,
    Attribute,
    Operation,
    Tensor,
    Value,
)

if TYPE_CHECKING:
    from torch import Tensor as TorchTensor
    from torch.export import ExportedProgram
    from torch.fx import Node

OPSET = 21
"""The version of ONNX's operators that is written."""

Name = str
Translated = "Name | list[Translated] | None"
Handler = Callable[["Translation", Mapping[str, Any]], Any]
HANDLERS: dict[str, Handler] = {}
"""By the name of PyTorch's operator, without ``aten::``."""


translates = entering(HANDLERS)
"""Enter what translates some operators."""
Arguments = Mapping[str, Any]


def wide(given: Any, rank: int) -> tuple[int, ...]:  # noqa: ANN401 - a number, or one for each axis
    """Return one number for each axis.

    Examples
    --------
    >>> wide(3, 2), wide([3], 2), wide([3, 5], 2)
    ((3, 3), (3, 3), (3, 5))
    """
    if isinstance(given, int):
        return (given,) * rank
    return tuple(given) * (rank if len(given) == 1 else 1)


def present(*names: Name | None) -> tuple[Name, ...]:
    """Return the names that are there: a bias may be missing."""
    return tuple(name for name in names if name is not None)


def is_number(given: Any) -> bool:  # noqa: ANN401 - what an operand is
    """Whether an operand is a plain number."""
    return isinstance(given, int | float) and not isinstance(given, bool)


class Translation:
    """A recorded module on its way to ONNX's operators."""

    def __init__(self, program: ExportedProgram) -> None:
        signature = program.graph_signature
        self.tensors: dict[str, tuple[str, TorchTensor | None, bool]] = {}
        """By the node that stands for it: a held tensor's name, itself, and if it is learned."""
        for node, held in signature.inputs_to_parameters.items():
            self.tensors[node] = (held, program.state_dict.get(held), True)
        for node, held in signature.inputs_to_buffers.items():
            found = program.state_dict.get(held, program.constants.get(held))
            self.tensors[node] = (held, found, False)
        for node, held in signature.inputs_to_lifted_tensor_constants.items():
            self.tensors[node] = (held, program.constants.get(held), False)
        self.ends = {name for name in signature.user_outputs if isinstance(name, str)}
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.operations: list[Operation] = []
        self.constants: dict[str, Tensor] = {}
        self.values: dict[str, Value] = {}
        self._translated: dict[str, Any] = {}
        """By node: the name of its value, or the names of its values."""
        self._node: Node | None = None
        self._titles = Counter(
            _module_of(node) for node in program.graph.nodes if node.op == "call_function"
        )

    # --- nodes -----------------------------------------------------------------------------------

    def add(self, node: Node) -> None:
        """Translate a node."""
        self._node = node
        if node.op == "placeholder":
            self._translated[node.name] = self._placeholder(node)
        elif node.op == "output":
            names = [self._translated[one] for one in _flat(node.args) if one in self.ends]
            self.outputs = [
                self.values.get(name, Value(name, "float32", None))
                for name in dict.fromkeys(_names(names))
            ]
        elif node.op == "get_attr":
            self._translated[node.name] = getattr(node.graph.owning_module, node.target)
        elif not hasattr(node.target, "_schema") and node.target is not operator.getitem:
            self._translated[node.name] = self._inlined(node)
        elif node.target is operator.getitem:
            found, place = self._translated[node.args[0].name], node.args[1]
            self._translated[node.name] = found[place] if isinstance(found, list) else found
            self._declare(self._translated[node.name], node.meta.get("val"))
        else:
            self._translated[node.name] = self._called(node)

    def _placeholder(self, node: Node) -> Name:
        if node.name not in self.tensors:
            value = _value(node.name, node.meta["val"])
            self.inputs.append(value)
            return value.name
        name, tensor, is_learned = self.tensors[node.name]
        shape = tuple(map(int, node.meta["val"].shape))
        data = None if is_learned else _bytes(tensor)
        self.constants[name] = Tensor(
            name, shape, _type(node.meta["val"]), data, is_fixed=not is_learned
        )
        return name

    def _called(self, node: Node) -> Any:  # noqa: ANN401 - a name, or names
        schema = node.target._schema  # noqa: SLF001 - that of operators
        given = dict(zip((a.name for a in schema.arguments), node.args, strict=False))
        given |= node.kwargs
        arguments = {
            a.name: self._argument(
                given.get(a.name, a.default_value if a.has_default_value() else None)
            )
            for a in schema.arguments
        }
        space, _, name = schema.name.partition("::")
        handler = HANDLERS.get(name if space == "aten" else schema.name)
        found = handler(self, arguments) if handler is not None else NotImplemented
        if found is NotImplemented:
            found = self._foreign(schema.name, arguments, node)
        self._declare(found, node.meta.get("val"))
        return found

    def _inlined(self, node: Node) -> list[Any]:
        """Translate a graph within the graph, as ``torch.autocast`` makes one, in its place."""
        from torch.fx import GraphModule

        given = [self._argument(one) for one in node.args]
        at = next((n for n, one in enumerate(given) if isinstance(one, GraphModule)), None)
        if at is None:
            raise SpecError(
                f"the module calls '{node.target}', which is not an operation on tensors"
            )
        inner = given[at].graph
        read = iter(given[at + 1 :])
        found: list[Any] = []
        for one in inner.nodes:
            if one.op == "placeholder":
                self._translated[one.name] = next(read)
            elif one.op == "output":
                ends = one.args[0] if isinstance(one.args[0], list | tuple) else one.args
                found = [self._argument(end) for end in ends]
            else:
                self.add(one)
        self._node = node
        return found

    def _argument(self, given: Any) -> Any:  # noqa: ANN401 - whatever operators take
        from torch.fx import Node

        if isinstance(given, Node):
            return self._translated[given.name]
        if isinstance(given, list | tuple):
            return [self._argument(one) for one in given]
        return given

    def _foreign(self, name: str, arguments: Mapping[str, Any], node: Node) -> Any:  # noqa: ANN401
        """Return what stands for an operator that ONNX has no word for."""
        read = [one for one in _names(arguments.values()) if self.is_value(one)]
        values = node.meta.get("val")
        if isinstance(values, list | tuple):
            return self.emit_several(len(values), name, *read, domain="torch")
        return self.emit(name, *read, domain="torch")

    def _declare(self, found: Any, value: Any) -> None:  # noqa: ANN401 - names, and what they are
        if isinstance(found, list) and isinstance(value, list | tuple):
            for one, its in zip(found, value, strict=False):
                self._declare(one, its)
        elif isinstance(found, str) and hasattr(value, "shape") and found not in self.constants:
            self.values.setdefault(found, _value(found, value))

    # --- what handlers ask, and write ------------------------------------------------------------

    def is_value(self, name: object) -> bool:
        """Whether this is the name of a tensor."""
        return isinstance(name, str) and (
            name in self.values
            or name in self.constants
            or any(one.name == name for one in self.inputs)
        )

    def shape(self, name: Name) -> tuple[int, ...]:
        """Return the extents of a tensor."""
        if name in self.constants:
            return self.constants[name].shape
        found = self.values.get(name) or next(v for v in self.inputs if v.name == name)
        return tuple(n for n in found.shape or () if isinstance(n, int))

    @property
    def result(self) -> tuple[int, ...]:
        """The extents of what the operator at hand gives."""
        assert self._node is not None
        value = self._node.meta["val"]
        value = value[0] if isinstance(value, list | tuple) else value
        return tuple(map(int, value.shape))

    @property
    def word(self) -> str:
        """The operator at hand, as PyTorch calls it."""
        assert self._node is not None
        return str(self._node.target)

    def emit(self, word: str, *inputs: Name, domain: str = "", **attributes: Attribute) -> Name:
        """Write an operation of ONNX, and return the name of its value."""
        return self.emit_several(1, word, *inputs, domain=domain, **attributes)[0]

    def emit_several(
        self, count: int, word: str, *inputs: Name, domain: str = "", **attributes: Attribute
    ) -> list[Name]:
        """Write an operation of ONNX, and return the names of its values."""
        assert self._node is not None
        base = f"{self._node.name}.{len(self.operations)}"
        names = [f"{base}.{k}" for k in range(count)]
        module = _module_of(self._node)
        short = self._node.name.rstrip("_0123456789")
        title = module if self._titles[module] == 1 and module else f"{module}.{short}".strip(".")
        self.operations.append(Operation(title, word, domain, inputs, tuple(names), attributes))
        return names

    def wholes(self, *numbers: int, is_scalar: bool = False) -> Name:
        """Return the name of a constant of whole numbers."""
        shape = () if is_scalar else (len(numbers),)
        return self._constant(numbers, shape, "int64", "q")

    def real(self, number: float | Name) -> Name:
        """Return the name of a constant number, which may be one that is taken out of a tensor."""
        if isinstance(number, str):
            return number
        return self._constant((number,), (), "float32", "f")

    def reals(self, *numbers: float) -> Name:
        """Return the name of a constant of numbers."""
        return self._constant(numbers, (len(numbers),), "float32", "f")

    def _constant(
        self, numbers: Sequence[float], shape: tuple[int, ...], kind: str, code: str
    ) -> Name:
        data = struct.pack(f"<{len(numbers)}{code}", *numbers)
        assert self._node is not None
        name = f"{self._node.name}.constant{len(self.operations)}"
        self.operations.append(
            Operation(
                name,
                "Constant",
                "",
                (),
                (name,),
                {"value": Tensor(name, shape, kind, data, is_fixed=True)},
            )
        )
        return name

    def filled(self, number: float | Name, *shape: int) -> Name:
        """Return the name of a constant of one number everywhere."""
        if not isinstance(number, str) and prod(shape) <= MOST_NUMBERS:
            return self._constant((number,) * prod(shape), shape, "float32", "f")
        return self.emit("Expand", self.real(number), self.wholes(*shape))


def _module_of(node: Node) -> str:
    """Return the path of the module that a node belongs to."""
    stack = node.meta.get("nn_module_stack") or {}
    paths = [path for path, _ in stack.values()]
    return paths[-1].removeprefix("L['self']").strip(".") if paths else ""


def _flat(given: Any) -> list[str]:  # noqa: ANN401 - nodes in whatever they are in
    if isinstance(given, list | tuple):
        return [name for one in given for name in _flat(one)]
    if isinstance(given, dict):
        return _flat(list(given.values()))
    return [given.name] if hasattr(given, "name") else []


def _names(given: Any) -> list[str]:  # noqa: ANN401 - names in whatever they are in
    if isinstance(given, str):
        return [given]
    if isinstance(given, list | tuple) or hasattr(given, "mapping"):
        return [name for one in given for name in _names(one)]
    return []


_TYPES = {"float16": "float16", "bfloat16": "bfloat16", "long": "int64", "int": "int32"}


def _type(value: TorchTensor) -> str:
    word = str(value.dtype).removeprefix("torch.")
    return _TYPES.get(word, word)


def _value(name: str, value: TorchTensor) -> Value:
    return Value(name, _type(value), tuple(map(int, value.shape)))


def _bytes(tensor: TorchTensor | None) -> bytes | None:
    """Return the numbers of a tensor that is not learned, if they are few and there."""
    if tensor is None or tensor.device.type == "meta" or tensor.numel() > MOST_NUMBERS:
        return None
    if _type(tensor) not in {"int64", "int32", "float32", "bool", "float64"}:
        return None
    return tensor.detach().cpu().contiguous().numpy().tobytes() if prod(tensor.shape) else b""
