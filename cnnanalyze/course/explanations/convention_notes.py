"""Convention notes: where a course or a library counts differently, with its number.

Every other answer is computed from the same expression, varied as the course has it: without the
rounding brackets, with its own padding.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cnnanalyze.analysis.border import overhangs
from cnnanalyze.core.expression import Expression, Name, Value, evaluate
from cnnanalyze.core.number import Num
from cnnanalyze.course.explanations.simplify import exact
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.layers.attributes import per_axis, per_border
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import slide


def convention_notes(symbolic: SymbolicLayer, quantity: str) -> list[str]:
    """Return what the course of the chosen notation counts differently."""
    found: list[str] = []
    if quantity in {"output", "fit"} and symbolic.facts.fit:
        found += _fitting(symbolic)
        found += _padding(symbolic)
    if quantity in {"parameters", "stored"}:
        found += _counting(symbolic)
    if (
        quantity in {"macs", "flops"}
        and symbolic.facts.cost is not None
        and symbolic.facts.cost.mac
    ):
        found += _operations(symbolic)
    return list(dict.fromkeys(found))


def _axes(symbolic: SymbolicLayer) -> list[tuple[int, int, int, int, object]]:
    """Return size, kernel, stride, dilation and padding of every axis, as plain numbers."""
    layer, size, rank = symbolic.node.layer, symbolic.node.input_shapes[0].size, symbolic.rank
    stride = getattr(layer, "stride", None)
    kernel = getattr(layer, "kernel", 1)
    padding = getattr(layer, "padding", "valid")
    borders: list[object] = (
        [padding] * rank if isinstance(padding, str) else list(per_border(padding, rank, "padding"))
    )
    return [
        (n, k, s, d, p)
        for n, k, s, d, p in zip(
            size,
            per_axis(kernel, rank, "kernel"),
            per_axis(kernel if stride is None else stride, rank, "stride"),
            per_axis(getattr(layer, "dilation", 1), rank, "dilation"),
            borders,
            strict=True,
        )
    ]


def _unrounded(symbolic: SymbolicLayer, axis: int) -> Value:
    """Return what the size formula gives without its floor."""
    n, k, s, d, _ = _axes(symbolic)[axis]
    laid = symbolic.facts.fit[axis]
    ceil = bool(getattr(symbolic.node.layer, "ceil_mode", False))
    fit = slide(Num(n), Num(k), Num(s), Num(d), (Num(laid.before), Num(laid.after)), ceil=ceil)
    return evaluate(exact(_tree(fit.output)))


def _tree(number: int) -> Expression:
    assert isinstance(number, Num)
    return number.tree


def _fitting(symbolic: SymbolicLayer) -> Iterator[str]:
    style = symbolic.notation.name
    if getattr(symbolic.node.layer, "padding", "") == "same":
        return
    for axis, (fit, over) in enumerate(
        zip(symbolic.facts.fit, overhangs(symbolic.facts), strict=True)
    ):
        value = _unrounded(symbolic, axis)
        if value.denominator == 1:
            continue
        shown = approximate_text(value)
        if over:
            if style == "cs231n":
                yield (
                    f"CS231n: without rounding this is {shown}, no whole number, so it does not "
                    f"fit: the course calls these hyperparameters invalid. With ceil_mode "
                    f"libraries round up to {fit.output}."
                )
            elif style == "bologna":
                yield (
                    f"The notes of this course do not round: as printed, the formula gives "
                    f"{shown}; with ceil_mode libraries round up to {fit.output}."
                )
            continue
        if style == "cs231n":
            yield (
                f"CS231n: without the floor this is {shown}, no whole number, so it does not fit: "
                f"the course calls these hyperparameters invalid. Libraries round down to "
                f"{fit.output} and {_left(fit.unread)}."
            )
        elif style == "bologna":
            yield (
                f"The notes of this course have no floor: as printed, the formula gives {shown}. "
                f"No window can be applied {shown} times; every library rounds down to "
                f"{fit.output}."
            )
        elif style == "ng":
            yield (
                f"The windows do not end at the border; the course rounds {shown} down silently, "
                f"and {_left(fit.unread)}. CS231n would say that it does not fit."
            )
        elif fit.unread:
            yield f"Before rounding it is {shown}; {_left(fit.unread)}."


def _left(unread: int) -> str:
    if not unread:
        return "some of the padding is never read"
    return (
        "the last row and column are never read"
        if unread == 1
        else f"the last {unread} rows and columns are never read"
    )


def approximate_text(value: Value) -> str:
    """Return a number with its decimal approximation: ``7/3 ≈ 2.33``.

    Examples
    --------
    >>> approximate_text(Fraction(7, 3)), approximate_text(Fraction(5, 2)), approximate_text(4)
    ('7/3 ≈ 2.33', '5/2 = 2.5', '4')
    """
    if value.denominator == 1:
        return str(value)
    short = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return f"{value} {'=' if Fraction(short) == value else '≈'} {short}"


def _padding(symbolic: SymbolicLayer) -> Iterator[str]:
    style = symbolic.notation.name
    n, k, s, d, p = _axes(symbolic)[0]
    out = symbolic.facts.fit[0].output
    if style == "bologna" and isinstance(p, tuple) and any(p):
        yield (
            f"P is the total padding in these notes: {sum(p)} here, {p[0]} before and {p[1]} "
            f"behind. In the other courses P = {p[0]} is counted per side."
        )
    if p != "same" or Trait.TRANSPOSED_CONVOLUTION in symbolic.node.layer.traits:
        return
    extent = d * (k - 1) + 1
    if style == "bologna":
        total = (extent - n) % s if n >= extent else extent - n
        size = slide(n, k, s, d, (0, total)).output
        yield (
            "These notes mean something else by 'same': the least padding with which the kernel "
            f"is applied a whole number of times. That is P = {total} here and gives {size}, "
            f"{'as well' if size == out else f'not {out}'}."
        )
    elif style in {"ng", "cs231n"}:
        yield _symmetric(symbolic, n, k, s, d)
    elif style == "pytorch" and s > 1:
        yield (
            "PyTorch refuses padding='same' with a stride above 1; the uneven zeros of TensorFlow "
            "need a layer of their own (torch.nn.ZeroPad2d)."
        )


def _symmetric(symbolic: SymbolicLayer, n: int, k: int, s: int, d: int) -> str:
    extent = d * (k - 1) + 1
    out = symbolic.facts.fit[0].output
    side = Fraction(extent - 1, 2)
    letter = symbolic.notation.symbol(Name("kernel")).base
    lead = f"The course's 'same' is p = ({letter} - 1)/2 on each side, stated for a stride of 1"
    if side.denominator != 1:
        return (
            f"{lead}: with {letter} = {k} that is {approximate_text(side)}, "
            "so no even padding keeps the size."
        )
    fit = slide(n, k, s, d, (int(side), int(side)))
    if s == 1:
        return f"{lead}: here {side}, which gives {fit.output}, too."
    same_zeros = {symbolic.facts.fit[0].before, symbolic.facts.fit[0].after} == {int(side)}
    if fit.output == out and same_zeros:
        return f"{lead}; {side} on each side gives {fit.output} here, too."
    if fit.output == out:
        return (
            f"{lead}; {side} on each side gives {fit.output}, too, but other pixels: Keras puts "
            f"{symbolic.facts.fit[0].before} before and {symbolic.facts.fit[0].after} after."
        )
    return f"{lead}; {side} on each side would give {fit.output}, not {out}."


def _counting(symbolic: SymbolicLayer) -> Iterator[str]:
    style, facts = symbolic.notation.name, symbolic.facts
    if style == "keras" and facts.statistics:
        yield (
            f"Keras prints {facts.stored:,} under Param #: it counts the "
            f"{facts.statistics:,} moving statistics, too, as non-trainable."
        )
    if style == "ng" and Trait.DENSE in symbolic.node.layer.traits and facts.biases > 1:
        yield (
            f"The table of lecture 001 counts one bias for a whole dense layer, "
            f"{facts.weights + 1:,} in all; there is one per unit."
        )
    if symbolic.node.frozen and facts.parameters:
        yield "The layer is frozen: none of these is changed by training."


def _operations(symbolic: SymbolicLayer) -> Iterator[str]:
    macs = symbolic.facts.operations("mac")
    if symbolic.notation.name == "bologna":
        yield f"What these notes call flops are multiply-accumulates: {macs:,}."
