"""Files: small networks of TFLite, written with the builders of its schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import tflite

Numbers = npt.NDArray[Any]
_TYPES = {
    "float32": tflite.TensorType.FLOAT32,
    "float16": tflite.TensorType.FLOAT16,
    "int32": tflite.TensorType.INT32,
    "int64": tflite.TensorType.INT64,
    "int8": tflite.TensorType.INT8,
    "uint8": tflite.TensorType.UINT8,
    "bool": tflite.TensorType.BOOL,
}


@dataclass
class T:
    """A tensor of a file: its extents, and its numbers if they are stored."""

    name: str
    shape: Sequence[int]
    numbers: Numbers | None = None
    type: str = "float32"
    scale: float | None = None
    open_axes: Sequence[int] = ()
    is_variable: bool = False
    buffer: int | None = None
    title: str = ""
    """What the file calls it, if that is another name."""


@dataclass
class Op:
    """An operator: its word, the names of what it reads and gives, and its options."""

    word: str
    inputs: str
    outputs: str
    options: Mapping[str, Any] = field(default_factory=dict)
    custom: str = ""


def stored(name: str, *shape: int, seed: int = 0) -> T:
    """Return a tensor with numbers of its own."""
    numbers = np.random.default_rng([seed, *map(ord, name)]).normal(size=shape)
    return T(name, shape, numbers.astype(np.float32))


def whole(name: str, *numbers: int) -> T:
    """Return a vector of whole numbers."""
    return T(name, (len(numbers),), np.array(numbers, np.int32), "int32")


def file(
    tensors: Sequence[T], operators: Sequence[Op], inputs: str = "x", outputs: str = "y"
) -> bytes:
    """Return the bytes of a file with one network."""
    b = flatbuffers.Builder(1024)
    places = {one.name: place for place, one in enumerate(tensors)}
    buffers = [None, *(one.numbers for one in tensors)]
    made = [_tensor(b, place, one) for place, one in enumerate(tensors)]
    words = list(dict.fromkeys((op.word, op.custom) for op in operators))
    codes = [_code(b, *word) for word in words]
    ops = [_operator(b, op, words.index((op.word, op.custom)), places) for op in operators]
    ends = [_vector(b, [places[n] for n in names.split()]) for names in (inputs, outputs)]
    lists = [_list(b, tables) for tables in (made, ops)]
    name = b.CreateString("main")
    tflite.SubGraphStart(b)
    tflite.SubGraphAddTensors(b, lists[0])
    tflite.SubGraphAddInputs(b, ends[0])
    tflite.SubGraphAddOutputs(b, ends[1])
    tflite.SubGraphAddOperators(b, lists[1])
    tflite.SubGraphAddName(b, name)
    graph = tflite.SubGraphEnd(b)
    held = _list(b, [_buffer(b, numbers) for numbers in buffers])
    listed = _list(b, codes), _list(b, [graph])
    tflite.ModelStart(b)
    tflite.ModelAddVersion(b, 3)
    tflite.ModelAddOperatorCodes(b, listed[0])
    tflite.ModelAddSubgraphs(b, listed[1])
    tflite.ModelAddBuffers(b, held)
    b.Finish(tflite.ModelEnd(b), b"TFL3")
    return bytes(b.Output())


def _vector(b: Any, numbers: Sequence[int]) -> int:
    return int(b.CreateNumpyVector(np.array(numbers, np.int32)))


def _list(b: Any, tables: Sequence[int]) -> int:
    b.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        b.PrependUOffsetTRelative(table)
    return int(b.EndVector())


def _buffer(b: Any, numbers: Numbers | None) -> int:
    data = None
    if numbers is not None:
        # What is stored lies at multiples of 16 bytes.
        raw = numbers.tobytes()
        b.StartVector(1, len(raw), 16)
        b.head -= len(raw)
        b.Bytes[b.Head() : b.Head() + len(raw)] = raw
        data = b.EndVector()
    tflite.BufferStart(b)
    if data is not None:
        tflite.BufferAddData(b, data)
    return int(tflite.BufferEnd(b))


def _tensor(b: Any, place: int, one: T) -> int:
    name, shape = b.CreateString(one.title or one.name), _vector(b, one.shape)
    signature = _vector(b, [-1 if k in one.open_axes else n for k, n in enumerate(one.shape)])
    scales = None
    if one.scale is not None:
        numbers = b.CreateNumpyVector(np.array([one.scale], np.float32))
        zeros = b.CreateNumpyVector(np.array([0], np.int64))
        tflite.QuantizationParametersStart(b)
        tflite.QuantizationParametersAddScale(b, numbers)
        tflite.QuantizationParametersAddZeroPoint(b, zeros)
        scales = tflite.QuantizationParametersEnd(b)
    tflite.TensorStart(b)
    tflite.TensorAddShape(b, shape)
    tflite.TensorAddType(b, _TYPES[one.type])
    tflite.TensorAddBuffer(b, place + 1 if one.buffer is None else one.buffer)
    tflite.TensorAddName(b, name)
    if scales is not None:
        tflite.TensorAddQuantization(b, scales)
    if one.is_variable:
        tflite.TensorAddIsVariable(b, True)
    if one.open_axes:
        tflite.TensorAddShapeSignature(b, signature)
    return int(tflite.TensorEnd(b))


def _code(b: Any, word: str, custom: str) -> int:
    text = b.CreateString(custom) if custom else None
    number = getattr(tflite.BuiltinOperator, word)
    tflite.OperatorCodeStart(b)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(number, 127))
    tflite.OperatorCodeAddBuiltinCode(b, number)
    tflite.OperatorCodeAddVersion(b, 1)
    if text is not None:
        tflite.OperatorCodeAddCustomCode(b, text)
    return int(tflite.OperatorCodeEnd(b))


_NAMED = {
    "CONV_2D": "Conv2DOptions",
    "CONV_3D": "Conv3DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
}


def _operator(b: Any, op: Op, code: int, places: Mapping[str, int]) -> int:
    inputs = _vector(b, [-1 if n == "-" else places[n] for n in op.inputs.split()])
    outputs = _vector(b, [places[n] for n in op.outputs.split()])
    camel = "".join(part.capitalize() for part in op.word.split("_"))
    name = _NAMED.get(op.word, f"{camel}Options")
    number = getattr(tflite.BuiltinOptions, name, 0)
    held = None
    if number:
        lists = {
            word: _vector(b, value)
            for word, value in op.options.items()
            if isinstance(value, list | tuple)
        }
        getattr(tflite, f"{name}Start")(b)
        for word, value in op.options.items():
            getattr(tflite, f"{name}Add{word}")(b, lists.get(word, value))
        held = getattr(tflite, f"{name}End")(b)
    tflite.OperatorStart(b)
    tflite.OperatorAddOpcodeIndex(b, code)
    tflite.OperatorAddInputs(b, inputs)
    tflite.OperatorAddOutputs(b, outputs)
    if held is not None:
        tflite.OperatorAddBuiltinOptionsType(b, number)
        tflite.OperatorAddBuiltinOptions(b, held)
    return int(tflite.OperatorEnd(b))
