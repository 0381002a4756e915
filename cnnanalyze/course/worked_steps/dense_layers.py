"""Dense layers on given numbers, forward and backward."""

from __future__ import annotations

from functools import partial
from typing import Any

from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.worked_steps.layer_call import EXACTLY, LayerCall
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.course.worked_steps.window_steps import OF_IMAGE, SlidingWindow, WindowNames
from cnnanalyze.course.worked_steps.worked_layer import (
    UPSTREAM,
    LayerGradients,
    TensorGradient,
    WorkedLayer,
)


def dense(call: LayerCall) -> WorkedLayer:
    """Weigh all numbers for each unit, and add up."""
    layer: Any = call.layer
    numbers, weights = call.x.flat(), call.tensors["kernel"]
    rows = tuple(tuple(weights[u :: layer.units]) for u in range(layer.units))
    window = _weighed(numbers, rows, call.tensors.get("bias", ()))
    formula = "sum of products" + (" + bias" if window.biases else "")
    title = f"dense, {count_of(len(numbers), 'number')} to {count_of(layer.units, 'unit')}"
    worked = call.worked(title, window.output, formula)
    return worked._replace(sliding_window=window, backward=partial(_gradients, call, rows))


def _weighed(
    numbers: tuple[Number, ...],
    rows: tuple[tuple[Number, ...], ...],
    biases: tuple[Number, ...] = (),
    names: WindowNames = OF_IMAGE,
) -> SlidingWindow:
    """Return a window over all numbers, for each row of weights."""
    return SlidingWindow(
        Volume(((numbers,),), rank=0),
        tuple(((row,),) for row in rows),
        ((0,),) * len(rows),
        (1, len(numbers)),
        (1, 1),
        (1, 1),
        (EXACTLY, EXACTLY),
        biases,
        names=names,
    )


def _gradients(
    call: LayerCall, rows: tuple[tuple[Number, ...], ...], upstream: Volume
) -> LayerGradients:
    numbers, behind = call.x.flat(), upstream.flat()
    products = tuple(tuple(whole(x * g) for g in behind) for x in numbers)
    column, row = Volume((tuple((x,) for x in numbers),)), Volume(((behind,),))
    kernel = call.gradient(
        "kernel",
        f"each number of the input times each {UPSTREAM}",
        (column, row),
        Volume((products,)),
        "a row for each input, a column for each unit: x*dL/dy",
    )._replace(tensor_shape=call.shape_of("kernel"))
    tensors = {
        "kernel": TensorGradient(call.shape_of("kernel"), tuple(g for r in products for g in r))
    }
    sections = [kernel]
    if "bias" in call.tensors:
        tensors["bias"] = TensorGradient(call.shape_of("bias"), behind)
        sections.append(call.gradient("bias", f"{UPSTREAM} as it is", (upstream,), vector(behind)))
    window = _weighed(
        behind,
        tuple(zip(*rows, strict=True)),
        names=WindowNames(UPSTREAM, "weights", "dL/dx"),
    )
    back = call.gradient(
        "input", f"{UPSTREAM} weighed with the weights of each input", (upstream,), window.output
    )
    sections.append(back._replace(sliding_window=window))
    return LayerGradients((call.x.like(window.output.flat()),), tensors, tuple(sections))
