"""Naming: a copy of a layer and its inputs in which every number has a name.

The copies are given to the rules as they are: what a rule computes of them is the same number, and
remembers how it came about.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from cnnanalyze.core.expression import Name
from cnnanalyze.core.number import Num
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.traits import Trait

BORDERS = {"padding": "padding", "amount": "crop"}
"""Attributes that speak of both ends of an axis, with the key of their names."""
PER_AXIS = frozenset({"kernel", "stride", "dilation", "padding", "amount", "scale"})
"""Attributes that may differ from axis to axis."""
UNNAMED = frozenset({"order", "to", "table", "axis", "positions"})
"""Attributes that are no numbers to compute with."""


def name_layer(layer: Layer, rank: int) -> Layer:
    """Return a copy of a layer in which every number has a name.

    Examples
    --------
    >>> from cnnanalyze.layers.conv import Conv
    >>> conv = name_layer(Conv(filters=6, kernel=(3, 5)), 2)
    >>> [k.tree.name.axis for k in conv.kernel], conv.filters.tree.name.key
    ([0, 1], 'filters')
    >>> from cnnanalyze.layers.axes import Rearrange
    >>> halves = Rearrange(pattern="(h p) c -> h p c", sizes=(("p", 2),))
    >>> [length.tree.name.key for _, length in name_layer(halves, 1).sizes]
    ['p']
    """
    found: dict[str, Any] = {}
    cls = type(layer)
    for attribute in cls.model_fields:
        value = getattr(layer, attribute)
        if attribute == "stride" and value is None:  # windows side by side
            value = getattr(layer, "kernel", None)
        if attribute in UNNAMED or isinstance(value, bool):
            continue
        named = _named(cls, attribute, value, rank)
        if named is not None:
            found[attribute] = named
    for word, member in vars(cls).items():
        if isinstance(member, cached_property) and isinstance(value := getattr(layer, word), int):
            found[word] = Num(value, Name(word))
    return layer.model_copy(update=found)


def _named(cls: type[Layer], attribute: str, value: Any, rank: int) -> Any:  # noqa: ANN401
    key = cls.number_names.get(attribute) or BORDERS.get(attribute, attribute)
    # In a transposed convolution the word is more than no padding.
    is_transposed = Trait.TRANSPOSED_CONVOLUTION in cls.traits
    if attribute == "padding" and value == "valid" and not is_transposed:
        return Num(0, Name("padding", None, rank))
    if isinstance(value, int):
        return Num(value, Name(key, None, rank if attribute in PER_AXIS else 0))
    if not isinstance(value, tuple):
        return None
    if any(isinstance(v, tuple) and isinstance(v[0], str) for v in value):  # numbers by names
        return tuple((word, Num(v, Name(word))) for word, v in value)
    if " " in key:
        return tuple(Num(v, Name(k)) for v, k in zip(value, key.split(), strict=True))
    alike = len(set(value)) == 1
    return tuple(_each(v, Name(key, None if alike else axis, rank)) for axis, v in enumerate(value))


def _each(value: Any, name: Name) -> Any:  # noqa: ANN401 - a number, or one for each border
    if isinstance(value, int):
        return Num(value, name)
    if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        return value
    before, after = value
    if before == after:
        both = Num(before, name)
        return both, both
    return (
        Num(before, name._replace(key=f"{name.key} before")),
        Num(after, name._replace(key=f"{name.key} after")),
    )


def name_shapes(shapes: tuple[Shape, ...], *, square: bool = False) -> tuple[Shape, ...]:
    """Return the input shapes of a layer with a name for every extent.

    Several inputs of one shape share their names, unless their channels are told apart.
    """
    several = len(shapes) > 1
    return tuple(
        _name_shape(shape, str(number) if several else "", square=square)
        for number, shape in enumerate(shapes, start=1)
    )


def _name_shape(shape: Shape, of: str, *, square: bool) -> Shape:
    rank = shape.rank
    size = tuple(
        Num(n, Name("input", None if square else axis, rank, of))
        for axis, n in enumerate(shape.size)
    )
    key = "features" if shape.is_vector else "channels"
    return Shape(size, Num(shape.channels, Name(key, None, 0, of)))


def is_square(shape: Shape) -> bool:
    """Whether all axes are alike, so that one formula holds for all."""
    return len(set(shape.size)) == 1 and shape.rank > 1
