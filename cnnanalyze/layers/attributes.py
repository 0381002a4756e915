"""The types of attributes: what a spec may write, with the words a wrong value is met with.

Attributes are kept as they were written (``kernel: 3``, ``padding: same``); the rules and, on their
own, the kernels of the executor make them per axis.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.reach import Border
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.pattern import parse

CONTINUED: tuple[Border, ...] = ("circular", "reflect", "replicate")
"""Paddings that continue the map with its own numbers."""

LARGEST = 10**12
"""No extent, channel count or repetition of a spec may exceed this."""


def _fail(expected: str, value: object) -> PydanticCustomError:
    return PydanticCustomError(
        "attribute", "{text}", {"text": f"must be {expected}, not {show_value(value)}"}
    )


def relation(text: str, **context: str) -> PydanticCustomError:
    """Return the refusal of a value that does not go with those of other attributes."""
    return PydanticCustomError("relation", "{text}", {"text": text, **context})


def refuse_both_or_none(value: object, info: ValidationInfo, other: str) -> None:
    """Raise unless either an attribute is given or another one, which is read before it."""
    if other in info.data and (value is None) == (info.data[other] is None):
        here = "missing" if value is None else "given"
        raise relation(f"must be given exactly when '{other}' is not; both are {here}")


def as_tuples(value: object) -> object:
    """Return a value with tuples in the place of lists: what attributes hold does not change.

    Examples
    --------
    >>> as_tuples([3, [1, 2]])
    (3, (1, 2))
    """
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def _whole(least: int, words: str) -> Callable[[Any], int]:
    def check(value: Any) -> int:  # noqa: ANN401 - whatever a spec may hold
        if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
            value = int(value)
        if type(value) is not int or value < least:
            raise _fail(words, value)
        if value > LARGEST:
            raise _fail(f"at most {LARGEST:,}", value)
        return value

    return check


_positive = _whole(1, "a whole number of at least 1")
_natural = _whole(0, "a whole number of at least 0")
_signed = _whole(-LARGEST, "a whole number")


def _each(check: Callable[[Any], int], words: str) -> Callable[[Any], int | tuple[int, ...]]:
    def check_each(value: Any) -> int | tuple[int, ...]:  # noqa: ANN401
        if isinstance(value, list | tuple):
            if not value:
                raise _fail(words, value)
            return tuple(check(v) for v in value)
        if type(value) not in {int, float}:
            raise _fail(words, value)
        return check(value)

    return check_each


def _sides(value: Any) -> Any:  # noqa: ANN401
    words = "a number per side, [vertical, horizontal] or [[top, bottom], [left, right]]"
    if isinstance(value, list | tuple):
        if not value:
            raise _fail(words, value)
        if all(isinstance(v, list | tuple) for v in value):
            if any(len(v) != 2 for v in value):  # noqa: PLR2004 - a pair
                raise _fail(words, value)
            return tuple((_natural(a), _natural(b)) for a, b in value)
        return tuple(_natural(v) for v in value)
    if type(value) not in {int, float}:
        raise _fail(words, value)
    return _natural(value)


def _ends(value: Any) -> tuple[int, int]:  # noqa: ANN401
    if not isinstance(value, list | tuple):
        value = (value, value)
    if len(value) != 2 or any(type(v) not in {int, float} for v in value):  # noqa: PLR2004 - a pair
        raise _fail("a number for both ends, or [before, after]", value)
    before, after = map(_natural, value)
    return before, after


def _step(value: Any) -> int:  # noqa: ANN401
    found = _signed(value)
    if not found:
        raise _fail("a whole number other than 0", value)
    return found


def _sides_or(*words: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, str):
            return _sides(value)
        if value in words:
            return value
        raise _fail(
            f"{', '.join(map(show_value, words))}, a number per side, [vertical, horizontal] or "
            "[[top, bottom], [left, right]]",
            value,
        )

    return check


def _biases(value: Any) -> int:  # noqa: ANN401
    if type(value) is not int or value not in {0, 1, 2}:
        raise _fail("0, 1 or 2", value)
    return value


def _flag(value: Any) -> bool:  # noqa: ANN401
    if type(value) is not bool:
        raise _fail("true or false", value)
    return value


def _number(value: Any) -> float:  # noqa: ANN401
    if type(value) not in {int, float}:
        raise _fail("a number", value)
    return float(value)


def _table(value: Any) -> tuple[tuple[int, ...], ...]:  # noqa: ANN401
    words = "rows of input channels counted from 0, one row per output map, as in [[0, 1], [1, 2]]"
    if not isinstance(value, list | tuple) or not value:
        raise _fail(words, value)
    rows = []
    for number, row in enumerate(value):
        if not isinstance(row, list | tuple) or not row:
            raise _fail(words, value)
        channels = tuple(_natural(c) for c in row)
        if twice := [c for c in channels if channels.count(c) > 1]:
            text = f"must be distinct channels in each row, but row {number} names {twice[0]} twice"
            raise PydanticCustomError("attribute", "{text}", {"text": text})
        rows.append(channels)
    return tuple(rows)


def _extents(value: Any) -> str:  # noqa: ANN401
    text = str(value) if type(value) in {int, str} else ""
    parts = text.split("x")
    if len(parts) > _MOST_EXTENTS or not all(
        p.isascii() and p.isdigit() and len(p) <= len(str(LARGEST)) and 0 < int(p) <= LARGEST
        for p in parts
    ):
        raise _fail("a shape such as '4x4x256' or '4096', channels last", value)
    return "x".join(str(int(p)) for p in parts)


_MOST_EXTENTS = 4


def _order(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    words = "the spatial axes in their new order, each once, counted from 1, as in [2, 1]"
    if not isinstance(value, list | tuple) or not value:
        raise _fail(words, value)
    axes = tuple(map(_positive, value))
    if sorted(axes) != list(range(1, len(axes) + 1)):
        raise _fail(words, value)
    return axes


class Written(NamedTuple):
    """How a value of a type is written, if not as it is kept."""

    how: Callable[[Any], Any]


def _places(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    words = "a list of places, counted from 0, as in [0, 2], or a range of them, as in 0..48/2"
    from cnnanalyze.layers import places  # noqa: PLC0415 - hardly asked for

    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not entries:
        raise _fail(words, value)
    found: list[int] = []
    for entry in entries:
        if not isinstance(entry, str):
            found.append(_signed(entry))
            continue
        ranges = places.range_of(entry)
        if ranges is None:
            raise _fail(words, entry)
        count = len(found) + places.count_of(ranges)
        if count > places.MOST_PLACES:
            raise relation(
                f"names {count:,} places, and {places.MOST_PLACES:,} are the most: "
                f"{count:,} > {places.MOST_PLACES:,}"
            )
        found += places.places_of(ranges)
    return tuple(found)


def _shortened(value: Any) -> Any:  # noqa: ANN401 - places
    from cnnanalyze.layers.places import shortened  # noqa: PLC0415 - hardly asked for

    return shortened(value)


AXIS_WORDS = ("depth", "height", "width", "length", "channels")
"""What a spec calls the axes of a map."""


def _axis(value: Any) -> str | int:  # noqa: ANN401
    if isinstance(value, str):
        if value in AXIS_WORDS:
            return value
    elif type(value) is int and 1 <= value <= _MOST_EXTENTS:
        return value
    raise _fail(f"one of {', '.join(AXIS_WORDS)}, or the number of an axis from 1", value)


SEVERAL_AXES = ("positions", "all")
"""What a spec calls all spatial axes, and these with the channels."""


def _axes_words(value: Any) -> str | int | tuple[str | int, ...]:  # noqa: ANN401
    if value in SEVERAL_AXES:
        return str(value)
    if not isinstance(value, list | tuple):
        return _axis(value)
    axes = tuple(map(_axis, value))
    if not axes or len(set(axes)) < len(axes):
        raise _fail("one axis or several, each once, as in [height, width]", value)
    return axes


def _pattern(value: Any) -> str:  # noqa: ANN401
    words = "a pattern such as 'h w c -> (h w) c'"
    if not isinstance(value, str):
        raise _fail(words, value)
    try:
        parse(value)
    except ValueError as error:
        raise _fail(f"{words} ({error})", value) from None
    return " ".join(value.split())


def _sizes(value: Any) -> tuple[tuple[str, int], ...]:  # noqa: ANN401
    words = "a length for each named axis, as in {p: 16, q: 16}"
    if isinstance(value, dict):
        value = tuple(value.items())
    if not isinstance(value, list | tuple) or not all(
        isinstance(v, list | tuple) and len(v) == 2 and isinstance(v[0], str)  # noqa: PLR2004
        for v in value
    ):
        raise _fail(words, value)
    return tuple(sorted((name, _positive(length)) for name, length in dict(value).items()))


def _span(value: Any) -> tuple[int, int]:  # noqa: ANN401
    words = "[start, stop], counted from 0, stop exclusive, as in [0, 64]"
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
        raise _fail(words, value)
    start, stop = map(_natural, value)
    if start >= stop:
        raise _fail(f"[start, stop] with the start below the stop ({start} ≥ {stop})", value)
    return start, stop


def _factor(value: Any) -> int | float | tuple[int | float, ...]:  # noqa: ANN401
    if isinstance(value, list | tuple) and value:
        return tuple(map(_one_factor, value))
    return _one_factor(value)


def _one_factor(value: Any) -> int | float:  # noqa: ANN401
    if type(value) not in {int, float} or not 0 < value <= LARGEST:
        raise _fail(f"a number above 0 and at most {LARGEST:,}, or one per axis", value)
    return int(value) if value == int(value) else float(value)


def _exponent(value: Any) -> float:  # noqa: ANN401
    if type(value) not in {int, float} or not 1 <= value < inf:
        raise _fail("a finite number of at least 1", value)
    return float(value)


def _nonzero(value: Any) -> float:  # noqa: ANN401
    if type(value) not in {int, float} or not -inf < value < inf or not value:
        raise _fail("a finite number other than 0", value)
    return float(value)


DIGITS = r"(?:[0-9]{1,3}(?:[,_][0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,12})?"
"""A number as people print it, in groups of three digits or in one, as a pattern."""
_FIGURE = re.compile(rf"(?P<digits>{DIGITS}) ?(?P<unit>[kKMGBT]?)")
_WORTH = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}


def _figure(value: Any) -> int:  # noqa: ANN401
    words = "a whole number of at least 0, such as 1200000 or 1.2M"
    if isinstance(value, str) and (found := _FIGURE.fullmatch(value)):
        amount = Fraction(re.sub("[,_]", "", found["digits"])) * _WORTH[found["unit"]]
        value = int(amount) if amount.denominator == 1 else value
    if isinstance(value, str):
        raise _fail(words, value)
    return _whole(0, words)(value)


def _seen(value: Any) -> str:  # noqa: ANN401
    if value in {"all", "unknown"}:
        return str(value)
    try:
        return _extents(value)
    except PydanticCustomError:
        raise _fail("'all', 'unknown' or extents such as 3x3", value) from None


def _words(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str):
        raise _fail("a text", value)
    return value


def _share(value: Any) -> float:  # noqa: ANN401
    if type(value) not in {int, float} or not 0 <= value < 1:
        raise _fail("a number of at least 0 and below 1", value)
    return float(value)


def _rate(value: Any) -> float:  # noqa: ANN401
    if type(value) not in {int, float} or not 0 <= value <= 1:
        raise _fail("a number from 0 to 1", value)
    return float(value)


_WHOLE_SCHEMA = {"type": ["integer", "string"]}
_EACH_SCHEMA = {"type": ["integer", "string", "array"]}

Count = Annotated[int, PlainValidator(_positive), WithJsonSchema(_WHOLE_SCHEMA)]
"""A whole number of at least 1: filters, units, groups."""
Natural = Annotated[int, PlainValidator(_natural), WithJsonSchema(_WHOLE_SCHEMA)]
"""A whole number of at least 0."""
Extent = Annotated[
    int | tuple[int, ...],
    PlainValidator(_each(_positive, "a whole number of at least 1, or one per axis")),
    WithJsonSchema(_EACH_SCHEMA),
]
"""A whole number of at least 1 for all axes, or one per axis: kernel, stride, dilation."""
Factor = Annotated[
    int | float | tuple[int | float, ...],
    PlainValidator(_factor),
    WithJsonSchema({"type": ["number", "string", "array"]}),
]
"""A number above 0, maybe a fraction, for all axes, or one per axis."""
Extra = Annotated[
    int | tuple[int, ...],
    PlainValidator(_each(_natural, "a whole number of at least 0, or one per axis")),
    WithJsonSchema(_EACH_SCHEMA),
]
"""A whole number of at least 0 for all axes, or one per axis."""
Offset = Annotated[
    int | tuple[int, ...],
    PlainValidator(_each(_signed, "a whole number, or one per axis")),
    WithJsonSchema(_EACH_SCHEMA),
]
"""A whole number, negative ones too, for all axes, or one per axis."""
Sides = Annotated[
    int | tuple[int, ...] | tuple[tuple[int, int], ...],
    PlainValidator(_sides),
    WithJsonSchema(_EACH_SCHEMA),
]
"""Amounts at the borders: per side, per axis, or per border."""
Ends = Annotated[tuple[int, int], PlainValidator(_ends), WithJsonSchema(_EACH_SCHEMA)]
"""Amounts at the two ends of one axis: a number for both, or ``[before, after]``."""
Padding = Annotated[
    Literal["valid", "same"] | int | tuple[int, ...] | tuple[tuple[int, int], ...],
    PlainValidator(_sides_or("valid", "same")),
    WithJsonSchema(_EACH_SCHEMA),
]
"""``valid``, ``same`` or amounts as in ``Sides``."""
ConvolutionPadding = Annotated[
    str | int | tuple[int, ...] | tuple[tuple[int, int], ...],
    PlainValidator(_sides_or("valid", "same", "causal", *CONTINUED)),
    WithJsonSchema(_EACH_SCHEMA),
]
"""What ``Padding`` takes, and words for other paddings than zeros on all sides.

