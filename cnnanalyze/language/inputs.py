"""Inputs as they are written: ``224x224x3``, or a mapping with extents, perhaps with values."""

from __future__ import annotations

import collections.abc
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults, show_value
from cnnanalyze.core.shape import EXTENT_NAMES, FORMS, Shape, axis_name, channels_last, parse_text
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain
from cnnanalyze.errors import Mark
from cnnanalyze.graph.naming import is_name
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression import UNKNOWN, evaluate, interpolate
from cnnanalyze.language.symbols import ANY, written_symbols
from cnnanalyze.layers.attributes import LARGEST

if TYPE_CHECKING:
    from cnnanalyze.language.written_inputs import InputExtents


class WrittenInput(NamedTuple):
    """An input of the network: its shape, and its values if the spec gives them."""

    shape: Shape
    mark: Mark
    values: tuple[Any, ...] | None = None
    names: tuple[str, ...] = ()
    """The symbol of each extent whose size is left open; empty if none is."""


_MOST_AXES = 4
"""Three axes of space, and the channels."""


INPUTS = "inputs"
"""The key that has several inputs by their names; ``input`` is the short form of one."""


def read_inputs(
    document: Document, scope: dict[str, object], faults: Faults
) -> dict[NodeId, WrittenInput | None]:
    """Read ``input:``, or ``inputs:``, by name; nothing stands for what a fault hides."""
    faults = faults.under("SP016")
    written = document.written
    if written.inputs is None:
        only = written_inputs(document)
        reader = InputReader(scope, faults)
        return {name: reader.read(written.input, tree.mark) for name, tree in only.items()}
    found: dict[NodeId, WrittenInput | None] = {}
    several = document.going_in
    assert isinstance(several, Mapping)
    for key, _ in several.entries:
        name = key.text
        if len(several.entries) == 1 and name != INPUT and is_name(name):
            faults.add(
                "the only input of a network is called 'input'",
                key.mark,
                help=f"write 'input: 224x224x3', and 'input' for '{name}'",
                code="SP019",
            )
        reader = InputReader(scope, faults, f"the input '{name}'", name)
        found[NodeId(name)] = reader.read(written.inputs.get(name), key.mark)
    return found


