"""Given numbers: explicit weights and named filters of layers, and the values of inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

from cnnanalyze.core.cost import Param
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import CnnError, Fault
from cnnanalyze.layers.base import Layer

LARGEST_GIVEN = 1_000_000
"""A tensor with more numbers is not given one by one."""


@dataclass(frozen=True, slots=True)
class GivenTensor:
    """Numbers that are given for a tensor of a layer: nested tuples, outermost axis first."""

    role: str
    values: tuple[Any, ...]


class GivenError(CnnError):
    """Numbers do not fit what they are given for.

    Parameters
    ----------
    fault
        What is wrong.
    role
        The tensor that it is about, if about one; ``is_unknown`` if the layer holds none of that
        name, so that the name is what is wrong and not the numbers.
    """

    def __init__(self, fault: Fault, role: str = "", *, is_unknown: bool = False) -> None:
        super().__init__(fault)
        self.role = role
        self.is_unknown = is_unknown


def fill_tensors(value: object, layer: Layer, shapes: tuple[Shape, ...]) -> tuple[GivenTensor, ...]:
    """Return the numbers that are given for the tensors of a layer, each tensor filled.

    A bare value is meant for the first tensor (the kernel); a mapping names the tensors. One number
    fills a tensor; a matrix of the kernel's size serves every pair of channels; a list of names or
    of such matrices gives one filter each; a full nested list has the tensor's own shape.

    Raises
    ------
    GivenError
        If the layer has no such tensor or the numbers do not have its shape.
    """
    params = {p.role: p for p in layer.params(*shapes)}
    if not params:
        raise GivenError(
            Fault(
                f"'{layer.kind}' has no weights to give",
                help="give them to a layer that has weights, such as 'conv' or 'dense'",
            )
        )
    by_role = value if isinstance(value, dict) else {next(iter(params)): value}
    given = []
    for role, numbers in by_role.items():
        if role not in params:
            known = ", ".join(params)
            raise GivenError(
                Fault(
                    f"'{layer.kind}' has no '{role}'; it has {known}{nearest(role, tuple(params))}"
                ),
                role,
                is_unknown=True,
            )
        given.append(GivenTensor(role, _fill(numbers, params[role])))
    return tuple(given)


def _fill(numbers: object, param: Param) -> tuple[Any, ...]:
    """Return nested tuples of exactly the tensor's shape."""
    shape = param.shape
    if prod(shape) > LARGEST_GIVEN:
        raise GivenError(
            Fault(
                f"a {param.role} of {prod(shape):,} numbers cannot be given in a spec: "
                f"{prod(shape):,} > {LARGEST_GIVEN:,}",
                code="SP012",
            ),
            param.role,
        )
    named = _named(numbers, param.role)
    found = _extents(named, param.role)
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
    raise GivenError(
        Fault(
            f"the given {param.role} is {_said(found)}, but the layer takes "
            f"{', '.join(forms[:-1])} or {forms[-1]}",
        ),
        param.role,
    )


def _named(numbers: Any, role: str) -> object:  # noqa: ANN401 - whatever somebody may give
    """Put the matrix of a named filter in the place of its name."""
    if isinstance(numbers, str):
        if numbers not in FILTERS:
            known = ", ".join(FILTERS)
            raise GivenError(
                Fault(
                    f"unknown filter '{numbers}'{nearest(numbers, tuple(FILTERS))}",
                    help=f"known: {known}",
                ),
                role,
            )
        return FILTERS[numbers]
    if isinstance(numbers, list | tuple):
        return tuple(_named(n, role) for n in numbers)
    if type(numbers) not in {int, float} or not isfinite(numbers):
        words = f"weights must be numbers or the names of filters, not {show_value(numbers)}"
        raise GivenError(Fault(words), role)
    return numbers


def _extents(values: object, role: str) -> tuple[int, ...]:
    """Return the shape of nested tuples; ragged ones are refused."""
    if not isinstance(values, tuple):
        return ()
    inner = {_extents(v, role) for v in values}
    if len(inner) != 1:
        words = "the given numbers form no regular array: their rows differ"
        raise GivenError(Fault(words), role)
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


def nest(values: object, extents: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the values of an input as nested tuples of these extents.

    Raises
    ------
    ValueError
        Where they differ, as the rest of a sentence.

    Examples
    --------
    >>> nest([[3, 5]], (1, 3))
    Traceback (most recent call last):
    ...
    ValueError: a list of 2 instead of one of 3
    >>> nest([[[3], [5]]], (1, 2, 1))
    (((3,), (5,)),)
    """
    if extents == (1,) and not isinstance(values, list):
        return (_number(values),)  # a single channel needs no brackets of its own
    if not isinstance(values, list):
        raise ValueError(  # noqa: TRY004 - one kind of error
            f"{show_value(values)} instead of a list of {extents[0]}"
        )
    if len(values) != extents[0]:
        raise ValueError(f"a list of {len(values)} instead of one of {extents[0]}")
    if not extents[1:]:
        return tuple(map(_number, values))
    return tuple(nest(v, extents[1:]) for v in values)


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{show_value(value)} is not a number")
    return value
