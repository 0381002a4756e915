"""Views: tensors of another program, seen as layers of ours with their axes elsewhere.

Other programs reshape and transpose tensors all the time; hardly any of that computes something.
A view says where the numbers of such a tensor lie in a layer: each of its axes is made of digits,
as a number is, and every digit counts along one axis of the layer. To transpose, reshape, squeeze
or expand changes the digits alone. Only where the next layer wants its axes otherwise than the
layer has them, one that moves them is needed, and the digits tell which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from cnnanalyze.core.shape import Shape

IMAGES = -1
"""The role of a digit that counts images; layers know of one only."""
MOST_EXTENTS = 4
"""The extents that a shape may be written with; of more, only einops' words tell."""
REPEATED = -2
"""The role of a digit along which the same numbers are met again and again."""


class Digit(NamedTuple):
    """A digit of a place along an axis of a tensor, which counts along an axis of a layer.

    Examples
    --------
    >>> Digit(role=0, stride=2, extent=5)  # every second row of ten
    Digit(role=0, stride=2, extent=5)
    """

    role: int
    """The axis of the layer, from 0 on, the channels last; or images, or none: repeated."""
    stride: int
    """How far the place along that axis moves when the digit counts one on."""
    extent: int
    """How many values the digit has."""


Axis = tuple[Digit, ...]
"""The digits of an axis, the outermost first; none for an axis of extent 1."""


class Step(NamedTuple):
    """A layer that moves numbers: its kind and attributes."""

    kind: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """The axes of a tensor, as digits of the axes of a layer.

    Examples
    --------
    An image as PyTorch holds it, turned so that its channels are last, and flattened:

    >>> image = View.of(Shape((5, 7), 3), (IMAGES, 2, 0, 1))
    >>> image.extents
    (1, 3, 5, 7)
    >>> turned = image.transpose((0, 2, 3, 1))
    >>> turned.extents, turned.reshape((1, 105)).axes[1]
    ((1, 5, 7, 3), (Digit(role=0, stride=1, extent=5), Digit(role=1, stride=1, extent=7), \
Digit(role=2, stride=1, extent=3)))
    """

    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, shape: Shape, roles: Sequence[int], images: int = 1) -> View:
        """Return the view whose axes are those of a layer, in this order; ``IMAGES`` is the batch.

        A role beyond the axes of the layer is an axis of extent 1.
        """
        extents = shape.extents
        sizes = [
            images if role == IMAGES else extents[role] if role < len(extents) else 1
            for role in roles
        ]
        return cls(tuple(joined([Digit(role, 1, n)]) for role, n in zip(roles, sizes, strict=True)))

    @property
    def extents(self) -> tuple[int, ...]:
        """The extents of the tensor."""
        return tuple(map(extent, self.axes))

    @property
    def rank(self) -> int:
        """The number of axes of the tensor, the batch included."""
        return len(self.axes)

    @property
    def digits(self) -> Axis:
        """All digits, the outermost first."""
        return joined(digit for axis in self.axes for digit in axis)

    def transpose(self, order: Sequence[int]) -> View:
        """Return the axes in another order."""
        return View(tuple(self.axes[axis] for axis in order))

    def reshape(self, extents: Sequence[int]) -> View | None:
        """Return axes of other extents; nothing if an axis would end within a digit.

        A layer that is made of the view as it is has an axis for every digit; its own view can
        be cut anywhere.

        Examples
        --------
        >>> vector = View.of(Shape((), 24), (0,))
        >>> vector.reshape((4, 6)).axes
        ((Digit(role=0, stride=6, extent=4),), (Digit(role=0, stride=1, extent=6),))
        >>> vector.reshape((4, 6)).transpose((1, 0)).reshape((8, 3)) is None
        True
        """
        axes = divided(self.digits, extents)
        return None if axes is None else View(axes)

    def insert(self, places: Iterable[int]) -> View:
        """Return the view with axes of extent 1 at these places of the result."""
        axes = list(self.axes)
        for place in sorted(places):
            axes.insert(place, ())
        return View(tuple(axes))

    def remove(self, places: Iterable[int]) -> View:
        """Return the view without these axes, of extent 1."""
        gone = frozenset(places)
        return View(tuple(axis for place, axis in enumerate(self.axes) if place not in gone))

    def expand(self, extents: Sequence[int]) -> View:
        """Return the view with axes of extent 1 repeated; further axes may come first."""
        axes = ((),) * (len(extents) - len(self.axes)) + self.axes
        return View(
            tuple(
                axis if extent(axis) == n else (Digit(REPEATED, 0, n),)
                for axis, n in zip(axes, extents, strict=True)
            )
        )


