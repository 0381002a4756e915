"""Labels: the texts in boxes and on edges, for one layer or for all that a box represents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.text_metrics import shorten, text_width
from cnnanalyze.graph.box_grouping import Box
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import stride_of

LETTERS = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""Letters for the extents of the input of a block, where its uses differ."""
WIDTH = "C"
"""The letter for the output channels of a block, where its uses differ."""
LARGEST_RATIO = 16


class BlockShapes(NamedTuple):
    """The shapes of one use of a detail, to which its texts are relative."""

    input: Shape
    """The shape of the first input."""
    output: Shape
    """The shape of the last output."""
    use: int = 0
    """The number of the use."""


class VaryingText(NamedTuple):
    """A text in a detail, and its wording in each use."""

    text: str = ""
    uses: tuple[str, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether some use has another text."""
        return any(u != self.text for u in self.uses)

    def width(self, size: float) -> float:
        """Return the width that suffices for every use."""
        return max(text_width(t, size) for t in {self.text, *self.uses})


class BoxText(NamedTuple):
    """The text in a box."""

    title: str
    before: tuple[tuple[str, str], ...] = ()
    """Ids and kinds of the layers before the main one."""
    after: tuple[tuple[str, str], ...] = ()
    name: str = ""
    """The name that the spec gives the layer; empty if it is a kind with a number."""
    titles: tuple[str, ...] = ()
    """The title in each use of the detail around the box."""
    names: tuple[str, ...] = ()
    """The name in each use."""


def box_text(boxes: Sequence[Box], references: Sequence[BlockShapes] = ()) -> BoxText:
    """Return the text of a box that represents several.

    Parameters
    ----------
    boxes
        The boxes represented: one, or equal ones of several blocks.
    references
        For each of them, the shapes of the block around it.
    """
    first = boxes[0]
    uses = grouped(boxes, references)
    return BoxText(
        title_of([b.main for b in boxes], references),
        tuple((str(n.id), kind_word(n)) for n in first.before),
        tuple((str(n.id), kind_word(n)) for n in first.after)
        + ((("", "shared"),) if first.main.share else ())
        + ((("", "frozen"),) if first.main.frozen else ()),
        given_name(first.path, first.main),
        tuple(title_of([b.main for b in found]) for found in uses),
        tuple(given_name(found[0].path, found[0].main) for found in uses),
    )


Item = TypeVar("Item")


def grouped(items: Sequence[Item], references: Sequence[BlockShapes]) -> tuple[list[Item], ...]:
    """Group items by the use of a detail that they belong to.

    Examples
    --------
    >>> here, there = (BlockShapes(Shape((), 1), Shape((), 1), use) for use in (0, 1))
    >>> grouped("abc", [here, there, there])
    (['a'], ['b', 'c'])
    """
    found: dict[int, list[Item]] = {}
    if references:
        for item, reference in zip(items, references, strict=True):
            found.setdefault(reference.use, []).append(item)
    return tuple(found[use] for use in sorted(found))


def repeated(title: str, times: int) -> str:
    """Return a title with the number of repeats.

    Examples
    --------
    >>> repeated("unit", 3), repeated("unit", 1)
    ('unit  ×3', 'unit')
    """
    return f"{title}  ×{times}" if times > 1 else title


SAID = ("factor", "rate")
"""The attributes whose values are said where they differ among repeated blocks."""


def varying_values(members: Sequence[Sequence[Node]]) -> str:
    """Return in which values repeated blocks differ: ``scale 1…0.93``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> unit = "{scale: 1}, {scale: 0.5}, {scale: 0.25}, {dropout: 0.1}, {dropout: 0.1}"
    >>> nodes = cnn.loads(f"{{cnn: 1, input: 5, layers: [{unit}]}}").nodes
    >>> varying_values([nodes[:1], nodes[1:2], nodes[2:3]]), varying_values([nodes[3:4], nodes[4:]])
    ('scale 1…0.25', '')
    """
    found: dict[str, list[float]] = {}
    for at in zip(*members, strict=False):
        for name in SAID:
            values = [n.attributes.get(name) for n in at]
            if len(set(values)) > 1 and all(isinstance(v, int | float) for v in values):
                found.setdefault(kind_word(at[0]), []).extend(values)
    said = []
    for word, numbers in found.items():
        falls = numbers[0] > numbers[-1]
        ends = (max(numbers), min(numbers)) if falls else (min(numbers), max(numbers))
        said.append(f"{word} " + "…".join(f"{n:.3g}" for n in ends))
    return ", ".join(said)


def kind_word(node: Node) -> str:
    """Return the short word for a layer kind."""
    return shorten(node.word, 20)


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


def title_of(nodes: Sequence[Node], references: Sequence[BlockShapes] = ()) -> str:
    """Return the title of a box: ``3×3 conv, 64, /2``.

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
    parts = [kind_word(node)]
    if "kernel" in values:
        kernel = values["kernel"]
        rank = node.input_shapes[0].rank
        extents = kernel if isinstance(kernel, tuple) else (kernel,) * rank
        parts = [f"{_of_size(extents)} {parts[0]}"]
    output_channels = [r.output.channels for r in references]
    if values.get("bidirectional"):
        parts = [f"bidirectional {parts[0]}"]
        parts.append(ratio([n.attributes["units"] for n in nodes], output_channels, WIDTH))
    elif "filters" in values or "units" in values:
        parts.append(ratio([n.output.channels for n in nodes], output_channels, WIDTH))
    parts += _details(nodes, output_channels)
    return shorten(", ".join(parts), 40)


def _details(nodes: Sequence[Node], output_channels: Sequence[int]) -> list[str]:
    """Return the attributes that a title shows.

    Numbers that differ between uses are given relative to ``output_channels`` of their blocks.
    """
    values = nodes[0].attributes
    details = [_words(values[name]) for name in nodes[0].layer.labels.shown]
    if "heads" in values:
        heads = ratio([n.attributes["heads"] for n in nodes], output_channels, WIDTH)
        details.append(f"{heads} {'head' if heads == '1' else 'heads'}")
    if values.get("window") is not None:
        window, rank = values["window"], nodes[0].input_shapes[0].rank
        extents = window if isinstance(window, tuple) else (window,) * rank
        is_shifted = set(_sides(values["shift"])) != {0}
        size = "×".join(map(str, extents))
        details.append(f"shifted {size}" if is_shifted else f"{size} windows")
    stride = stride_of({"stride": 1, **values})
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


def _of_size(extents: tuple[int, ...]) -> str:
    """Return the size of a kernel; along one axis it must not read as a number of layers.

    Examples
    --------
    >>> _of_size((3, 5)), _of_size((80,)), _of_size((1,))
    ('3×5', '80-wide', 'pointwise')
    """
    if len(extents) > 1:
        return "×".join(map(str, extents))
    return "pointwise" if extents == (1,) else f"{extents[0]}-wide"


def _words(value: Any) -> str:  # noqa: ANN401 - one word or several
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _sides(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - one number or one per axis
    return value if isinstance(value, tuple) else (value,)


def _extents(value: Any) -> str:  # noqa: ANN401 - one number or one per axis
    if isinstance(value, tuple):
        texts = [str(v) for v in value]
        return texts[0] if len(set(texts)) == 1 else "×".join(texts)
    return str(value)


def shape_text(shapes: Sequence[Shape], references: Sequence[BlockShapes] = ()) -> str:
    """Return a shape as an edge label: ``56×56×64``, or ``H/2×W/2×C`` where the uses differ.

    Examples
    --------
    >>> wide, narrow = Shape((28, 28), 64), Shape((14, 14), 128)
    >>> shape_text([wide])
    '28×28×64'
    >>> above, below = (
    ...     BlockShapes(Shape((56, 56), 3), wide),
    ...     BlockShapes(Shape((28, 28), 3), narrow),
    ... )
    >>> shape_text([wide, narrow], [above, below])
    'H/2×W/2×C'
    """
    rank = min(s.rank for s in shapes)
    parts = []
    for axis in range(rank):
        read = [r.input.size[axis] if r.input.rank == rank else 0 for r in references]
        letter = LETTERS.get(rank, ("",) * rank)[axis]
        parts.append(ratio([s.size[axis] for s in shapes], read, letter))
    channels = [s.channels for s in shapes]
    parts.append(ratio(channels, [r.output.channels for r in references], WIDTH))
    return "×".join(parts)


def varying_text(shapes: Sequence[Shape], references: Sequence[BlockShapes] = ()) -> VaryingText:
    """Return the label of an edge in a detail, and its wording in each use."""
    uses = grouped(shapes, references)
    return VaryingText(shape_text(shapes, references), tuple(map(shape_text, uses)))


def ratio(values: Sequence[int], references: Sequence[int], letter: str) -> str:
    """Return the common value; or its constant ratio to a letter; or the range.

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
