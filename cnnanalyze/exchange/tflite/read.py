"""Reading: the bytes of a TFLite file, without its weights.

The file is mapped into memory, and the classes of the schema look at what they are asked for: of a
weight that is its name, its shape and its type. Tables of such a file may lie over one another, so
that a small file can say much: every list and every name is measured before it is read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any

from cnnanalyze.core.files import map_bytes
from cnnanalyze.errors import SpecError, UsageError
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS
from cnnanalyze.exchange.tflite.model import File, Operator, Option, Tensor

MOST_OPERATORS = 100_000
MOST_READ = 2_000_000
"""Entries of lists, and bytes of names, that are read of one file."""
MOST_CHARACTERS = 4_096
MOST_AXES = 64
MOST_ELEMENTS = 10**12
_MARK = b"TFL3"
_WIDTHS = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint64": 8,
    "uint32": 4,
    "uint16": 2,
    "uint8": 1,
    "bool": 1,
}
_TENSOR_NAME, _CUSTOM_CODE = 10, 6
"""Where the schema has texts, by the offset of the field."""


def read(path: Path | str) -> File:
    """Read a TFLite file.

    Raises
    ------
    SpecError
        If it is none, or if it goes beyond a bound.
    UsageError
        If there is no such file, or the classes of the schema are not installed.
    """
    data = map_bytes(path, what="TFLite")
    if not data:
        raise SpecError("the file is empty", help="convert the network again")
    if bytes(data[4:8]) != _MARK:
        raise SpecError(
            "the file does not say that it is one of TFLite: bytes 5 to 8 are not 'TFL3'",
            help="what a converter of TensorFlow or LiteRT writes begins so",
        )
    return _Reader(data).file()


def schema() -> ModuleType:
    """Return the classes of the schema, or say what to install.

    Raises
    ------
    UsageError
        If they are not installed.
    """
    try:
        import tflite
    except ImportError:
        raise UsageError(
            "the classes of TFLite's schema are needed to read such a file, and are not installed",
            help="pip install 'cnnanalyze[tflite]'",
        ) from None
    found: ModuleType = tflite
    return found


@contextmanager
def _within() -> Iterator[None]:
    """Say of what lies outside the file, or is no text, that the file is damaged."""
    try:
        yield
    except (struct.error, TypeError, ValueError, IndexError, OverflowError) as error:
        raise SpecError(
            "the file is damaged: it says that something lies where nothing of it is",
            help="convert or download it again",
        ) from error


class _Reader:
    """Reads one file, and counts what it reads."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.schema = schema()
        self.left = MOST_READ
        self.seen: set[int] = set()
        """The networks beside the first whose weights are read."""
        self.words = _words(self.schema.BuiltinOperator)
        self.unions = _words(self.schema.BuiltinOptions)
        self.types = _words(self.schema.TensorType)

    def file(self) -> File:
        """Return what is kept of the file."""
        with _within():
            model = self.schema.Model.GetRootAs(self.data, 0)
            if not model.SubgraphsLength():
                raise SpecError("there is no network in it")
            graph = model.Subgraphs(0)
            inputs, outputs = self.places(graph, "Inputs"), self.places(graph, "Outputs")
            count = graph.OperatorsLength()
            if count > MOST_OPERATORS:
                raise SpecError(
                    f"the network has {count:,} operators; the limit is {MOST_OPERATORS:,}"
                )
            codes = [
                self.code(model.OperatorCodes(k)) for k in self.several(model, "OperatorCodes")
            ]
            operators = tuple(self.operator(graph.Operators(k), codes, model) for k in range(count))
            wanted = dict.fromkeys(
                place
                for places in (
                    inputs,
                    *(p for o in operators for p in (o.inputs, o.outputs)),
                    outputs,
                )
                for place in places
                if place >= 0
            )
            there = graph.TensorsLength()
            if (most := max(wanted, default=0)) >= there:
                raise SpecError(f"an operator names tensor {most}, and there are {there:,}")
            tensors = {place: self.tensor(graph.Tensors(place), model) for place in wanted}
        return File(tensors, inputs, outputs, operators)

    def spend(self, count: int) -> None:
        """Count what is read."""
        self.left -= count
        if self.left < 0:
            raise SpecError(
                f"the file has more than {MOST_READ:,} entries of lists and letters of names that "
                "would have to be read"
            )

    def several(self, table: Any, name: str) -> range:  # noqa: ANN401 - a class of the schema
        """Return the places of a list, measured before."""
        count = getattr(table, f"{name}Length")()
        self.spend(count)
        return range(count)

    def places(self, table: Any, name: str) -> tuple[int, ...]:  # noqa: ANN401 - as above
        """Return a list of whole numbers."""
        if not self.several(table, name):
            return ()
        return tuple(getattr(table, f"{name}AsNumpy")().tolist())

    def text(self, table: Any, field: int) -> str:  # noqa: ANN401 - as above
        """Return a text, measured before."""
        held = table._tab  # noqa: SLF001 - the classes measure lists, and texts not
        offset = held.Offset(field)
        if not offset:
            return ""
        count = held.VectorLen(offset)
        if count > MOST_CHARACTERS:
            raise SpecError(f"a name of {count:,} bytes; the limit is {MOST_CHARACTERS:,}")
        self.spend(count)
        return bytes(held.String(held.Pos + offset)).decode("utf-8", "replace")

    def code(self, code: Any) -> tuple[str, bool]:  # noqa: ANN401 - as above
        """Return the word of an operator, and whether it is a custom one."""
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        word = self.words.get(number, f"OPERATOR_{number}")
        if word != "CUSTOM":
            return word, False
        return re.sub(r"\W+", "_", self.text(code, _CUSTOM_CODE)) or "CUSTOM", True

    def operator(
        self,
        found: Any,  # noqa: ANN401 - as above
        codes: list[tuple[str, bool]],
        model: Any,  # noqa: ANN401
    ) -> Operator:
        """Return an operator with its options."""
        place = found.OpcodeIndex()
        if place >= len(codes):
            raise SpecError(f"an operator is of kind {place}, and the file has {len(codes)} kinds")
        word, is_custom = codes[place]
        inputs, outputs = self.places(found, "Inputs"), self.places(found, "Outputs")
        options = self.options(found)
        called = [n for name, n in options.items() if name.endswith("SubgraphIndex")]
        holds = tuple(one for place in called for one in self.held(model, place))
        return Operator(word, is_custom, inputs, outputs, options, holds)

    def held(self, model: Any, place: object) -> Iterator[Tensor]:  # noqa: ANN401 - as above
        """Yield the weights of another network of the file, those of each only once."""
        if not isinstance(place, int) or not 0 < place < model.SubgraphsLength():
            return
        if place in self.seen:
            return
        self.seen.add(place)
        graph = model.Subgraphs(place)
        for k in self.several(graph, "Tensors"):
            tensor = self.tensor(graph.Tensors(k), model)
            if tensor.is_stored and "float" in tensor.type and prod(tensor.shape) > 1:
                yield tensor

    def options(self, found: Any) -> Mapping[str, Option]:  # noqa: ANN401 - as above
        """Return the options of an operator by the names that the schema has for them."""
        name = self.unions.get(found.BuiltinOptionsType(), "")
        held = found.BuiltinOptions()
        kind = getattr(self.schema, name, None)
        if held is None or kind is None:
            return {}
        options = kind()
        options.Init(held.Bytes, held.Pos)
        read: dict[str, Option] = {}
        for word in _fields(kind):
            if hasattr(kind, f"{word}Length"):
                read[word] = self.places(options, word)
            elif isinstance(value := getattr(options, word)(), int | float):
                read[word] = value
        return read

    def tensor(self, found: Any, model: Any) -> Tensor:  # noqa: ANN401 - as above
        """Return a tensor; its numbers only if they are few."""
        name = self.text(found, _TENSOR_NAME)
        shape, signature = self.places(found, "Shape"), self.places(found, "ShapeSignature")
        if len(shape) > MOST_AXES:
            raise SpecError(
                f"the tensor '{name}' has {len(shape):,} axes; the limit is {MOST_AXES}"
            )
        open_axes = frozenset(k for k, n in enumerate(signature[: len(shape)]) if n < 0)
        if (least := min(shape, default=0)) < 0:
            raise SpecError(f"the tensor '{name}' has the extent {least}, and none is less than 0")
        if prod(shape) > MOST_ELEMENTS:
            raise SpecError(
                f"the tensor '{name}' has {prod(shape):,} numbers; the limit is {MOST_ELEMENTS:,}"
            )
        kind = self.types.get(found.Type(), "unknown").lower()
        scales = found.Quantization()
        is_quantised = "int" in kind and scales is not None and scales.ScaleLength() > 0
        is_stored, data = self.stored(found, model, prod(shape), kind)
        if is_quantised:
            kind, data = "float32", None
        is_variable = bool(found.IsVariable())
        return Tensor(name, shape, kind, data, is_stored, is_variable, is_quantised, open_axes)

    def stored(
        self,
        found: Any,  # noqa: ANN401 - as above
        model: Any,  # noqa: ANN401
        count: int,
        kind: str,
    ) -> tuple[bool, bytes | None]:
        """Return whether the file has a tensor's numbers, and these if they are few."""
        if not count:
            return True, b""
        place = found.Buffer()
        if place >= model.BuffersLength():
            raise SpecError(
                f"a tensor lies in buffer {place}, and the file has {model.BuffersLength():,}"
            )
        buffer = model.Buffers(place)
        held = buffer.DataLength()
        if not held:
            # What is too long for the tables lies behind them, and is no list of sizes.
            return buffer.Size() > 0, None
        needed = count * _WIDTHS.get(kind, 0)
        sparse = found.Sparsity() is not None
        if needed and held != needed and not sparse:
            raise SpecError(
                f"a tensor of {count:,} numbers takes {needed:,} bytes, and its buffer has "
                f"{held:,}: {needed:,} ≠ {held:,}"
            )
        if not needed or sparse or count > MOST_NUMBERS:
            return True, None
        self.spend(held)
        return True, bytes(buffer.DataAsNumpy())


def _words(enumeration: Any) -> dict[int, str]:  # noqa: ANN401 - a class of the schema
    """Return the names of an enumeration by their numbers."""
    return {number: word for word, number in vars(enumeration).items() if isinstance(number, int)}


def _fields(kind: type) -> Iterator[str]:
    """Yield the fields of a class of the schema."""
    for word in vars(kind):
        is_other = word.endswith(("AsNumpy", "Length", "IsNone", "BufferHasIdentifier"))
        if word[0].isupper() and not is_other and not word.startswith(("Init", "GetRootAs")):
            yield word
