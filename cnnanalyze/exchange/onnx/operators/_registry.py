"""Which function converts which operator."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.core.spelling import count_of
from cnnanalyze.exchange.onnx.conversion import Call, Value
from cnnanalyze.exchange.onnx.model import Operation

Function = Callable[[Call], "Value | tuple[Value | None, ...]"]

OPERATORS: dict[tuple[str, str], Function] = {}
"""By domain, which is empty for ONNX's own, and name."""


def operator(*names: str, domain: str = "") -> Callable[[Function], Function]:
    """Register what converts operators of these names."""

    def register(function: Function) -> Function:
        for name in names:
            OPERATORS[domain, name] = function
        return function

    return register


MOST_INPUTS = 10_000
"""The inputs of an operation that takes any number."""
_ONE = """
Relu LeakyRelu Elu Celu Selu Sigmoid Tanh HardSigmoid HardSwish Mish Softplus Softsign Softmax
LogSoftmax Exp Log Sqrt Abs Neg Reciprocal Erf Floor Ceil Round Identity Cast Flatten Transpose
Shape Size MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool LRN DepthToSpace
SpaceToDepth ConstantOfShape
"""
_TWO = """
Add Sub Mul Div Pow MatMul PRelu Gather Expand Equal Greater Less GreaterOrEqual LessOrEqual
And Or CastLike SequenceAt
"""
_MANY = """
Sum Max Min Mean Concat Einsum Dropout ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1
ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp ReduceProd If SplitToSequence
QuantizeLinear DequantizeLinear Gelu Swish
"""
INPUTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_MANY.split(), (1, MOST_INPUTS)),
    **dict.fromkeys(_ONE.split(), (1, 1)),
    **dict.fromkeys(_TWO.split(), (2, 2)),
    **dict.fromkeys(["Where", "InstanceNormalization", "Range", "GroupNormalization"], (3, 3)),
    **dict.fromkeys(["Conv", "Gemm", "LayerNormalization", "ConvTranspose"], (2, 3)),
    "Constant": (0, 0),
    "BatchNormalization": (5, 5),
    "Reshape": (1, 2),
    "Squeeze": (1, 2),
    "Unsqueeze": (1, 2),
    "Clip": (1, 3),
    "Split": (1, 2),
    "Slice": (1, 5),
    "Pad": (1, 4),
    "Resize": (1, 4),
    "Upsample": (1, 2),
    "Tile": (2, 3),
    "DeformConv": (3, 5),
    "QLinearConv": (8, 9),
    "QLinearMatMul": (8, 8),
    "LSTM": (3, 8),
    "GRU": (3, 6),
}
"""How many inputs operators have at least, and at most."""


def inputs_fault(op: Operation) -> str:
    """Return what is wrong with the number of inputs of an operation, if something is."""
    if op.domain:
        return ""
    least, most = INPUTS.get(op.operator, (0, MOST_INPUTS))
    count = len(op.inputs)
    if count < least:
        return f"it has {count_of(count, 'input')}, and needs {least}: {count} < {least}"
    if count > most:
        return f"it has {count_of(count, 'input')}, and takes {most}: {count} > {most}"
    missing = [place for place, name in enumerate(op.inputs[:least]) if not name]
    return f"its input {missing[0]} is missing" if missing else ""
