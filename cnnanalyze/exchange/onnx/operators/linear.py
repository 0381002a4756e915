"""Weighted sums: matrices of weights, and products of what is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from string import ascii_letters
from typing import Any

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known, broadcast
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    giving,
    without_images,
)
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.axes import extents_of
from cnnanalyze.exchange.onnx.operators.joining import added, summed
from cnnanalyze.exchange.onnx.operators.reduction import reduced
from cnnanalyze.exchange.views import IMAGES, Axis, Digit, View, joined


@operator("Gemm")
def gemm(call: Call) -> Value:
    """Add a dense layer, or the product of two computed matrices."""
    first, second, third = call.given(0), call.given(1), call.given(2)
    alpha, beta = call.real("alpha", 1.0), call.real("beta", 1.0)
    for value in (first, second):
        rank = len(extents_of(value)) if isinstance(value, Known | Viewed) else 0
        if rank != 2:  # noqa: PLR2004 - a matrix
            raise call.to.refuse(
                call.op, f"it multiplies matrices, but reads {rank} axes: {rank} ≠ 2"
            )
    if isinstance(first, Viewed):
        value = first
        if call.whole("transA"):
            value = replace(value, view=value.view.transpose((1, 0)))
        if isinstance(second, Known):
            weight = second if call.whole("transB") else constants.transposed(second, (1, 0))
            bias = third if isinstance(third, Known) else None
            units = weight.shape[0]
            fits = bias is not None and bias.count == units and bias.shape[-1:] == (units,)
            if alpha == 1 and beta == 1 and (third is None or fits):
                return weighted(call, value, weight, bias)
            found = weighted(call, value, weight, None, looks=False)
            return _added(call, _scaled(call, found, alpha), third, beta)
        if isinstance(second, Viewed):
            if call.whole("transB"):
                second = replace(second, view=second.view.transpose((1, 0)))
            found = multiplied(call, value, second)
            return _added(call, _scaled(call, found, alpha), third, beta)
    raise Unsupported("its first matrix is a constant")


def _scaled(call: Call, value: Viewed, factor: float) -> Viewed:
    return value if factor == 1 else call.elementwise("scale", value, factor=factor)


def _added(call: Call, value: Viewed, third: Value | None, beta: float) -> Value:
    if third is None or beta == 0:
        return value
    if isinstance(third, Viewed):
        return summed(call, "add", [value, _scaled(call, third, beta)])
    if not isinstance(third, Known):
        raise Unsupported("what it adds is a sequence")
    return added(call, value, third, factor=beta)


@operator("MatMul", "MatMulInteger")
def matmul(call: Call) -> Value:
    """Add a layer of weighted sums, or the product of what is computed."""
    first, second = call.given(0), call.given(1)
    if call.op.operator == "MatMulInteger":
        call.to.notes["quantised: its numbers are those of real ones"] += 1
    return product(call, first, second)


def product(call: Call, first: Value | None, second: Value | None) -> Value:
    """Return the product of two tensors."""
    if isinstance(first, Viewed) and isinstance(second, Known):
        if len(second.shape) == 2:  # noqa: PLR2004 - a matrix
            return weighted(call, first, constants.transposed(second, (1, 0)), None)
        if len(second.shape) == 1:
            column = constants.reshaped(second, (1, *second.shape))
            found = weighted(call, first, column, None, looks=False)
            return replace(found, view=found.view.remove([found.view.rank - 1]))
    if isinstance(first, Known) and isinstance(second, Viewed) and len(first.shape) == 2:  # noqa: PLR2004 - a matrix
        # W·x: the columns of x are weighed.
        rank = second.view.rank
        order = [*range(rank - 2), rank - 1, rank - 2]
        turned = replace(second, view=second.view.transpose(order))
        found = weighted(call, turned, first, None, looks=False)
        return replace(found, view=found.view.transpose(order))
    if isinstance(first, Viewed) and isinstance(second, Viewed):
        return multiplied(call, first, second)
    raise Unsupported("it multiplies with several matrices of weights", *_extents(first, second))


def _extents(first: Value | None, second: Value | None) -> tuple[tuple[int, ...], ...]:
    """Return the extents of a product of stacks of matrices, if they are ones."""
    shapes = [extents_of(one) for one in (first, second) if isinstance(one, Known | Viewed)]
    if len(shapes) != 2 or min(map(len, shapes)) < 2 or shapes[0][-1] != shapes[1][-2]:  # noqa: PLR2004 - two of them
        return ()
    lead = broadcast(shapes[0][:-2], shapes[1][:-2])
    return () if lead is None else ((*lead, shapes[0][-2], shapes[1][-1]),)


def weighted(
    call: Call, value: Viewed, weight: Known, bias: Known | None, *, looks: bool = True
) -> Viewed:
    """Add weighted sums along the last axis; the weights are units by inputs."""
    units, read = weight.shape
    if value.extents[-1:] != (read,):
        own = "x".join(map(str, value.extents))
        raise call.to.refuse(
            call.op,
            f"its weights are for {read} numbers, but its input is {own}: "
            f"{read} ≠ {value.extents[-1] if value.extents else 1}",
        )
    if bias is None and looks:
        bias = call.behind((units,))
    last = value.view.rank - 1
    if call.flat(value):
        inner = without_images(value.view.axes[last])
        made, digits = value.layer, inner
        if not _is_all(value):
            made = call.to.laid(call.op, value.layer, [inner])
            digits = joined([Digit(0, 1, read)])
        # The rows of the kernel are in the order of the layer.
        holds = _held(weight, bias, _row_order(weight, digits, made.shape.extents))
        found = call.add("dense", made, units=units, holds=holds, **_biased(bias))
        return Viewed(
            found, View((*value.view.axes[:-1], joined([Digit(0, 1, units)]))), value.type
        )
    made, view = call.along(value, [last])
    digits = without_images(view.axes[last])
    holds = _held(weight, bias, _channel_order(weight, digits), taps=made.shape.rank)
    found = call.add("conv", made, filters=units, kernel=1, holds=holds, **_biased(bias))
    axes = (*view.axes[:-1], joined([Digit(found.shape.rank, 1, units)]))
    return Viewed(found, View(axes), value.type)


def _is_all(value: Viewed) -> bool:
    """Whether the last axis of a tensor is all of its layer, each number once."""
    digits = without_images(value.view.axes[-1])
    return prod(d.extent for d in digits) == value.layer.shape.count and all(
        d.role >= 0 for d in digits
    )


def _biased(bias: Known | None) -> dict[str, Any]:
    return {} if bias is not None else {"bias": False}


def _held(
    weight: Known, bias: Known | None, axes: Sequence[Axis] | None, taps: int = 0
) -> dict[str, Any]:
    holds: dict[str, Any] = {}
    holds["kernel"] = weight if axes is None else (weight, (*((),) * taps, *axes))
    if bias is not None:
        holds["bias"] = bias
    return holds


def _row_order(weight: Known, digits: Axis, extents: Sequence[int]) -> tuple[Axis, ...] | None:
    """Return the digits of the kernel: inputs as they lie in the layer, row by row, then units."""
    del extents
    if weight.view is None:
        return None
    cut = weight.view.reshape((weight.shape[0], *(d.extent for d in digits)))
    if cut is None:
        return None
    units, *read = cut.axes
    places = sorted(range(len(digits)), key=lambda k: (digits[k].role, -digits[k].stride))
    return (tuple(d for k in places for d in read[k]), units)


def _channel_order(weight: Known, digits: Axis) -> tuple[Axis, ...] | None:
    return _row_order(weight, digits, ())


def multiplied(call: Call, first: Viewed, second: Viewed) -> Viewed:
    """Add the matrix product of two computed tensors, matrix by matrix along the axes before."""
    ranks = (first.view.rank, second.view.rank)
    if ranks[0] == 1:
        found = multiplied(call, replace(first, view=first.view.insert([0])), second)
        behind = min(ranks[1], 2) - 1
        return replace(found, view=found.view.remove([found.view.rank - 1 - behind]))
    if ranks[1] == 1:
        found = multiplied(call, first, replace(second, view=second.view.insert([1])))
        return replace(found, view=found.view.remove([found.view.rank - 1]))
    lead = broadcast(first.extents[:-2], second.extents[:-2])
    if lead is None or first.extents[-1] != second.extents[-2]:
        one, other = ("x".join(map(str, value.extents)) for value in (first, second))
        raise call.to.refuse(
            call.op,
            f"{one} and {other} cannot be multiplied: {first.extents[-1]} ≠ {second.extents[-2]}",
        )
    views = [value.view.expand((*lead, *value.extents[-2:])) for value in (first, second)]
    batch = [
        axis for axis in range(len(lead)) if any(without_images(view.axes[axis]) for view in views)
    ]
    images: list[Axis] = []
    for axis in range(len(lead)):
        counts = [tuple(d for d in view.axes[axis] if d.role == IMAGES) for view in views]
        if any(counts) and axis in batch:
            raise MixedImages
        images.append(counts[0] or counts[1])
    for view in views:
        if any(d.role == IMAGES for axis in view.axes[-2:] for d in axis):
            raise MixedImages
    n = len(lead)
    left, turns_left = _matrix(call, first, views[0], batch, n)
    right, turns_right = _matrix(call, second, views[1], batch, n)
    flags = {}
    if turns_left:
        flags["transpose_first"] = True
    if turns_right:
        flags["transpose_second"] = True
    made = call.add("matmul", left, right, **flags)
    axes: list[Axis] = []
    for axis in range(n):
        role = batch.index(axis) if axis in batch else None
        axes.append(images[axis] if role is None else joined([Digit(role, 1, lead[axis])]))
    axes.append(joined([Digit(len(batch), 1, first.extents[-2])]))
    axes.append(joined([Digit(len(batch) + 1, 1, second.extents[-1])]))
    return Viewed(made, View(tuple(axes)), first.type)


def _matrix(
    call: Call, value: Viewed, view: View, batch: Sequence[int], n: int
) -> tuple[Any, bool]:
    """Return a layer of matrices, and whether they lie the other way round, if that is for free."""
    options = []
    for order in ((n, n + 1), (n + 1, n)):
        axes = [without_images(view.axes[axis]) for axis in (*batch, *order)]
        options.append((call.to.moves(value.layer, axes), order, axes))
    turns = options[1][0] < options[0][0]
    _, _, axes = options[int(turns)]
    return call.to.laid(call.op, value.layer, axes), turns


@operator("Einsum")
def einsum(call: Call) -> Value:
    """Add Einstein's sum of what is computed; weights are weighed as a matrix."""
    read = [value for value in call.read if isinstance(value, Known | Viewed)]
    terms, right = _terms(call, call.word("equation"), [len(extents_of(one)) for one in read])
    extents: dict[str, int] = {}
    for term, value in zip(terms, read, strict=True):
        for letter, n in zip(term, extents_of(value), strict=True):
            extents[letter] = n if extents.get(letter, 1) == 1 else extents[letter]
            if n not in {1, extents[letter]}:
                raise call.to.refuse(
                    call.op, f"'{letter}' is {extents[letter]} and {n}: {extents[letter]} ≠ {n}"
                )
    with giving([extents[letter] for letter in right]):
        return _summed(call, terms, right)