def extent(axis: Axis) -> int:
    """Return how many places an axis has."""
    return prod(digit.extent for digit in axis)


def joined(digits: Iterable[Digit]) -> Axis:
    """Return digits with neighbours made one where they count on without a gap.

    Examples
    --------
    >>> joined([Digit(0, 6, 4), Digit(0, 2, 3), Digit(0, 1, 1), Digit(1, 1, 5)])
    (Digit(role=0, stride=2, extent=12), Digit(role=1, stride=1, extent=5))
    """
    found: list[Digit] = []
    for digit in digits:
        if digit.extent == 1:
            continue
        last = found[-1] if found else None
        if last and last.role == digit.role and last.stride == digit.stride * digit.extent:
            found[-1] = Digit(digit.role, digit.stride, last.extent * digit.extent)
        else:
            found.append(digit)
    return tuple(found)


def divided(digits: Axis, extents: Sequence[int]) -> tuple[Axis, ...] | None:
    """Return digits dealt out to axes of these extents; nothing if one would have to be torn.

    Examples
    --------
    >>> divided((Digit(0, 1, 12),), (4, 1, 3))
    ((Digit(role=0, stride=3, extent=4),), (), (Digit(role=0, stride=1, extent=3),))
    """
    left = list(reversed(digits))
    axes: list[Axis] = []
    for n in extents:
        wanted, axis = n, []
        while wanted > 1:
            if not left:
                return None
            digit = left.pop()
            if wanted % digit.extent == 0:
                axis.append(digit)
                wanted //= digit.extent
            elif digit.extent % wanted == 0:
                rest = digit.extent // wanted
                axis.append(Digit(digit.role, digit.stride * rest, wanted))
                left.append(Digit(digit.role, digit.stride, rest))
                wanted = 1
            else:
                return None
        axes.append(tuple(axis))
    return None if left else tuple(axes)


# --- layers that move numbers ---------------------------------------------------------------------


def steps(shape: Shape, axes: Sequence[Axis]) -> Iterator[Step]:
    """Return the layers that make of one with this shape another with such axes.

    None if it has them already, one if numbers only move, another one if some are repeated.

    Parameters
    ----------
    shape
        The shape of the layer.
    axes
        For each axis of the other, the digits of the layer; the last is that of the channels.

    Examples
    --------
    >>> groups = (Digit(2, 1, 3), Digit(2, 3, 2))
    >>> list(steps(Shape((5, 7), 6), [(Digit(0, 1, 5),), (Digit(1, 1, 7),), groups]))
    [Step(kind='channel_shuffle', attributes={'groups': 2})]
    """
    axes = [joined(axis) for axis in axes]
    once = [tuple(digit for digit in axis if digit.role != REPEATED) for axis in axes]
    moved = _move(shape, [joined(axis) for axis in once])
    if moved is not None:
        yield moved
    if any(len(one) < len(axis) for one, axis in zip(once, axes, strict=True)):
        yield from _repeat(axes)


def _move(shape: Shape, axes: Sequence[Axis]) -> Step | None:
    """Return the layer that moves numbers to these axes; nothing if they have no need to."""
    own = [joined([Digit(role, 1, n)]) for role, n in enumerate(shape.extents)]
    if list(axes) == own:
        return None
    if joined(d for axis in axes for d in axis) == joined(d for axis in own for d in axis):
        if step := _reshaped(shape, axes):
            return step
    elif len(axes) == len(own):
        if axes[-1] == own[-1] and sorted(axes[:-1]) == sorted(own[:-1]) and _distinct(own[:-1]):
            return Step("permute", {"order": tuple(own.index(axis) + 1 for axis in axes[:-1])})
        for recognise in (_shuffled, _unpacked, _packed):
            if step := recognise(shape, own, axes):
                return step
    return _rearranged(shape, axes)


def _distinct(axes: Sequence[Axis]) -> bool:
    return len(set(axes)) == len(axes)


def _reshaped(shape: Shape, axes: Sequence[Axis]) -> Step | None:
    """Return the layer if the numbers stay in their order."""
    if len(axes) == 1:
        return Step("flatten", {})
    is_wrapped = [axis for axis in axes if axis] == [
        (Digit(role, 1, n),) for role, n in enumerate(shape.extents) if n > 1
    ]
    if len(axes) <= MOST_EXTENTS and (shape.is_vector or is_wrapped):
        return Step("reshape", {"to": "x".join(str(extent(axis)) for axis in axes)})
    return None