``causal``: on a signal, only before its first element. ``circular``, ``reflect`` and ``replicate``:
as much as ``same``, with numbers of the map itself.
"""
Table = Annotated[
    tuple[tuple[int, ...], ...],
    PlainValidator(_table),
    WithJsonSchema({"type": ["array", "string"]}),
]
"""Which input channels each output map reads: one row of distinct channels per map."""
Order = Annotated[
    tuple[int, ...],
    PlainValidator(_order),
    WithJsonSchema({"type": ["array", "string"]}),
]
"""The spatial axes in another order, counted from 1."""
Span = Annotated[
    tuple[int, int],
    PlainValidator(_span),
    WithJsonSchema({"type": ["array", "string"]}),
]
"""The first index and the one behind the last, counted from 0."""
Places = Annotated[
    tuple[int, ...],
    PlainValidator(_places),
    WithJsonSchema({"type": ["array", "string"]}),
    Written(_shortened),
]
"""Places along an axis, perhaps as ranges; negative ones count from the end."""
Place = Annotated[int, PlainValidator(_signed), WithJsonSchema(_WHOLE_SCHEMA)]
"""A whole number, negative ones too."""
Step = Annotated[int, PlainValidator(_step), WithJsonSchema(_WHOLE_SCHEMA)]
"""How far a place is from the next; below 0, backwards."""
AxisWord = Annotated[
    str | int, PlainValidator(_axis), WithJsonSchema({"type": ["integer", "string"]})
]
"""One axis by its name, the channels among them, or by its number from 1."""
AxisWords = Annotated[
    str | int | tuple[str | int, ...],
    PlainValidator(_axes_words),
    WithJsonSchema(_EACH_SCHEMA),
]
"""One axis, a list of them, ``positions`` for all but the channels, or ``all``."""
PatternText = Annotated[str, PlainValidator(_pattern), WithJsonSchema({"type": "string"})]
"""The names of axes before and after an arrow."""
Sizes = Annotated[
    tuple[tuple[str, int], ...],
    PlainValidator(_sizes),
    WithJsonSchema({"type": ["object", "array", "string"]}),
]
"""Lengths of axes by their names: a mapping, which is kept as pairs."""
Figure = Annotated[int, PlainValidator(_figure), WithJsonSchema(_WHOLE_SCHEMA)]
"""A whole number of at least 0, which may be written short: ``1.2M``."""
Seen = Annotated[str, PlainValidator(_seen), WithJsonSchema(_WHOLE_SCHEMA)]
"""What a unit sees of an input: ``all``, ``unknown``, or extents such as ``3x3``."""
Words = Annotated[str, PlainValidator(_words), WithJsonSchema({"type": "string"})]
"""A text for people."""
ShapeText = Annotated[str, PlainValidator(_extents), WithJsonSchema(_WHOLE_SCHEMA)]
"""A shape as text, channels last: ``"4x4x256"``, or ``"4096"`` for a vector."""
Biases = Annotated[int, PlainValidator(_biases), WithJsonSchema(_WHOLE_SCHEMA)]
"""How many biases a weighted sum of an input and a state has: 0, 1 or 2."""
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": ["boolean", "string"]})]
Number = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": ["number", "string"]})]
Exponent = Annotated[
    float, PlainValidator(_exponent), WithJsonSchema({"type": ["number", "string"]})
]
"""A finite number of at least 1: the exponent of a norm."""
NonZero = Annotated[float, PlainValidator(_nonzero), WithJsonSchema({"type": ["number", "string"]})]
"""A finite number other than 0."""
Share = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": ["number", "string"]})]
"""A number of at least 0 and below 1: a share of the images."""
Rate = Annotated[float, PlainValidator(_rate), WithJsonSchema({"type": ["number", "string"]})]
"""A number from 0 to 1: the rate of a dropout."""


def choice(*words: str) -> Any:  # noqa: ANN401 - an annotation
    """Return the type of an attribute that is one of some words."""

    def check(value: Any) -> str:  # noqa: ANN401
        if value not in words:
            text = (
                f"must be one of {', '.join(words)}, not {show_value(value)}{nearest(value, words)}"
            )
            raise PydanticCustomError("attribute", "{text}", {"text": text})
        return str(value)

    return Annotated[str, PlainValidator(check), WithJsonSchema({"enum": list(words)})]


def per_axis(value: int | tuple[int, ...], rank: int, attribute: str) -> tuple[int, ...]:
    """Return one number per spatial axis.

    Examples
    --------
    >>> per_axis(3, 2, "kernel"), per_axis((3, 5), 2, "kernel")
    ((3, 3), (3, 5))
    """
    if isinstance(value, int):
        return (value,) * rank
    if len(value) != rank:
        raise ShapeError(
            f"{attribute} {show_value(value)} has {len(value)} numbers, "
            f"but its input has {_axes(rank)}",
            attribute=attribute,
            help=f"give one number for all axes, or {rank} of them",
            code="SH004",
        )
    return value


def per_border(
    value: int | tuple[int, ...] | tuple[tuple[int, int], ...], rank: int, attribute: str
) -> tuple[tuple[int, int], ...]:
    """Return the amounts before and after for each spatial axis.

    Examples
    --------
    >>> per_border(1, 2, "padding"), per_border((1, 2), 2, "padding"), per_border(((0, 1),), 1, "p")
    (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((0, 1),))
    """
    if isinstance(value, int):
        return ((value, value),) * rank
    if len(value) != rank:
        raise ShapeError(
            f"{attribute} {show_value(value)} has {len(value)} axes, "
            f"but its input has {_axes(rank)}",
            attribute=attribute,
            help="give a number per side, one per axis, or a pair [before, after] per axis",
            code="SH004",
        )
    return tuple((v, v) if isinstance(v, int) else v for v in value)


def axis_numbers(axes: str | int | tuple[str | int, ...], x: Shape, kind: str) -> tuple[int, ...]:
    """Return which of the extents of a shape these axes are, counted from 0, in their order.

    Examples
    --------
    >>> axis_numbers("positions", Shape((5, 7), 3), "r"), axis_numbers("all", Shape((5,), 3), "r")
    ((0, 1), (0, 1))
    """
    if axes == "positions":
        return tuple(range(x.rank))
    if axes == "all":
        return tuple(range(x.rank + 1))
    named = axes if isinstance(axes, tuple) else (axes,)
    return tuple(sorted({axis_number(axis, x, kind, "axes") for axis in named}))


def axis_number(axis: str | int, x: Shape, kind: str, attribute: str = "axis") -> int:
    """Return which of the extents of a shape an axis is, counted from 0; the channels are last.

    Examples
    --------
    >>> axis_number("width", Shape((5, 7), 3), "slice"), axis_number("channels", Shape((), 3), "s")
    (1, 0)
    """
    known = {axis_name(a, x.rank): a for a in range(x.rank)} | {"channels": x.rank}
    number = axis - 1 if isinstance(axis, int) else known.get(axis, x.rank + 1)
    if number > x.rank:
        raise ShapeError(
            f"{kind} along {show_value(axis)}, but its input {x} has the axes {', '.join(known)}",
            attribute=attribute,
            help="name an axis that the input has, or its number from 1",
            code="SH004",
        )
    return number


def axis_word(axis: int, rank: int) -> str | int:
    """Return what a spec calls an axis, counted from 0; the channels are last.

    Examples
    --------
    >>> axis_word(0, 1), axis_word(2, 2), axis_word(1, 4)
    ('length', 'channels', 2)
    """
    if axis == rank:
        return "channels"
    return axis_name(axis, rank) if axis_name(axis, rank) in AXIS_WORDS else axis + 1


def _axes(rank: int) -> str:
    return f"{rank} ({' and '.join(axis_name(a, rank) for a in range(rank))})"
