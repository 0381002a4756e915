"""The node cases of the ``onnx`` wheel that concern networks for images: a graph of one operator.

What ONNX gives as further inputs of an operator, such as kernels, is a constant of a network.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cnnanalyze.errors import CnnError
from cnnanalyze.exchange.onnx.model import Model
from cnnanalyze.exchange.onnx.network import convert
from cnnanalyze.exchange.onnx.read import parse
from tests.exchange.onnx.numbers import run

Array = npt.NDArray[Any]

WORDS = """
Conv ConvInteger ConvTranspose DeformConv QLinearConv QLinearMatMul MaxPool AveragePool
LpPool GlobalAveragePool GlobalMaxPool MaxUnpool BatchNormalization InstanceNormalization
GroupNormalization LayerNormalization RMSNormalization LRN LpNormalization
MeanVarianceNormalization Relu LeakyRelu Elu Celu Selu Gelu HardSigmoid HardSwish Mish
Sigmoid Softplus Softsign Swish Tanh ThresholdedRelu PRelu Clip Softmax LogSoftmax Hardmax
Shrink Exp Log Sqrt Abs Neg Reciprocal Pow Add Sub Mul Div Max Min Mean Sum Concat Split
Slice Gather Pad Reshape Transpose Flatten Squeeze Unsqueeze Expand Tile Identity Dropout
DepthToSpace SpaceToDepth ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1 ReduceL2
ReduceSumSquare ReduceLogSum ReduceLogSumExp ReduceProd Resize Upsample Gemm MatMul
MatMulInteger Einsum LSTM GRU RNN
"""
OPERATORS = frozenset(WORDS.split())
"""What networks for images are made of."""
COMPUTED = frozenset(
    {"Add", "Sub", "Mul", "Div", "Max", "Min", "Mean", "Sum", "Concat", "MatMul", "Einsum"}
)
"""Operators all of whose inputs are computed in a network; of others, it is the first alone."""
SECOND = {"MaxUnpool": (0, 1), "DeformConv": (0, 2, 4)}


class Outcome(NamedTuple):
    """What came of a case."""

    shape: bool
    numbers: bool
    reason: str = ""


def cases() -> Iterator[Any]:
    """Yield the cases that concern us, without those that only write a function out."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            operators = [node.op_type for node in case.model.graph.node]
            if "_expanded" not in case.name and len(operators) == 1 and operators[0] in OPERATORS:
                yield case


def prepared(case: Any) -> tuple[Model, dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Return a model whose further inputs are constants; what goes in, what is held, what comes."""
    import onnx

    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    inputs, outputs = ([np.asarray(one) for one in data] for data in case.data_sets[0])
    graph = model.graph
    node = graph.node[0]
    places = SECOND.get(node.op_type, (0,))
    if node.op_type in COMPUTED:
        places = tuple(range(len(node.input)))
    computed = {node.input[place] for place in places if place < len(node.input)}
    feeds, held = {}, {}
    for value, array in zip(list(graph.input), inputs, strict=True):
        if value.name in computed:
            feeds[value.name] = array
            continue
        held[value.name] = array
        graph.initializer.append(onnx.numpy_helper.from_array(array, value.name))
        graph.input.remove(value)
    wanted = {one.name: array for one, array in zip(graph.output, outputs, strict=True)}
    return parse(memoryview(model.SerializeToString())), feeds, held, wanted


def outcome(case: Any) -> Outcome:
    """Return what comes of a case."""
    if any(isinstance(one, list | None) for data in case.data_sets[0] for one in data):
        return Outcome(False, False, "it reads or gives a sequence")
    try:
        model, feeds, held, wanted = prepared(case)
        converted = convert(model)
    except CnnError as error:
        return Outcome(False, False, error.message)
    shapes = all(
        name in converted.outputs and converted.outputs[name].extents == array.shape
        for name, array in wanted.items()
    )
    if missing := [name for name in wanted if name not in converted.outputs]:
        return Outcome(False, False, f"'{missing[0]}' does not depend on what goes in")
    opaque = [node.layer.attributes["about"] for node in converted.network if node.kind == "opaque"]
    if opaque:
        return Outcome(shapes, False, "; ".join(converted.notes))
    try:
        found = run(converted, feeds, held)
    except (CnnError, LookupError) as error:
        return Outcome(shapes, False, str(error).splitlines()[0])
    return Outcome(shapes, *compared(found, wanted))


def compared(found: Mapping[str, Array], wanted: Mapping[str, Array]) -> tuple[bool, str]:
    """Return whether all numbers agree, and which do not."""
    for name, array in wanted.items():
        if found[name].shape != array.shape:
            return False, f"'{name}' is {found[name].shape}, not {array.shape}"
        if not np.allclose(
            found[name], array.astype(np.float64), rtol=1e-3, atol=1e-5, equal_nan=True
        ):
            return False, f"the numbers of '{name}' are others"
    return True, ""


def write(path: Path) -> None:
    """Write which cases are not right, and why: ``python -m tests.exchange.onnx.node_cases``."""
    found = [(case.name, outcome(case)) for case in cases()]
    shapes, right = sum(one.shape for _, one in found), sum(one.numbers for _, one in found)
    lines = [
        "# Node cases of the onnx wheel that are not right, and why.",
        f"# Of {len(found)} that concern us, {shapes} have the right shape, {right} the numbers.",
    ]
    lines += ["", "[shape]", *(_line(n, o) for n, o in found if not o.shape)]
    lines += ["", "[numbers]", *(_line(n, o) for n, o in found if o.shape and not o.numbers)]
    path.write_text("\n".join([*lines, ""]), "utf-8")


def _line(name: str, found: Outcome) -> str:
    return f"{name} = {json.dumps(found.reason)}"


if __name__ == "__main__":
    write(Path(__file__).with_suffix(".toml"))
