"""Wording: the texts in boxes and on edges, for one layer or for all that a box represents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.box_grouping import Box
from cnnanalyze.drawing.text_metrics import shorten, text_width
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait

LETTERS = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""The extents of what a block reads, where its uses differ in them."""
WIDTH = "C"
"""The channels that a block outputs, where its uses differ in them."""
LARGEST_RATIO = 16


class CardBlock(NamedTuple):
    """A block that a card represents: what the words on the card are relative to."""

    read: Shape
    """What the block reads first."""
    put: Shape
    """What it outputs last."""
    use: int = 0
    """Its number among all blocks of the card."""


class CardText(NamedTuple):
    """A text on a card, and what it is in each block that the card represents."""

    text: str = ""
    uses: tuple[str, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether some block has something else there."""
        return any(u != self.text for u in self.uses)

    def width(self, size: float) -> float:
        """Return the room that the text needs, whichever block is shown."""
        return max(text_width(t, size) for t in {self.text, *self.uses})


class Words(NamedTuple):
    """The lines of a box."""

    title: str
    before: tuple[tuple[str, str], ...] = ()
    """Ids and words of the layers that come first."""
    after: tuple[tuple[str, str], ...] = ()
    name: str = ""
    """What the spec calls the layer, if somebody chose the name."""
    titles: tuple[str, ...] = ()
    """The title in each block that the card around the box represents."""
    names: tuple[str, ...] = ()
    """The name there."""


def box_words(boxes: Sequence[Box], references: Sequence[CardBlock] = ()) -> Words:
    """Return the words for a box that is drawn once for all of these.

    Parameters
    ----------
    boxes
        What the box represents: one layer with its marks, or its equals in several blocks.
    references
        For each of them the block around it.
    """
    first = boxes[0]
    uses = grouped(boxes, references)
    return Words(
        title_of([b.main for b in boxes], references),
        tuple((str(n.id), word(n)) for n in first.before),
        tuple((str(n.id), word(n)) for n in first.after)
        + ((("", "shared"),) if first.main.share else ())
        + ((("", "frozen"),) if first.main.frozen else ()),
        given_name(first.path, first.main),
        tuple(title_of([b.main for b in found]) for found in uses),
        tuple(given_name(found[0].path, found[0].main) for found in uses),
    )


Thing = TypeVar("Thing")


def grouped(things: Sequence[Thing], references: Sequence[CardBlock]) -> tuple[list[Thing], ...]:
    """Return what belongs to each use of a card, in the order of the uses.

    Examples
    --------
    >>> here, there = (CardBlock(Shape((), 1), Shape((), 1), use) for use in (0, 1))
    >>> grouped("abc", [here, there, there])
    (['a'], ['b', 'c'])
    """
    found: dict[int, list[Thing]] = {}
    if references:
        for thing, reference in zip(things, references, strict=True):
            found.setdefault(reference.use, []).append(thing)
    return tuple(found[use] for use in sorted(found))


def repeated(title: str, times: int) -> str:
    """Return a title with the number of repeats.

    Examples
    --------
    >>> repeated("unit", 3), repeated("unit", 1)
    ('unit  ×3', 'unit')
    """
    return f"{title}  ×{times}" if times > 1 else title


def word(node: Node) -> str:
    """Return the short word for a layer kind."""
    return shorten(node.layer.labels.word or node.kind.replace("_", " "), 20)


def given_name(path: str, node: Node) -> str:
    """Return the last name of a path if somebody chose it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.load("zoo:lenet5")
    >>> given_name("stage1/reduce", net.nodes[0]), given_name("stage1/conv12", net.nodes[0])
    ('reduce', '')
    """
    name = path.rpartition("/")[2]
    return "" if _is_numbered(name, node.kind) else shorten(name, 18)


def _is_numbered(name: str, kind: str) -> bool:
    """Whether a name is a kind of layer with a number, or a number alone."""
    stem = name.rstrip("0123456789")
    return (
        name.isdigit()
        or stem == kind
        or (name.startswith(kind) and name.removeprefix(kind).isdigit())
        or ("conv" in stem and re.fullmatch(r"[a-z_]*", stem) is not None)
    )


def title_of(nodes: Sequence[Node], references: Sequence[CardBlock] = ()) -> str:
    """Return what a box says: ``3×3 conv, 64, /2``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.load("zoo:resnet50")
    >>> title_of([net["conv1/conv1"]]), title_of([net["pool1"]]), title_of([net["fc"]])
    ('7×7 conv, 64, /2', '3×3 max pool, /2', 'dense, 1000')
    """
    node = nodes[0]
    if node.layer.labels.sign:
        return node.layer.labels.sign
    values = node.attributes
    parts = [word(node)]
    if "kernel" in values:
        kernel = values["kernel"]
        rank = node.input_shapes[0].rank
        extents = kernel if isinstance(kernel, tuple) else (kernel,) * rank
        of_size = "pointwise" if extents == (1,) else "×".join(map(str, extents))
        parts = [f"{of_size} {parts[0]}"]
    put = [r.put.channels for r in references]
    if values.get("bidirectional"):
        parts = [f"bidirectional {parts[0]}"]
        parts.append(ratio([n.attributes["units"] for n in nodes], put, WIDTH))
    elif "filters" in values or "units" in values:
        parts.append(ratio([n.output.channels for n in nodes], put, WIDTH))
    parts += _details(nodes, put)
    return shorten(", ".join(parts), 40)


def _details(nodes: Sequence[Node], put: Sequence[int]) -> list[str]:
    """Return the attributes that a drawing should not be silent about.

    What is relative to channels is so to those that the blocks around put out.
    """
    values = nodes[0].attributes
    details = [_words(values[name]) for name in nodes[0].layer.labels.shown]
    if "heads" in values:
        heads = ratio([n.attributes["heads"] for n in nodes], put, WIDTH)
        details.append(f"{heads} head{'' if heads == '1' else 's'}")
    if values.get("window") is not None:
        window, rank = values["window"], nodes[0].input_shapes[0].rank
        extents = window if isinstance(window, tuple) else (window,) * rank
        is_shifted = set(_sides(values["shift"])) != {0}
        size = "×".join(map(str, extents))
        details.append(f"shifted {size}" if is_shifted else f"{size} windows")
    stride = values.get("stride", 1)
    if stride is None:
        stride = values.get("kernel", 1)
    if stride != 1 and (not isinstance(stride, tuple) or set(stride) != {1}):
        is_up = Trait.UPSAMPLING in nodes[0].layer.traits
        details.append(("×" if is_up else "/") + _extents(stride))
    if values.get("layers", 1) != 1:
        details.append(f"{values['layers']} layers")
    groups = [n.attributes.get("groups", 1) for n in nodes]
    if max(groups) > 1:
        details.append(f"{ratio(groups, [], '')} groups")
    if values.get("dilation", 1) not in {1, (1, 1), (1,), (1, 1, 1)}:
        details.append(f"dilation {_extents(values['dilation'])}")
    if values.get("scale") not in {None, True, False}:
        details.append(f"×{_extents(values['scale'])}")
    return details


def _words(value: Any) -> str:  # noqa: ANN401 - one word or several
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _sides(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - one number or one per axis
    return value if isinstance(value, tuple) else (value,)


def _extents(value: Any) -> str:  # noqa: ANN401 - one number or one per axis
    if isinstance(value, tuple):
        texts = [str(v) for v in value]
        return texts[0] if len(set(texts)) == 1 else "×".join(texts)
    return str(value)


def shape_words(shapes: Sequence[Shape], references: Sequence[CardBlock] = ()) -> str:
    """Return the text on an edge: ``56×56×64``, or ``H/2×W/2×C`` where the uses differ.

    Examples
    --------
    >>> wide, narrow = Shape((28, 28), 64), Shape((14, 14), 128)
    >>> shape_words([wide])
    '28×28×64'
    >>> above, below = CardBlock(Shape((56, 56), 3), wide), CardBlock(Shape((28, 28), 3), narrow)
    >>> shape_words([wide, narrow], [above, below])
    'H/2×W/2×C'
    """
    rank = min(s.rank for s in shapes)
    parts = []
    for axis in range(rank):
        read = [r.read.size[axis] if r.read.rank == rank else 0 for r in references]
        letter = LETTERS.get(rank, ("",) * rank)[axis]
        parts.append(ratio([s.size[axis] for s in shapes], read, letter))
    channels = [s.channels for s in shapes]
    parts.append(ratio(channels, [r.put.channels for r in references], WIDTH))
    return "×".join(parts)


def said(shapes: Sequence[Shape], references: Sequence[CardBlock] = ()) -> CardText:
    """Return the text on an edge of a card, and what in each block of it."""
    uses = grouped(shapes, references)
    return CardText(shape_words(shapes, references), tuple(map(shape_words, uses)))


def ratio(values: Sequence[int], references: Sequence[int], letter: str) -> str:
    """Return a number; or what part of a letter it is, if that is always the same; or a range.

    Examples
    --------
    >>> ratio([64, 64], [256, 512], "C"), ratio([64, 128], [256, 512], "C"), ratio([9, 7], [], "C")
    ('64', 'C/4', '7…9')
    """
    if len(set(values)) == 1:
        return str(values[0])
    if len(references) == len(values) and all(references) and letter:
        ratios = {Fraction(v, r) for v, r in zip(values, references, strict=True)}
        if len(ratios) == 1:
            top, bottom = (r := ratios.pop()).numerator, r.denominator
            if max(top, bottom) <= LARGEST_RATIO:
                return (str(top) if top > 1 else "") + letter + (f"/{bottom}" if bottom > 1 else "")
        pairs = list(zip(values, references, strict=True))
        for divisor in (2, 4, 8, 16, 32):  # rounded, as strides round what they divide
            if all(-(-r // divisor) == v or r // divisor == v for v, r in pairs):
                return f"{letter}/{divisor}"
    return f"{min(values)}…{max(values)}"
