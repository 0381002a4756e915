"""Networks with given numbers: what comes out of each layer, the loss, and the gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import isfinite
from typing import Any

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.registry import nearest
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import (
    Solution,
    WrongAnswer,
    map_nested,
    nested_value,
    plain,
)
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.course.sheets.questions.values import reduced
from cnnanalyze.course.worked_steps.backward import Gradients, go_back_through
from cnnanalyze.course.worked_steps.matrix_parser import plain_text, read_result
from cnnanalyze.course.worked_steps.network import work_out
from cnnanalyze.course.worked_steps.softmax import cross_entropy, softmax_cross_entropy
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, WindowStep, rotated
from cnnanalyze.course.worked_steps.worked_layer import LayerGradients, WorkedLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait

NUMBERS, LOSS = "numbers", "loss"
GRADIENT, SHAPE = "_gradient", "_gradient_shape"
SHOWN = 4
"""So many numbers are written out; the others go the same way."""

NOT_ROTATED = kind("kernel not rotated", "did not rotate the kernel on the way back")
DERIVATIVE_FORGOTTEN = kind(
    "derivative of the activation forgotten", "passed gradients through activations unchanged"
)
AVERAGED = kind("averaged instead of added up", "took the mean of dL/dy instead of the sum")
SIGNS = kind("opposite sign", "gave every entry the opposite sign")


def is_of_numbers(quantity: str) -> bool:
    """Whether a quantity is one of a network whose numbers are given.

    Examples
    --------
    >>> is_of_numbers("kernel_gradient"), is_of_numbers("parameters")
    (True, False)
    """
    return quantity in {NUMBERS, LOSS} or quantity.endswith((GRADIENT, SHAPE))


def goes_back(quantity: str) -> bool:
    """Whether a quantity depends on what comes back from the loss."""
    return quantity == LOSS or quantity.endswith(GRADIENT)


def solve_numbers(
    selection: NetworkSelection, quantity: str, builder: ExplanationBuilder
) -> Solution:
    """Work out a quantity of a network with given numbers, or the shape of a gradient."""
    if quantity.endswith(SHAPE):
        return _shape(selection, quantity.removesuffix(SHAPE), builder)
    sections = work_out(selection.network)
    if quantity == NUMBERS:
        return _forward(selection, sections, builder)
    if quantity == LOSS:
        return _solution(_loss(selection, sections), "What is the loss?", builder)
    return _gradient(selection, sections, quantity.removesuffix(GRADIENT), builder)


def _node(selection: NetworkSelection) -> Node:
    """Return the layer that is asked about: the last, if none is named."""
    return selection.network[selection.layer or selection.network.outputs[0]]


# --- forward --------------------------------------------------------------------------------------


def _forward(
    selection: NetworkSelection, sections: Sequence[WorkedLayer], builder: ExplanationBuilder
) -> Solution:
    node = _node(selection)
    worked = next(s for s in sections if s.name == node.id)
    return _solution(worked, f"Which numbers does {node.id} give?", builder)


def _loss(selection: NetworkSelection, sections: Sequence[WorkedLayer]) -> WorkedLayer:
    """Return the cross-entropy of what comes out: of probabilities, or of logits."""
    if selection.label is None:
        raise UsageError(
            "a loss needs 'label', one number for each class", help="write label: [0, 1, 0]"
        )
    last = _last(selection)
    worked = next(s for s in sections if s.name == last.id)
    label = tuple(selection.label)
    is_probable = Trait.SOFTMAX in last.layer.traits and not last.layer.is_any(
        {Trait.LOG_PROBABILITIES}
    )
    return (cross_entropy if is_probable else softmax_cross_entropy)(worked.after, label)


def _last(selection: NetworkSelection) -> Node:
    return selection.network[selection.network.outputs[0]]


# --- back -----------------------------------------------------------------------------------------


def _upstream(selection: NetworkSelection, sections: Sequence[WorkedLayer]) -> Volume:
    """Return the gradient by the output: the given one, or that of the loss."""
    if selection.label is not None:
        loss = _loss(selection, sections)
        assert loss.backward is not None
        return loss.backward(vector([1])).inputs[0]
    if selection.upstream is None:
        raise UsageError(
            "a gradient needs 'gradient', that of the loss by the output, or the 'label' of a loss",
            help="write gradient: [[1, 2], [3, 4]], in the shape of the output",
        )
    return read_result([plain_text(selection.upstream)], "'gradient'")


def _gradient(
    selection: NetworkSelection,
    sections: Sequence[WorkedLayer],
    role: str,
    builder: ExplanationBuilder,
) -> Solution:
    upstream = _upstream(selection, sections)
    found = go_back_through(selection.network, sections, upstream)
    worked = _section(selection, found, role)
    word = role.replace("_", " ")
    where = f" of {selection.layer}" if selection.layer else ""
    solution = _solution(worked, f"What is the gradient by the {word}{where}?", builder)

    def wrong_answers() -> Iterator[WrongAnswer]:
        yield WrongAnswer(SIGNS, map_nested(solution.value, lambda v: -v))
        window = worked.sliding_window
        if window is not None and window.flipped and role == "input":
            kernels = tuple(tuple(map(rotated, planes)) for planes in window.kernels)
            other = replace(window, kernels=kernels)
            yield WrongAnswer(
                NOT_ROTATED, nested_value(_nested_cells(_window_cells(other), worked))
            )
        if window is not None and window.reduction == "sum":
            mean = replace(window, reduction="mean")
            yield WrongAnswer(AVERAGED, nested_value(_nested_cells(_window_cells(mean), worked)))
        careless = [_passed_on(s) if _is_activation(selection, s) else s for s in sections]
        if careless != list(sections):
            again = go_back_through(selection.network, careless, upstream)
            value = nested_value(_nested_cells(_cells(_section(selection, again, role)), worked))
            yield WrongAnswer(DERIVATIVE_FORGOTTEN, value)

    return replace(solution, wrong_answers=wrong_answers)


def _is_activation(selection: NetworkSelection, worked: WorkedLayer) -> bool:
    return Trait.ACTIVATION in selection.network[worked.name].layer.traits


def _passed_on(worked: WorkedLayer) -> WorkedLayer:
    """Return a layer on whose way back nothing happens."""
    return worked._replace(backward=partial(_unchanged, worked))


def _unchanged(worked: WorkedLayer, upstream: Volume) -> LayerGradients:
    assert worked.backward is not None
    found = worked.backward(upstream)
    return found._replace(inputs=(upstream,))


def _section(selection: NetworkSelection, found: Gradients, role: str) -> WorkedLayer:
    """Return how a gradient came about."""
    node = _node(selection)
    if role == "output":
        volume = found.volumes[node.id]
        return WorkedLayer(node.id, node.kind, "gradient of the output", (), volume)
    word = role.replace("_", " ")
    if role == "input" and not selection.layer:
        node = selection.network[next(n.id for n in selection.network)]
    own = [s for s in found.sections if s.name == node.id and s.gradient_of == word]
    if not own:
        known = [s.gradient_of for s in found.sections if s.name == node.id]
        known = [k.replace(" ", "_") + GRADIENT for k in dict.fromkeys([*known, "output"])]
        raise UsageError(
            f"'{node.id}' has no quantity '{role}{GRADIENT}'{nearest(role + GRADIENT, known)}",
            help=f"there are {', '.join(known)}",
        )
    return own[-1]


def _shape(selection: NetworkSelection, role: str, builder: ExplanationBuilder) -> Solution:
    """Return the shape of a gradient: that of what it is the gradient by."""
    node, word = _node(selection), role.replace("_", " ")
    shapes = {"input": node.input_shapes[0].extents, "output": node.output.extents}
    if not selection.layer:
        shapes["input"] = next(iter(selection.network.inputs.values())).shape.extents
    shapes |= {p.role: p.shape for p in node.layer.params(*node.input_shapes) if p.trainable}
    if word not in shapes:
        known = [k.replace(" ", "_") + SHAPE for k in shapes]
        raise UsageError(
            f"'{node.id}' has no quantity '{role}{SHAPE}'{nearest(role + SHAPE, known)}",
            help=f"there are {', '.join(known)}",
        )
    value = shapes[word]
    reason = f"A gradient has the shape of what it is the gradient by: here the {word}."
    worked = builder.explain(
        f"Which shape has the gradient by the {word}?", node.id, [], value, form="shape",
        reasons=(reason,),
    )  # fmt: skip
    return Solution(value, "shape", explanations=(worked,))


# --- numbers as answers ---------------------------------------------------------------------------

Cells = list[list[list[Expression]]]
"""Planes of rows of expressions."""


def _solution(worked: WorkedLayer, question: str, builder: ExplanationBuilder) -> Solution:
    cells = _cells(worked)
    trees = _nested_cells(cells, worked)
    value = map_nested(nested_value(trees), plain)
    form = "number" if not isinstance(value, tuple) else "list"
    if isinstance(value, tuple) and isinstance(value[0], tuple):
        form = "matrix"
    places = [
        (_where(worked, k, r, c), cell)
        for k, plane in enumerate(cells)
        for r, row in enumerate(plane)
        for c, cell in enumerate(row)
    ]
    steps = [
        DerivationStep(Name(words), tree._replace(name=None) if tree.args else tree)
        for words, tree in places[:SHOWN]
    ]
    reasons = [f"{worked.title[0].upper()}{worked.title[1:]}."]
    reasons += [f"By {worked.formula}."] if worked.formula and not steps[0].tree.args else []
    reasons += ["The other numbers go the same way."] if len(places) > SHOWN else []
    shapes = " and ".join(str(v.shape) for v in worked.before)
    subject = f"{worked.name}: {shapes} to {worked.shape_text}" if shapes else worked.name
    explained = builder.explain(question, subject, steps, value, form=form, reasons=tuple(reasons))
    return Solution(value, form, explanations=(explained,), trees=lambda: trees)


def _where(worked: WorkedLayer, plane: int, row: int, column: int) -> str:
    after = worked.after
    if not after.rank:
        return f"number {plane + 1}"
    named = worked.plane_names[plane] if worked.plane_names else ""
    named = named or (f"channel {plane + 1}" if after.channels > 1 else "")
    place = f"row {row + 1}, column {column + 1}" if after.rank > 1 else f"number {column + 1}"
    return f"{named}, {place}" if named else place


def _cells(worked: WorkedLayer) -> Cells:
    """Return every number of what comes out as the sum, the mean or the largest that it is."""
    if worked.sliding_window is not None:
        return _window_cells(worked.sliding_window)
    return [[[_given(v) for v in row] for row in plane] for plane in worked.after.planes]


def _window_cells(window: SlidingWindow) -> Cells:
    rows, columns, channels = window.counts
    return [
        [[_expression(window, window.step(r, c, k)) for c in range(columns)] for r in range(rows)]
        for k in range(channels)
    ]


def _expression(window: SlidingWindow, step: WindowStep) -> Expression:
    if window.kernels:
        products = [
            made("*", _given(v or 0), _given(w))
            for cells, plane in zip(step.windows, step.weights, strict=True)
            for line, weights in zip(cells, plane, strict=True)
            for v, w in zip(line, weights, strict=True)
        ]
        bias = [_given(step.bias)._replace(name=Name("bias"))] if step.bias else []
        return made("+", *products, *bias)
    return reduced(window.reduction, [_given(v) for v in step.numbers])


def _given(number: Number) -> Expression:
    """Return a number as an expression; none may be infinite.

    Raises
    ------
    UsageError
        If it is no number.
    """
    if isinstance(number, float) and not isfinite(number):
        raise UsageError(f"a number of the working is {number}, which is no answer")
    return given(plain(Fraction(number)))


def _nested_cells(cells: Cells, worked: WorkedLayer) -> Any:  # noqa: ANN401 - nested expressions
    """Return expressions nested as an answer: a number, a list, a matrix, or one for each plane."""
    after = worked.after
    if not after.rank:
        flat = tuple(plane[0][0] for plane in cells)
        return flat if len(flat) > 1 else flat[0]
    planes: tuple[Any, ...] = tuple(tuple(map(tuple, plane)) for plane in cells)
    if after.rank == 1:
        planes = tuple(plane[0] for plane in planes)
    return planes if len(planes) > 1 else planes[0]
