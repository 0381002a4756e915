"""Translation: what a TFLite file says, in the operators of ONNX.

Its operators say the same things in other words, with the channels last, so there is one table from
them to ONNX's, and everything behind that, views, layers and what is refused, is one. Where ONNX
wants the channels second, they are moved there and back; no layer comes of that.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from cnnanalyze.core.registry import entering
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Attribute, Operation, Tensor, Value
from cnnanalyze.exchange.tflite.model import File, Operator
from cnnanalyze.exchange.tflite.model import Tensor as Stored

OPSET = 21
"""The version of ONNX's operators that is written."""
CUSTOM = "tflite"
"""The domain of what ONNX has no word for."""

Name = str
Handler = Callable[["Call"], "Name | Sequence[Name] | None"]
HANDLERS: dict[str, Handler] = {}
"""By the word of TFLite's operator: what gives the names of its values; nothing if ONNX has no
words for it."""
translates = entering(HANDLERS)
"""Enter what translates some operators."""

_ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
_LIMITS = {
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU_0_TO_1": (0.0, 1.0),
}
_CODES = {"int32": "i", "int64": "q", "float32": "f"}


class Translation:
    """A file on its way to ONNX's operators."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.operations: list[Operation] = []
        self.names = _names(file)
        """By place: the name of each tensor, each of them once."""
        self.constants: dict[str, Tensor] = {}
        self.values: dict[str, Value] = {}
        made = {place for operator in file.operators for place in operator.outputs}
        for place, tensor in file.tensors.items():
            name = self.names[place]
            if tensor.is_stored and place not in made and place not in file.inputs:
                self.constants[name] = Tensor(name, tensor.shape, tensor.type, tensor.data)
            else:
                self.values[name] = _declared(name, tensor)

        self._root = _root(self.values)

    def short(self, name: str) -> str:
        """Return the name of a layer without that of the network, if every name begins so."""
        return name.removeprefix(self._root) or name

    def add(self, operator: Operator) -> None:
        """Translate an operator."""
        call = Call(self, operator)
        handler = None if operator.is_custom else HANDLERS.get(operator.word)
        found = handler(call) if handler is not None else None
        given = [found] if isinstance(found, str) else found
        if given is None:
            call.foreign()
            return
        for name, place in zip(given, operator.outputs, strict=False):
            call.write(name, self.names[place])


class Call:
    """An operator that is translated."""

    def __init__(self, to: Translation, operator: Operator) -> None:
        self.to = to
        self.operator = operator
        outputs = [place for place in operator.outputs if place >= 0]
        word = operator.word
        named = [to.names[outputs[0]]] if outputs else []
        # What comes out of the network is named after none; the weights are, then.
        named += [name for k in (1,) if word in _OWN and (name := self.given(k))]
        titles = (title(name, word) for name in named)
        self.title = to.short(next(filter(None, titles), word.lower()))

    # --- what it says ----------------------------------------------------------------------------

    def given(self, place: int) -> Name:
        """Return the name of an input; an empty one if it is left out, or a state."""
        inputs = self.operator.inputs
        if place >= len(inputs) or inputs[place] < 0:
            return ""
        is_state = self.to.file.tensors[inputs[place]].is_variable
        return "" if is_state else self.to.names[inputs[place]]

    @property
    def inputs(self) -> list[Name]:
        """The names of all inputs that are there."""
        return [name for k in range(len(self.operator.inputs)) if (name := self.given(k))]

    def tensor(self, place: int) -> Stored:
        """Return what the file says of an input."""
        inputs = self.operator.inputs
        if place >= len(inputs) or inputs[place] < 0:
            raise self.refuse(f"its input {place} is missing")
        return self.to.file.tensors[inputs[place]]

    def shape(self, place: int = 0) -> tuple[int, ...]:
        """Return the extents of an input as the file has them."""
        return self.tensor(place).shape

    def ranked(self, place: int, rank: int) -> tuple[int, ...]:
        """Return the extents of an input that must have so many axes.

        Raises
        ------
        SpecError
            If it has more or fewer.
        """
        shape = self.shape(place)
        if len(shape) != rank:
            raise self.refuse(
                f"its input {place} has {len(shape)} axes, and {rank} are needed: "
                f"{len(shape)} ≠ {rank}"
            )
        return shape

    @property
    def result(self) -> Stored:
        """What the file says of the first output."""
        outputs = self.operator.outputs
        if not outputs or outputs[0] < 0:
            raise self.refuse("it gives nothing")
        return self.to.file.tensors[outputs[0]]

    def axis(self, number: int, place: int = 0) -> int:
        """Return an axis of an input counted from the beginning.

        Raises
        ------
        SpecError
            If the input has no such axis.
        """
        rank = len(self.shape(place))
        if not -rank <= number < rank:
            raise self.refuse(
                f"axis {number} is none of a tensor of {rank} axes: {number} is not within "
                f"{-rank} to {rank - 1}"
            )
        return number % rank

    def numbers(self, place: int) -> tuple[int, ...] | None:
        """Return an input that is a few whole numbers; nothing if it is computed or left out."""
        inputs = self.operator.inputs
        if place >= len(inputs) or inputs[place] < 0:
            return None
        tensor = self.to.file.tensors[inputs[place]]
        code = _CODES.get(tensor.type)
        if tensor.data is None or code is None or tensor.type == "float32":
            return None
        count = len(tensor.data) // struct.calcsize(code)
        return struct.unpack(f"<{count}{code}", tensor.data)

    def whole(self, name: str, default: int = 0) -> int:
        """Return an option that is a whole number."""
        found = self.operator.options.get(name, default)
        return int(found) if isinstance(found, int | float) else default

    def real(self, name: str, default: float) -> float:
        """Return an option that is a number."""
        found = self.operator.options.get(name, default)
        return float(found) if isinstance(found, int | float) else default

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return an option that is several whole numbers."""
        found = self.operator.options.get(name, ())
        return tuple(map(int, found)) if isinstance(found, tuple) else ()

    def refuse(self, message: str) -> SpecError:
        """Return the error that says what is wrong with the operator."""
        return SpecError(f"operator '{self.title}' ({self.operator.word}): {message}")

    # --- what it becomes -------------------------------------------------------------------------

    def emit(self, word: str, *inputs: Name, **attributes: Attribute) -> Name:
        """Write an operation of ONNX, and return the name of its value."""
        return self._written(1, word, inputs, attributes)[0]

    def emit_several(
        self, count: int, word: str, *inputs: Name, **attributes: Attribute
    ) -> list[Name]:
        """Write an operation of ONNX, and return the names of its values."""
        return self._written(count, word, inputs, attributes)

    def _written(
        self,
        count: int,
        word: str,
        inputs: tuple[Name, ...],
        attributes: Mapping[str, Attribute],
        domain: str = "",
    ) -> list[Name]:
        names = [f"{self.title}.{len(self.to.operations)}.{k}" for k in range(count)]
        self.to.operations.append(
            Operation(self.title, word, domain, inputs, tuple(names), attributes)
        )
        return names

    def write(self, name: Name, output: Name) -> None:
        """Give a value the name that the file has for it."""
        last = self.to.operations[-1] if self.to.operations else None
        if last is not None and last.outputs == (name,):
            self.to.operations[-1] = Operation(
                last.name, last.operator, last.domain, last.inputs, (output,), last.attributes
            )
        else:
            self.to.operations.append(Operation(self.title, "Identity", "", (name,), (output,)))

    def foreign(self) -> None:
        """Write what ONNX has no word for, with what the networks hold that it calls."""
        held = []
        for tensor in self.operator.holds:
            name = f"{self.title}/{tensor.name}#{len(self.to.constants)}"
            self.to.constants[name] = Tensor(name, tensor.shape, tensor.type)
            held.append(name)
        outputs = tuple(
            self.to.names[place] if place >= 0 else "" for place in self.operator.outputs
        )
        self.to.operations.append(
            Operation(self.title, self.operator.word, CUSTOM, (*self.inputs, *held), outputs)
        )

    def constant(
        self, *numbers: float, kind: str = "int64", shape: Sequence[int] | None = None
    ) -> Name:
        """Return the name of a constant of the translation."""
        extents = (len(numbers),) if shape is None else tuple(shape)
        data = struct.pack(f"<{len(numbers)}{_CODES[kind]}", *numbers)
        value = Tensor("", extents, kind, data, is_fixed=True)
        return self.emit("Constant", value=value)

    def number(self, number: float) -> Name:
        """Return the name of a constant number."""
        return self.constant(number, kind="float32", shape=())

    # --- channels --------------------------------------------------------------------------------

    def first(self, name: Name, rank: int) -> Name:
        """Return a value whose channels are moved from the last axis to the second."""
        return self.emit("Transpose", name, perm=(0, rank - 1, *range(1, rank - 1)))

    def last(self, name: Name, rank: int) -> Name:
        """Return a value whose channels are moved from the second axis to the last."""
        return self.emit("Transpose", name, perm=(0, *range(2, rank), 1))

    def activated(self, name: Name) -> Name:
        """Return a value behind the activation that the options name."""
        place = self.whole("FusedActivationFunction")
        word = _ACTIVATIONS[place] if 0 <= place < len(_ACTIVATIONS) else f"ACTIVATION_{place}"
        if word == "NONE":
            return name
        outputs = [place for place in self.operator.outputs if place >= 0]
        found = title(self.to.names[outputs[0]]) if outputs else ""
        self.title = self.to.short(found) or self.title
        if word == "TANH":
            return self.emit("Tanh", name)
        if word in _LIMITS:
            return self.limited(name, word)
        return self._written(1, word, (name,), {}, CUSTOM)[0]

    def limited(self, name: Name, word: str) -> Name:
        """Return a value within the limits of a rectifier."""
        least, most = _LIMITS[word]
        if most is None:
            return self.emit("Relu", name)
        return self.emit("Clip", name, self.number(least), self.number(most))


