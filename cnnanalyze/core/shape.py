"""Shapes: what one image looks like between two layers; the batch is never part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Shape:
    """Spatial extents and channels of one activation, in the order of the lectures.

    A feature map has one extent per spatial axis (height before width); a vector has none,
    and its features are its channels.

    Examples
    --------
    >>> str(Shape((28, 28), 6)), Shape((28, 28), 6).count
    ('28x28x6', 4704)
    >>> str(Shape((), 120)), Shape((), 120).is_vector
    ('120', True)
    """

    size: tuple[int, ...]
    """The extents along the spatial axes: height before width."""
    channels: int
    """Channels of a map, features of a vector."""

    @property
    def rank(self) -> int:
        """The number of spatial axes: 0 for a vector, 1 for a signal, 2 for an image."""
        return len(self.size)

    @property
    def is_vector(self) -> bool:
        """Whether there is no spatial axis."""
        return not self.size

    @property
    def positions(self) -> int:
        """The number of spatial positions; 1 for a vector."""
        return prod(self.size)

    @property
    def count(self) -> int:
        """The number of activations: positions times channels."""
        return prod(self.size) * self.channels

    @property
    def extents(self) -> tuple[int, ...]:
        """All extents, channels last: ``(h, w, c)``."""
        return (*self.size, self.channels)

    def with_extent(self, axis: int, extent: int) -> Shape:
        """Return the shape with another extent along one axis; the channels are the last one.

        Examples
        --------
        >>> str(Shape((5, 7), 3).with_extent(1, 2)), str(Shape((5, 7), 3).with_extent(2, 1))
        ('5x2x3', '5x7x1')
        """
        extents = (*self.extents[:axis], extent, *self.extents[axis + 1 :])
        return Shape(extents[:-1], extents[-1])

    def __str__(self) -> str:
        return "x".join(map(str, self.extents))


def channels_last(shape: Shape) -> Shape | None:
    """Return the shape that was meant if the channels of an image were written first.

    Nothing comes back for a shape that does not look like that: few rows, and as many channels as
    columns, or three rows of many columns and channels; a signal of one or two places with
    thousands of channels. A batch of images that is written so loses its first axis, too.

    Examples
    --------
    >>> str(channels_last(Shape((3, 224), 224))), str(channels_last(Shape((3, 480), 640)))
    ('224x224x3', '480x640x3')
    >>> str(channels_last(Shape((1, 3, 224), 224)))
    '224x224x3'
    >>> channels_last(Shape((224, 224), 3)), channels_last(Shape((1, 100), 64))
    (None, None)
    """
    first, *rest = shape.extents
    if shape.rank > len(_AXES) and rest[0] in _OF_IMAGES:
        image = channels_last(Shape(tuple(rest[:-1]), rest[-1]))
        if first == 1 or image is not None:
            return image
    if len(rest) > 1:
        is_square = first <= _FEW and rest[-1] == rest[-2] >= _MAP
        is_image = first == _COLOURS and shape.rank == len(_AXES) and min(rest) >= _LARGE
        if not (is_square or is_image):
            return None
    elif not rest or first > _STEREO or rest[0] < _LONG:
        return None
    return Shape(tuple(rest), first)


_AXES = ("height", "width")
_COLOURS = 3
_OF_IMAGES = {1, 3}
"""Channels of images in a batch: grey, or colours."""
_FEW = 4
"""Channels of an image at most: grey, colours, transparency; or frames behind one another."""
_MAP, _LARGE = 8, 32
_STEREO, _LONG = 2, 1000


FORMS = (
    ("height", "width", "channels"),
    ("length", "channels"),
    ("features",),
    ("depth", "height", "width", "channels"),
)
"""The words for the extents of a shape, in the order in which it is written."""
EXTENT_NAMES = tuple(dict.fromkeys(word for form in FORMS for word in form))
"""Every word for an extent."""


def axis_name(axis: int, rank: int) -> str:
    """Return what people call a spatial axis: height and width, or length, or depth before them.

    Examples
    --------
    >>> [axis_name(a, 2) for a in range(2)], axis_name(0, 1), axis_name(0, 3)
    (['height', 'width'], 'length', 'depth')
    """
    names = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
    return names[rank][axis] if rank in names else f"axis {axis}"


# --- as they are written --------------------------------------------------------------------------

_EXTENTS = re.compile(r"\s*[0-9]{1,20}\s*(?:[x×]\s*[0-9]{1,20}\s*){0,9}")
EXTENTS = r"^\s*[0-9]{1,20}\s*([x×]\s*[0-9]{1,20}\s*){0,9}(?![\s\S])"
"""The pattern of a shape as somebody printed it."""


def parse_text(text: str) -> tuple[int, ...] | None:
    """Return the numbers of ``28x28x6``, or nothing if the text is not a shape.

    Examples
    --------
    >>> parse_text("28x28x6"), parse_text("120"), parse_text("28 by 28")
    ((28, 28, 6), (120,), None)
    """
    if not _EXTENTS.fullmatch(text):
        return None
    return tuple(int(n) for n in re.split("[x×]", text))