class InputReader(NamedTuple):
    """Reads one input, and notes what is wrong with it."""

    scope: dict[str, object]
    faults: Faults
    what: str = "the input"
    """What messages call it."""
    key: str = "input"

    @property
    def help(self) -> str:
        """How an input is written."""
        return f"{self.key}: 224x224x3 (an image), 128x9 (a signal) or 784 (a vector)"

    def read(
        self, written: Scalar | Sequence | InputExtents | None, mark: Mark
    ) -> WrittenInput | None:
        """Return the input; nothing where a fault was noted or hides a number."""
        if written is None:
            return None
        if isinstance(written, Sequence):
            self.refuse_list(written)
            return None
        values: object = None
        names: tuple[str, ...] = ()
        place = mark
        with self.faults.caught():
            if isinstance(written, Scalar):
                place = written.mark
                extents = self.written_extents(written)
                names = written_symbols(written.text)
            else:
                if written.values is not None:
                    values, place = evaluate(written.values, self.scope), written.values.mark
                extents = None if values is UNKNOWN else self.named_extents(written, values, place)
            if extents is None or not self.are_sizes(extents, place):
                return None
            shape = Shape(extents[:-1], extents[-1])
            if values is None:
                return WrittenInput(shape, mark, names=names)
            from cnnanalyze.graph.given_numbers import nest  # noqa: PLC0415 - few inputs have values

            try:
                return WrittenInput(shape, mark, nest(values, shape.extents))
            except ValueError as error:
                self.faults.add(
                    f"the values of {self.what} do not have its shape {shape}: {error}",
                    place,
                    help="give one list per row, and in it one number per position, "
                    "or one list of numbers for the channels",
                )
        return None

    def refuse_list(self, tree: Sequence) -> None:
        """Note that a list does not say what its numbers are."""
        numbers = plain(tree)
        if len(numbers) == _MOST_AXES and numbers[0] in _BATCH:
            rest = [n for n in numbers[1:] if type(n) is int]
            instead = self.orders(rest) if len(rest) == len(numbers) - 1 else self.help
            self.faults.add(
                f"{self.what} {show_value(numbers)} begins with a batch axis, "
                "but counts are for one image",
                tree.mark,
                help=f"leave it out: {instead}",
            )
            return
        remedy = f"'{self.key}: 224x224x3' (height x width x channels)"
        if len(numbers) == 3 and all(type(n) is int for n in numbers):  # noqa: PLR2004 - an image
            remedy = self.orders(numbers)
        self.faults.add(
            f"ambiguous order of the bare list {show_value(numbers)}: "
            "height first, or channels first as in PyTorch?",
            tree.mark,
            help=f"write {remedy}, or a mapping {{height: 224, width: 224, channels: 3}}",
        )

    def orders(self, numbers: list[int]) -> str:
        """Return how three numbers are written, whichever order was meant."""
        first, second, third = numbers
        return (
            f"'{self.key}: {first}x{second}x{third}' (height x width x channels), or "
            f"'{self.key}: {second}x{third}x{first}' if the channels came first"
        )

    def written_extents(self, tree: Scalar) -> tuple[int, ...] | None:
        """Return the extents that one word says."""
        text = interpolate(tree.text, tree.mark, self.scope) if "$" in tree.text else tree.text
        if "unknown" in text:
            return None
        if names := written_symbols(text):
            text = "x".join(
                str(self.scope[name]) if name else word
                for name, word in zip(names, re.split("[x×]", text), strict=True)
            )
        extents = parse_text(text)
        if extents is None or len(extents) > _MOST_AXES:
            self.faults.add(
                f"{self.what} must be written as height x width x channels, "
                f"not {show_value(text or None)}",
                tree.mark,
                help=self.instead(text),
            )
            return None
        return extents

    def instead(self, text: str) -> str:
        """Say how an input is written that is written otherwise."""
        words = [w for w in re.split(r"[\sx×X*,;()\[\]]+", text[:_LONGEST]) if w]
        if len(words) >= _MOST_AXES and words[0] in map(str, _BATCH):
            if all(w.isdecimal() for w in words[1:]):
                return f"leave the batch axis out: {self.written_last(words[1:])}"
            words = words[1:]
        if 1 < len(words) <= _MOST_AXES and all(w.isdecimal() for w in words) and text[-1] != "x":
            return f"write {self.written_last(words)}"
        if set(words) & _OPEN and all(w.isdecimal() or w in _OPEN for w in words):
            shown = "x".join(w if w.isdecimal() else ANY for w in words)
            return (
                "a size that is left open has a letter or a question mark, "
                f"as in '{self.key}: {shown}'"
            )
        return self.help

    def written_last(self, words: list[str]) -> str:
        """Return how an input is written, in both orders if its channels seem to come first."""
        extents = parse_text("x".join(words))
        as_it_stands = f"{self.key}: {'x'.join(words)}, channels last"
        if extents is None or not all(extents):
            return as_it_stands
        meant = channels_last(Shape(extents[:-1], extents[-1]))
        if meant is None:
            return as_it_stands
        return f"{self.key}: {meant} if the channels came first, or {as_it_stands}"

    def named_extents(
        self, written: InputExtents, values: object, place: Mark
    ) -> tuple[int, ...] | None:
        """Return the extents that are named, or those of the values if none is."""
        given = {
            name: evaluate(tree, self.scope)
            for name in EXTENT_NAMES
            if (tree := getattr(written, name)) is not None
        }
        if given:
            (form,) = (form for form in FORMS if set(form) == set(given))
            found = tuple(given[name] for name in form)
            return None if any(n is UNKNOWN for n in found) else found  # type: ignore[return-value]  # checked next
        extents = _extents_of(values)
        if extents is None:
            self.faults.add(
                f"the values of {self.what} must be rows of numbers, not {show_value(values)}",
                place,
                help="values: [[3, 0, 1], [1, 5, 8], [2, 7, 2]]",
            )
        return extents

    def are_sizes(self, extents: tuple[Any, ...], mark: Mark) -> bool:
        """Whether extents are numbers that an input can have; note it if not."""
        for n in extents:
            if type(n) is not int or not 1 <= n <= LARGEST:
                self.faults.add(
                    f"every extent of {self.what} must be a whole number of at least 1 and at most "
                    f"{LARGEST:,}, not {show_value(n)}",
                    mark,
                    help=self.help,
                )
                return False
        return True