def _terms(call: Call, equation: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """Return the letters of each tensor, and of the sum; what dots stand for has letters, too."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise call.to.refuse(
            call.op, f"'{equation}' names {len(terms)} tensors, but it reads {len(ranks)}"
        )
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        right = "..." * ("..." in left) + "".join(
            sorted(c for c in set(letters) if letters.count(c) == 1)
        )
    free = [c for c in ascii_letters if c not in equation]
    counts = set()
    for term, rank in zip(terms, ranks, strict=True):
        count = rank - len(term.replace("...", ""))
        if count < 0 or (count and "..." not in term):
            raise call.to.refuse(
                call.op, f"'{term}' of '{equation}' does not name the {rank} axes of its tensor"
            )
        if "..." in term:
            counts.add(count)
    if len(counts) > 1:
        least, most = min(counts), max(counts)
        raise call.to.refuse(
            call.op, f"the dots of '{equation}' are {least} and {most} axes: {least} ≠ {most}"
        )
    if sum(counts) > len(free):
        raise Unsupported("it has more axes than there are letters")
    dots = "".join(free[: sum(counts)])
    terms = [term.replace("...", dots) for term in terms]
    right = right.replace("...", dots)
    if unknown := set(right) - set("".join(terms)):
        raise call.to.refuse(call.op, f"'{min(unknown)}' of '{equation}' names no axis")
    return terms, right


def _summed(call: Call, terms: Sequence[str], right: str) -> Value:
    letters = "".join(terms)
    if any(len(set(term)) < len(term) for term in terms):
        raise Unsupported("it reads a diagonal")
    extents = {
        pair
        for term, value in zip(terms, call.read, strict=True)
        if isinstance(value, Known | Viewed)
        for pair in zip(term, extents_of(value), strict=True)
    }
    if len(extents) > len(set(letters)):
        raise Unsupported("it repeats what lies along an axis of one place")
    values = [value for value in call.read if isinstance(value, Viewed)]
    if len(values) < len(terms):
        return _weighed(call, terms, right)
    if len(values) == 1:
        (value,), (term,) = values, terms
        gone = [k for k, letter in enumerate(term) if letter not in right]
        left = [letter for letter in term if letter in right]
        found = reduced(call, value, gone, "sum", keep=False) if gone else value
        return replace(found, view=found.view.transpose([left.index(c) for c in right]))
    images = {
        letter
        for term, value in zip(terms, values, strict=True)
        for letter, axis in zip(term, value.view.axes, strict=True)
        if any(d.role == IMAGES for d in axis)
    }
    names: dict[str, str] = {
        letter: letter.lower() + ("x" if letter.isupper() else "") for letter in letters
    }
    sides, layers = [], []
    for term, value in zip(terms, values, strict=True):
        own = [k for k, letter in enumerate(term) if letter not in images]
        layers.append(call.to.arranged(call.op, value, [[k] for k in own] or [[]]))
        sides.append(" ".join(names[term[k]] for k in own) or "1")
    kept = [letter for letter in right if letter not in images]
    if images - set(right) or (images and any(letter not in right for letter in images)):
        raise MixedImages
    after = " ".join(names[letter] for letter in kept) or "1"
    made = call.add("einsum", *layers, pattern=f"{', '.join(sides)} -> {after}")
    axes: list[Axis] = []
    for letter in right:
        if letter in images:
            value, term = next((v, t) for v, t in zip(values, terms, strict=True) if letter in t)
            axes.append(value.view.axes[term.index(letter)])
        else:
            role = kept.index(letter)
            axes.append(joined([Digit(role, 1, made.shape.extents[role])]))
    return Viewed(made, View(tuple(axes)), values[0].type)


def _weighed(call: Call, terms: Sequence[str], right: str) -> Value:
    """Return the product of a computed tensor and a matrix of weights."""
    if len(terms) != 2:  # noqa: PLR2004 - one computed, one of weights
        raise Unsupported("it multiplies with weights more than once")
    at = next(k for k, value in enumerate(call.read) if isinstance(value, Viewed))
    value, weight = call.read[at], call.read[1 - at]
    if not isinstance(value, Viewed) or not isinstance(weight, Known):
        raise Unsupported("it reads a sequence")
    own, other = terms[at], terms[1 - at]
    summed = [c for c in own if c in other]
    made = [c for c in other if c not in own]
    kept = [c for c in own if c not in other]
    if set(right) != set(kept) | set(made) or not summed:
        raise Unsupported("weights are not summed along the axes of both")
    extents = dict(zip(own, value.extents, strict=True)) | dict(
        zip(other, weight.shape, strict=True)
    )
    order = [other.index(c) for c in (*made, *summed)]
    units, read = prod(extents[c] for c in made), prod(extents[c] for c in summed)
    matrix = constants.reshaped(constants.transposed(weight, order), (units, read))
    view = value.view.transpose([own.index(c) for c in (*kept, *summed)])
    joint = view.reshape((*(extents[c] for c in kept), read))
    if joint is None:
        raise Unsupported("the axes that are summed cannot be joined")
    found = weighted(call, replace(value, view=joint), matrix, None, looks=False)
    laid = found.view.reshape((*(extents[c] for c in kept), *(extents[c] for c in made)))
    if laid is None:
        raise Unsupported("the axes that it makes cannot be cut")
    names = [*kept, *made]
    return replace(found, view=laid.transpose([names.index(c) for c in right]))