def _shuffled(shape: Shape, own: Sequence[Axis], axes: Sequence[Axis]) -> Step | None:
    """Return the layer if only the channels change places, as between groups."""
    if list(axes[:-1]) != list(own[:-1]) or len(axes[-1]) != 2:  # noqa: PLR2004 - a pair
        return None
    inner, outer = axes[-1]
    is_shuffle = {inner.role, outer.role} == {shape.rank} and inner.stride == 1
    return Step("channel_shuffle", {"groups": outer.extent}) if is_shuffle else None


def _unpacked(shape: Shape, own: Sequence[Axis], axes: Sequence[Axis]) -> Step | None:
    """Return the layer if channels are laid out in blocks, neighbours side by side."""
    if shape.is_vector or len(axes[0]) < 1:
        return None
    block = axes[0][-1].extent
    taken = block**shape.rank
    if block < 2 or shape.channels % taken:  # noqa: PLR2004 - a block of one is none
        return None
    wanted = [
        joined([*axis, Digit(shape.rank, block ** (shape.rank - 1 - place), block)])
        for place, axis in enumerate(own[:-1])
    ]
    wanted.append(joined([Digit(shape.rank, taken, shape.channels // taken)]))
    return Step("depth_to_space", {"block": block}) if wanted == list(axes) else None


def _packed(shape: Shape, own: Sequence[Axis], axes: Sequence[Axis]) -> Step | None:  # noqa: ARG001
    """Return the layer if blocks are put into channels, those of a channel side by side."""
    if shape.is_vector or not axes[-1]:
        return None
    block = axes[-1][-1].extent
    if block < 2 or any(n % block for n in shape.size):  # noqa: PLR2004 - a block of one is none
        return None
    wanted = [joined([Digit(place, block, n // block)]) for place, n in enumerate(shape.size)]
    places = [Digit(place, 1, block) for place in range(shape.rank)]
    wanted.append(joined([Digit(shape.rank, 1, shape.channels), *places]))
    return Step("space_to_depth", {"block": block}) if wanted == list(axes) else None


def _rearranged(shape: Shape, axes: Sequence[Axis]) -> Step:
    """Return the layer that moves numbers to any axes, in the words of einops."""
    names: dict[Digit, str] = {}
    sizes: dict[str, int] = {}
    before = []
    for role, word in enumerate(_words(shape.rank)):
        parts = sorted((d for axis in axes for d in axis if d.role == role), reverse=True)
        several = len(parts) > 1
        for number, digit in enumerate(parts, 1):
            names[digit] = f"{word}{number}" if several else word
        # The length that is left to the input: of positions the outermost, of channels the last.
        open_ = parts[-1:] if role == shape.rank else parts[:1]
        sizes |= {names[digit]: digit.extent for digit in parts if digit not in open_}
        before.append(_bracket([names[digit] for digit in parts]))
    after = [_bracket([names[digit] for digit in axis]) for axis in axes]
    attributes: dict[str, Any] = {"pattern": f"{' '.join(before)} -> {' '.join(after)}"}
    return Step("rearrange", attributes | ({"sizes": sizes} if sizes else {}))


def _words(rank: int) -> tuple[str, ...]:
    known = {0: (), 1: ("l",), 2: ("h", "w"), 3: ("d", "h", "w")}
    return (*known.get(rank, tuple(f"a{axis}" for axis in range(rank))), "c")


def _bracket(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"({' '.join(names)})" if names else "1"


def _repeat(axes: Sequence[Axis]) -> Iterator[Step]:
    """Return the layers that repeat what lies along some axes."""
    factors = [_factor(axis) for axis in axes]
    spatial = factors[:-1]
    if factors[-1] == 1 and all(factor is not None for factor in spatial):
        yield Step("resize", {"scale": spatial[0] if len(set(spatial)) == 1 else tuple(spatial)})
        return
    for place, axis in enumerate(axes):
        if all(digit.role != REPEATED for digit in axis):
            continue
        positions = [0]
        for digit in axis:
            counts = digit.role != REPEATED
            positions = [
                p * digit.extent + k if counts else p
                for p in positions
                for k in range(digit.extent)
            ]
        yield Step("gather", {"axis": place + 1, "positions": tuple(positions)})


def _factor(axis: Axis) -> int | None:
    """Return how often each place of an axis is met, one after the other; nothing if otherwise."""
    repeated = [digit.role == REPEATED for digit in axis]
    if not any(repeated):
        return 1
    return axis[-1].extent if repeated.index(True) == len(axis) - 1 else None
