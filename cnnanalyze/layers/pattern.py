"""Patterns: axes by their names, as einops and Einstein's notation write them.

``(h p) w c`` names three axes, the channels last; the first of them is made of ``h`` times ``p``
places. A pattern tells which names the axes of each input carry, and those of the output.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import prod
from typing import NamedTuple

from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import ShapeError

Axis = tuple[str, ...]
"""The names that make up one axis, the outermost first; none for an axis of extent 1."""


class Pattern(NamedTuple):
    """The axes of each input, and of the output; the last of each are the channels."""

    inputs: tuple[tuple[Axis, ...], ...]
    output: tuple[Axis, ...]

    @property
    def names(self) -> frozenset[str]:
        """All names."""
        sides = (*self.inputs, self.output)
        return frozenset(name for side in sides for axis in side for name in axis)


_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|1|[()])")
LONGEST = 500
"""Characters of a pattern."""


@lru_cache(maxsize=1000)
def parse(text: str) -> Pattern:
    """Read a pattern.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> parse("(h p) w c -> h w (p c)").output
    (('h',), ('w',), ('p', 'c'))
    >>> parse("i c, j c -> i j").inputs
    ((('i',), ('c',)), (('j',), ('c',)))
    >>> parse("h w c")
    Traceback (most recent call last):
    ...
    ValueError: it has no arrow: write 'inputs -> output'
    """
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text)} characters, allowed are {LONGEST}")
    left, arrow, right = text.partition("->")
    if not arrow:
        raise ValueError("it has no arrow: write 'inputs -> output'")
    return Pattern(tuple(map(_side, left.split(","))), _side(right))


def _side(text: str) -> tuple[Axis, ...]:
    """Read the axes of one input, or of the output."""
    axes: list[Axis] = []
    inner: list[str] | None = None
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"'{text[at:].strip()[:1]}' is not a name of an axis")
        at, part = found.end(), found[1]
        if part == "(" and inner is None:
            inner = []
        elif part == ")" and inner is not None:
            axes.append(tuple(inner))
            inner = None
        elif part in {"(", ")"}:
            raise ValueError("its brackets do not match")
        elif inner is None:
            axes.append(() if part == "1" else (part,))
        elif part != "1":
            inner.append(part)
    if inner is not None:
        raise ValueError("its brackets do not match")
    if not axes:
        raise ValueError("a side is empty")
    if twice := _twice(name for axis in axes for name in axis):
        raise ValueError(f"'{twice}' stands twice for one tensor")
    return tuple(axes)


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""


def written(axes: Iterable[Axis]) -> str:
    """Return axes as a pattern has them.

    Examples
    --------
    >>> written(parse("(h p) 1 c -> h p c").inputs[0])
    '(h p) 1 c'
    """
    return " ".join(map(_written, axes))


def _written(axis: Axis) -> str:
    if len(axis) == 1:
        return axis[0]
    return f"({' '.join(axis)})" if axis else "1"


def lengths(
    pattern: Pattern, shapes: Iterable[Shape], given: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return how long each named axis is.

    Raises
    ------
    ShapeError
        If the inputs are not as the pattern says, or do not tell all lengths.

    Examples
    --------
    >>> lengths(parse("(h p) c -> h p c"), [Shape((15,), 2)], {"p": 5})
    {'p': 5, 'h': 3, 'c': 2}
    """
    found = dict(given or {})
    for axes, shape in zip(pattern.inputs, shapes, strict=True):
        if len(axes) != shape.rank + 1:
            raise ShapeError(
                f"'{written(axes)}' names {count_of(len(axes), 'axis', 'axes')}, but its input "
                f"{shape} has {shape.rank + 1}: {len(axes)} ≠ {shape.rank + 1}",
                attribute="pattern",
                help="name every axis of the input, the channels last",
                code="SH004",
            )
        for axis, n in zip(axes, shape.extents, strict=True):
            _tell(axis, n, found, shape)
    return found


def _tell(axis: Axis, n: int, found: dict[str, int], shape: Shape) -> None:
    """Add what one axis of an input tells."""
    open_ = [name for name in axis if name not in found]
    known = prod(found[name] for name in axis if name in found)
    if open_ and n % known:
        raise ShapeError(
            f"{n} of {shape} is not a multiple of {known}, as '{_written(axis)}' says: "
            f"{n} mod {known} = {n % known}",
            attribute="pattern",
            help="choose sizes that divide the axis, or bring it to a multiple of them",
            code="SH003",
        )
    if len(open_) > 1:
        raise ShapeError(
            f"the lengths of '{open_[0]}' and '{open_[1]}' in '{_written(axis)}' are not known: "
            f"only their product is, {n // known}",
            attribute="pattern",
            help=f"give all but one of them: sizes: {{{open_[0]}: ...}}",
            code="SH003",
        )
    if open_:
        found[open_[0]] = n // known
    elif known != n:
        raise ShapeError(
            f"'{_written(axis)}' stands for {known}, but the input {shape} has {n}: {known} ≠ {n}",
            attribute="pattern",
            help="one name has one length, in every input and in 'sizes'",
            code="SH003",
        )


def extents(axes: Iterable[Axis], found: Mapping[str, int]) -> Shape:
    """Return the shape of the output."""
    *size, channels = (prod(found[name] for name in axis) for axis in axes)
    return Shape(tuple(size), channels)