_BATCH = (1, -1, None, "None", "N", "n", "batch", "B", "?")
"""What stands for the number of images."""
_OPEN = {"?", "-1", "None", "none", "null", "any", "H", "W", "h", "w"}
_LONGEST = 200


def written_inputs(document: Document) -> dict[NodeId, Tree]:
    """Return where each input is written, by name.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.language.spec import spec_of
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {a: 5x7x1, b: 3}, layers: [{gap: , from: a}, "
    ...     "flatten, {concat: [flatten1, b]}]}"
    ... )
    >>> [(name, tree.mark.column) for name, tree in written_inputs(spec_of(net).document).items()]
    [('a', 22), ('b', 32)]
    """
    tree = document.going_in
    if tree is not document.tree.get(INPUTS):
        return {} if tree is None else {INPUT: tree}
    entries = tree.entries if isinstance(tree, Mapping) else ()
    return {NodeId(key.text): value for key, value in entries}


class ChannelsFirstInput(NamedTuple):
    """An input that was perhaps written with its channels first."""

    name: NodeId
    mark: Mark
    shape: Shape
    """As it is read."""
    meant: Shape
    """What it is with its channels last."""

    @property
    def noun(self) -> str:
        """What a sentence calls it."""
        return "the input" if self.name == INPUT else f"the input '{self.name}'"


def channels_first_inputs(
    document: Document, shapes: collections.abc.Mapping[NodeId, Shape]
) -> Iterator[ChannelsFirstInput]:
    """Yield the inputs that were perhaps written with their channels first.

    A mapping names its extents, so nothing can be mistaken there.
    """
    for name, written in written_inputs(document).items():
        if isinstance(written, Scalar) and (shape := shapes.get(name)) is not None:
            meant = channels_last(shape)
            if meant is not None:
                yield ChannelsFirstInput(name, written.mark, shape, meant)


def explain_channels_first(shape: Shape) -> str:
    """Say how an input is read that was perhaps written with its channels first.

    Examples
    --------
    >>> explain_channels_first(Shape((1, 28), 28))
    '1x28x28 is read as height 1, width 28 and 28 channels'
    """
    names = (f"{axis_name(a, shape.rank)} {n}" for a, n in enumerate(shape.size))
    return f"{shape} is read as {', '.join(names)} and {shape.channels} channels"


def advise_turned(shape: Shape, meant: Shape, name: str = "input") -> str:
    """Say what to write if an input was written with its channels first.

    Examples
    --------
    >>> advise_turned(Shape((3, 224), 224), Shape((224, 224), 3))
    "write 'input: 224x224x3' if the channels came first"
    >>> advise_turned(Shape((8, 3, 224), 224), Shape((224, 224), 3))
    "write 'input: 224x224x3' if a batch axis and the channels came first"
    """
    before = "a batch axis and the channels" if meant.rank < shape.rank else "the channels"
    return f"write '{name}: {meant}' if {before} came first"


def _extents_of(values: object) -> tuple[int, ...] | None:
    """Return the shape of nested lists; a matrix or a row has one channel."""
    extents = []
    level = values
    while isinstance(level, list) and level:
        extents.append(len(level))
        level = level[0]
    if not extents or len(extents) > _MOST_AXES:
        return None
    return (*extents, 1) if len(extents) <= 2 else tuple(extents)  # noqa: PLR2004 - a matrix
