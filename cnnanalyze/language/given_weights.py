"""Given numbers: explicit weights and named filters of a layer (``weights:``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, prod
from typing import Any

from cnnanalyze.core.cost import Param
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Fault, Mark, SpecError
from cnnanalyze.graph.node import Given
from cnnanalyze.language.tree import Mapping, Scalar, Tree
from cnnanalyze.layers.attributes import say
from cnnanalyze.layers.base import Layer

LARGEST_GIVEN = 1_000_000
"""A tensor with more numbers is not written out in a spec."""


def read_given(
    value: object, tree: Tree, layer: Layer, shapes: tuple[Shape, ...]
) -> tuple[Given, ...]:
    """Read the numbers that a spec gives for the tensors of a layer.

    ``value`` is what ``tree`` is worth, its expressions evaluated.

    A bare value is meant for the first tensor (the kernel); a mapping names the tensors. One number
    fills a tensor; a matrix of the kernel's size serves every pair of channels; a list of names or
    of such matrices gives one filter each; a full nested list has the tensor's own shape.

    Raises
    ------
    SpecError
        If the layer has no such tensor or the numbers do not have its shape.
    """
    params = {p.role: p for p in layer.params(*shapes)}
    if not params:
        raise SpecError(
            Fault(
                f"'{layer.kind}' holds no weights that could be given",
                tree.mark,
                help="give them to the layer that holds them, such as 'conv' or 'dense'",
            )
        )
    by_role = value if isinstance(value, dict) else {next(iter(params)): value}
    places = {k.text: (k.mark, v.mark) for k, v in _entries(tree)}
    given = []
    for role, numbers in by_role.items():
        if role not in params:
            known = ", ".join(params)
            raise SpecError(
                Fault(
                    f"'{layer.kind}' holds no '{role}'; it holds {known}"
                    f"{nearest(role, tuple(params))}",
                    places[role][0],
                )
            )
        mark = places[role][1] if role in places else tree.mark
        given.append(Given(role, _fill(numbers, params[role], mark)))
    return tuple(given)


def _entries(tree: Tree) -> tuple[tuple[Scalar, Tree], ...]:
    return tree.entries if isinstance(tree, Mapping) else ()


def _fill(numbers: object, param: Param, mark: Mark) -> tuple[Any, ...]:
    """Return nested tuples of exactly the tensor's shape."""
    shape = param.shape
    if prod(shape) > LARGEST_GIVEN:
        raise SpecError(
            Fault(
                f"a {param.role} of {prod(shape):,} numbers cannot be given in a spec: "
                f"{prod(shape):,} > {LARGEST_GIVEN:,}",
                mark,
                code="SP012",
            )
        )
    named = _named(numbers, mark)
    found = _extents(named, mark)
    if not found:
        return _nest(shape, lambda _: named)
    size = shape[:-2]  # what slides; the last two axes are channels and filters
    if found == shape:
        return _nest(shape, lambda i: _pick(named, i))
    if len(shape) > 2 and found == size:  # noqa: PLR2004 - the two axes of channels
        return _nest(shape, lambda i: _pick(named, i[:-2]))
    if len(shape) > 2 and found == (shape[-1], *size):  # noqa: PLR2004
        return _nest(shape, lambda i: _pick(named, (i[-1], *i[:-2])))
    forms = [_said(shape), "one number for all of it"]
    if len(shape) > 2:  # noqa: PLR2004
        forms[1:1] = [
            f"{_said(size)} for all channels",
            f"{_said((shape[-1], *size))} (one per filter)",
        ]
    raise SpecError(
        Fault(
            f"the given {param.role} is {_said(found)}, but the layer takes "
            f"{', '.join(forms[:-1])} or {forms[-1]}",
            mark,
        )
    )


def _named(numbers: Any, mark: Mark) -> object:  # noqa: ANN401 - whatever a spec may hold
    """Put the matrix of a named filter in the place of its name."""
    if isinstance(numbers, str):
        if numbers not in FILTERS:
            known = ", ".join(FILTERS)
            raise SpecError(
                Fault(
                    f"unknown filter '{numbers}'{nearest(numbers, tuple(FILTERS))}",
                    mark,
                    help=f"known: {known}",
                )
            )
        return FILTERS[numbers]
    if isinstance(numbers, list | tuple):
        return tuple(_named(n, mark) for n in numbers)
    if type(numbers) not in {int, float} or not isfinite(numbers):
        raise SpecError(
            Fault(f"weights must be numbers or the names of filters, not {say(numbers)}", mark)
        )
    return numbers


def _extents(values: object, mark: Mark) -> tuple[int, ...]:
    """Return the shape of nested tuples; ragged ones are refused."""
    if not isinstance(values, tuple):
        return ()
    inner = {_extents(v, mark) for v in values}
    if len(inner) != 1:
        raise SpecError(Fault("the given numbers form no regular array: their rows differ", mark))
    return (len(values), *inner.pop())


def _nest(shape: Sequence[int], value: Callable[[tuple[int, ...]], Any]) -> tuple[Any, ...]:
    def build(index: tuple[int, ...]) -> Any:  # noqa: ANN401 - numbers inside tuples inside tuples
        if len(index) == len(shape):
            return value(index)
        return tuple(build((*index, i)) for i in range(shape[len(index)]))

    built: tuple[Any, ...] = build(())
    return built


def _pick(values: Any, index: tuple[int, ...]) -> Any:  # noqa: ANN401
    for i in index:
        values = values[i]
    return values


def _said(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) + (" numbers" if len(shape) == 1 else "")
