"""Quantised graphs: numbers as whole ones of few bits, read as what they stand for."""

from __future__ import annotations

from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.joining import joint, stacked
from cnnanalyze.exchange.onnx.operators.linear import product
from cnnanalyze.exchange.onnx.operators.pooling import pooled_globally

NOTE = "quantised: its numbers are those of real ones"
_MICROSOFT = "com.microsoft"


@operator("QuantizeLinear", "DequantizeLinear")
@operator("QuantizeLinear", "DequantizeLinear", domain=_MICROSOFT)
def scaled(call: Call) -> Value:
    """Pass on what is only written in fewer bits."""
    found = call.given(0)
    call.to.notes[NOTE] += 1
    if isinstance(found, Viewed):
        return found
    if isinstance(found, Known):
        return Known(found.shape, "float32", None, found.source, found.view, found.is_stored)
    raise Unsupported("it reads a sequence")


@operator("DynamicQuantizeLinear")
def measured(call: Call) -> tuple[Value | None, ...]:
    """Pass on what is written in fewer bits, with a scale that is measured."""
    call.to.notes[NOTE] += 1
    return call.viewed(), Known((), "float32"), Known((), "uint8")


@operator("QLinearMatMul")
def qlinear_matmul(call: Call) -> Value:
    """Add the product that a quantised one stands for."""
    call.to.notes[NOTE] += 1
    return product(call, call.given(0), call.given(3))


@operator("QLinearAdd", "QLinearMul", domain=_MICROSOFT)
def qlinear_join(call: Call) -> Value:
    """Join what is quantised."""
    call.to.notes[NOTE] += 1
    return joint(call, [one for one in (call.given(0), call.given(3)) if one is not None])


@operator("QLinearConcat", domain=_MICROSOFT)
def qlinear_concat(call: Call) -> Value:
    """Put what is quantised one behind the other."""
    call.to.notes[NOTE] += 1
    return stacked(call, [one for one in call.read[2::3] if one is not None])


@operator("QLinearGlobalAveragePool", domain=_MICROSOFT)
def qlinear_global_avgpool(call: Call) -> Value:
    """Add the mean of every channel."""
    call.to.notes[NOTE] += 1
    return pooled_globally(call, "global_avgpool", "mean")


@operator("QLinearSigmoid", "QLinearLeakyRelu", domain=_MICROSOFT)
def qlinear_activation(call: Call) -> Value:
    """Add an activation of what is quantised."""
    call.to.notes[NOTE] += 1
    if call.op.operator == "QLinearSigmoid":
        return call.elementwise("sigmoid", call.viewed())
    return call.elementwise("leaky_relu", call.viewed(), slope=call.real("alpha", 0.01))
