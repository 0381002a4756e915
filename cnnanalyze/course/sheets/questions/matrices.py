"""Matrices as a sheet writes them: an image, planes of an image, kernels by name or by number."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from cnnanalyze.core.expression import whole
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest

Matrix = tuple[tuple[int | Fraction, ...], ...]
Planes = tuple[Matrix, ...]
LARGEST = 10_000
"""A matrix with more numbers is not computed by hand."""


def _fail(text: str) -> PydanticCustomError:
    return PydanticCustomError("matrix", "{text}", {"text": text})


def exact(value: Any) -> int | Fraction:  # noqa: ANN401 - whatever a sheet may hold
    """Return a number as it is written: 0.1 is a tenth.

    Examples
    --------
    >>> exact(0.1), exact("1/3"), exact(2.0)
    (Fraction(1, 10), Fraction(1, 3), 2)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _fail("must hold numbers")
    try:
        return whole(Fraction(str(value)))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise _fail(f"must hold numbers, not '{value}'") from None


def _vector(value: Any) -> tuple[int | Fraction, ...]:  # noqa: ANN401
    if not isinstance(value, list | tuple) or not value:
        raise _fail("must be a list of numbers")
    return tuple(map(exact, value))


def matrix(value: Any) -> Matrix:  # noqa: ANN401
    """Return rows of numbers as they are written, or those of a named filter."""
    if isinstance(value, str):
        if value not in FILTERS:
            raise _fail(f"names no filter: '{value}'{nearest(value, list(FILTERS))}")
        return tuple(tuple(map(whole, row)) for row in _rows(value))
    if not isinstance(value, list | tuple) or not value:
        raise _fail("must be a list of rows, each a list of numbers, or the name of a filter")
    rows = tuple(map(_vector, value))
    if len({len(row) for row in rows}) > 1:
        raise _fail("must have rows of equal length")
    if len(rows) * len(rows[0]) > LARGEST:
        raise _fail(f"may have at most {LARGEST:,} numbers")
    return rows


def _rows(name: str) -> Any:  # noqa: ANN401 - a filter, whatever else its entry says
    found = FILTERS[name]
    return getattr(found, "matrix", found)


def _planes(value: Any) -> Planes:  # noqa: ANN401
    def is_deep(v: Any) -> bool:  # noqa: ANN401
        return isinstance(v, list | tuple) and bool(v) and isinstance(v[0], list | tuple)

    if isinstance(value, list | tuple) and value:
        many = isinstance(value[0], str) or (is_deep(value) and is_deep(value[0]))
        if many:
            found = tuple(map(matrix, value))
            if len({(len(m), len(m[0])) for m in found}) > 1:
                raise _fail("must have planes of equal size")
            return found
    return (matrix(value),)


_NUMBER = WithJsonSchema({"type": ["number", "string"]}, mode="validation")
_SCHEMA = WithJsonSchema({"type": ["number", "string", "array"]}, mode="validation")
NumberList = Annotated[tuple[int | Fraction, ...], PlainValidator(_vector), _SCHEMA]
PlaneList = Annotated[Planes, PlainValidator(_planes), _SCHEMA]
Exact = Annotated[
    Fraction,
    PlainValidator(exact),
    WithJsonSchema({"type": ["number", "string"]}, mode="validation"),
]