def _names(file: File) -> dict[int, str]:
    """Return names for tensors, which may have none, or one that others have."""
    taken = Counter(tensor.name for tensor in file.tensors.values())
    return {
        place: tensor.name if tensor.name and taken[tensor.name] == 1 else f"{tensor.name}#{place}"
        for place, tensor in file.tensors.items()
    }


def _root(names: Iterable[str]) -> str:
    """Return what all names of layers that are paths begin with, as the name of the network."""
    paths = [found.partition("/") for name in names if "/" in (found := title(name))]
    roots = {first for first, _, _ in paths}
    return f"{roots.pop()}/" if len(roots) == 1 and len(paths) > 1 else ""


def _declared(name: str, tensor: Stored) -> Value:
    shape = tuple(None if k in tensor.open_axes else n for k, n in enumerate(tensor.shape))
    return Value(name, tensor.type, shape)


_OPERATION = re.compile(r"[A-Z]\w*|depthwise\w*|separable_conv2d|conv\w*|add\w*|mul\w*|sub\w*")
"""What TensorFlow calls an operation: the last word of a path."""
_UNNAMED = re.compile(r"(Stateful)?PartitionedCall|Identity")
_OWN = {
    "CONV_2D": ("convolution", "Conv2D", "separable_conv2d"),
    "DEPTHWISE_CONV_2D": ("depthwise",),
    "FULLY_CONNECTED": ("MatMul", "Tensordot"),
    "TRANSPOSE_CONV": ("conv_transpose", "conv2d_transpose"),
}


def title(name: str, word: str = "") -> str:
    """Return the name of the layer that a tensor comes from; nothing if it is named after none.

    A converter calls it by all operations that it has made one of.

    Parameters
    ----------
    name
        The name of the tensor.
    word
        The operator that gives it, if that is looked for among several.

    Examples
    --------
    >>> fused = "net/relu1/Relu;net/conv1/BiasAdd;net/conv1/Conv2D"
    >>> title(fused), title(fused, "CONV_2D"), title("p_re_lu_3"), title("Identity:0")
    ('net/relu1', 'net/conv1', 'p_re_lu_3', '')
    """
    parts = [part.partition(":")[0] for part in name.split(";")]
    own = (part for part in parts if part.rpartition("/")[2].startswith(_OWN.get(word, ("\0",))))
    *path, last = next(own, parts[0]).split("/")
    if path and _OPERATION.fullmatch(last):
        return "/".join(path)
    return "" if _UNNAMED.match(last) else "/".join((*path, last))
