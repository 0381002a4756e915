"""The input as it is written: ``224x224x3``, or a mapping with extents, perhaps with values."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults, say
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape, axis_name, channels_last, parse_text
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain
from cnnanalyze.errors import Mark
from cnnanalyze.graph.given_numbers import nest
from cnnanalyze.language.document import Document
from cnnanalyze.language.expression import UNKNOWN, evaluate, interpolate
from cnnanalyze.language.symbols import ANY, written_symbols
from cnnanalyze.layers.attributes import LARGEST


class WrittenInput(NamedTuple):
    """The network's input: its shape, and its values if the spec gives them."""

    shape: Shape
    mark: Mark
    values: tuple[Any, ...] | None = None
    names: tuple[str, ...] = ()
    """The symbol of each extent whose size is left open; empty if none is."""


FORMS = (
    ("height", "width", "channels"),
    ("length", "channels"),
    ("features",),
    ("depth", "height", "width", "channels"),
)
_SAID = (
    "{height, width, channels}, {length, channels}, {features} or {depth, height, width, channels}"
)
_HELP = "input: 224x224x3 (an image), 128x9 (a signal) or 784 (a vector)"
_MOST_AXES = 4
"""Three axes of space, and the channels."""


def read_input(document: Document, scope: dict[str, object], faults: Faults) -> WrittenInput | None:
    """Read ``input:``; nothing comes back where a fault was noted or hides a number."""
    tree = document.tree.get("input")
    if tree is None:
        return None
    faults = faults.under("SP016")
    if isinstance(tree, Sequence):
        _refuse_list(tree, faults)
        return None
    values: object = None
    names: tuple[str, ...] = ()
    place = tree.mark
    with faults.caught():
        if isinstance(tree, Mapping):
            if (written := tree.get("values")) is not None:
                values, place = evaluate(written, scope), written.mark
            extents = None if values is UNKNOWN else _named_extents(tree, values, scope, faults)
        else:
            extents = _written_extents(tree, scope, faults)
            names = written_symbols(tree.text)
        if extents is None or not _are_sizes(extents, tree, faults):
            return None
        shape = Shape(extents[:-1], extents[-1])
        if values is None:
            return WrittenInput(shape, tree.mark, names=names)
        try:
            return WrittenInput(shape, tree.mark, nest(values, shape.extents))
        except ValueError as error:
            faults.add(
                f"the values of the input do not have its shape {shape}: {error}",
                place,
                help="give one list per row, and in it one number per position, "
                "or one list of numbers for the channels",
            )
    return None


def turned(document: Document, shape: Shape) -> Shape | None:
    """Return the input that was meant if it was written with its channels first.

    A mapping names its extents, so nothing can be mistaken there.
    """
    written = document.tree.get("input")
    return channels_last(shape) if isinstance(written, Scalar) else None


def explain_turned(shape: Shape) -> str:
    """Say how an input is read that was perhaps written with its channels first.

    Examples
    --------
    >>> explain_turned(Shape((1, 28), 28))
    '1x28x28 is read as height 1, width 28 and 28 channels'
    """
    names = (f"{axis_name(a, shape.rank)} {n}" for a, n in enumerate(shape.size))
    return f"{shape} is read as {', '.join(names)} and {shape.channels} channels"


def advise_turned(shape: Shape, meant: Shape) -> str:
    """Say what to write if an input was written with its channels first.

    Examples
    --------
    >>> advise_turned(Shape((3, 224), 224), Shape((224, 224), 3))
    "write 'input: 224x224x3' if the channels came first"
    >>> advise_turned(Shape((8, 3, 224), 224), Shape((224, 224), 3))
    "write 'input: 224x224x3' if a batch axis and the channels came first"
    """
    before = "a batch axis and the channels" if meant.rank < shape.rank else "the channels"
    return f"write 'input: {meant}' if {before} came first"


def _refuse_list(tree: Sequence, faults: Faults) -> None:
    numbers = plain(tree)
    if len(numbers) == _MOST_AXES and numbers[0] in _BATCH:
        rest = [n for n in numbers[1:] if type(n) is int]
        faults.add(
            f"the input {say(numbers)} begins with a batch axis, but counts are for one image",
            tree.mark,
            help=f"leave it out: {_orders(rest) if len(rest) == len(numbers) - 1 else _HELP}",
        )
        return
    remedy = "'input: 224x224x3' (height x width x channels)"
    if len(numbers) == 3 and all(type(n) is int for n in numbers):  # noqa: PLR2004 - an image
        remedy = _orders(numbers)
    faults.add(
        f"ambiguous order of the bare list {say(numbers)}: "
        "height first, or channels first as in PyTorch?",
        tree.mark,
        help=f"write {remedy}, or a mapping {{height: 224, width: 224, channels: 3}}",
    )


_BATCH = (1, -1, None, "None", "N", "n", "batch", "B", "?")
"""What stands for the number of images."""


def _orders(numbers: list[int]) -> str:
    first, second, third = numbers
    return (
        f"'input: {first}x{second}x{third}' (height x width x channels), or "
        f"'input: {second}x{third}x{first}' if the channels came first"
    )


def _written_extents(
    tree: Scalar, scope: dict[str, object], faults: Faults
) -> tuple[int, ...] | None:
    text = interpolate(tree.text, tree.mark, scope) if "$" in tree.text else tree.text
    if "unknown" in text:
        return None
    if names := written_symbols(text):
        text = "x".join(
            str(scope[name]) if name else word
            for name, word in zip(names, re.split("[x×]", text), strict=True)
        )
    extents = parse_text(text)
    if extents is None or len(extents) > _MOST_AXES:
        faults.add(
            f"the input must be written as height x width x channels, not {say(text or None)}",
            tree.mark,
            help=_instead(text),
        )
        return None
    return extents


def _instead(text: str) -> str:
    """Say how an input is written that is written otherwise."""
    words = [w for w in re.split(r"[\sx×X*,;()\[\]]+", text[:_LONGEST]) if w]
    if len(words) >= _MOST_AXES and words[0] in map(str, _BATCH):
        if all(w.isdecimal() for w in words[1:]):
            return f"leave the batch axis out: {_written_last(words[1:])}"
        words = words[1:]
    if 1 < len(words) <= _MOST_AXES and all(w.isdecimal() for w in words) and text[-1] != "x":
        return f"write {_written_last(words)}"
    if set(words) & _OPEN and all(w.isdecimal() or w in _OPEN for w in words):
        return f"a size that is left open has a letter or a question mark, {_with_symbols(words)}"
    return _HELP


def _with_symbols(words: list[str]) -> str:
    """Return an input with symbols in the place of what others write for an open size."""
    return f"as in 'input: {'x'.join(w if w.isdecimal() else ANY for w in words)}'"


def _written_last(words: list[str]) -> str:
    """Return an input as it is to be written, in both orders if its channels seem to come first."""
    extents = parse_text("x".join(words))
    as_it_stands = f"input: {'x'.join(words)}, channels last"
    if extents is None or not all(extents):
        return as_it_stands
    meant = channels_last(Shape(extents[:-1], extents[-1]))
    if meant is None:
        return as_it_stands
    return f"input: {meant} if the channels came first, or {as_it_stands}"


_OPEN = {"?", "-1", "None", "none", "null", "any", "H", "W", "h", "w"}
_LONGEST = 200


def _named_extents(
    tree: Mapping, values: object, scope: dict[str, object], faults: Faults
) -> tuple[int, ...] | None:
    """Return the extents that a mapping names, or those of the values if it names none."""
    given = {k.text: evaluate(t, scope) for k, t in tree.entries if k.text != "values"}
    for form in FORMS:
        if set(given) == set(form):
            found = tuple(given[name] for name in form)
            return None if any(n is UNKNOWN for n in found) else found  # type: ignore[return-value]  # checked next
    if not given and values is not None:
        extents = _extents_of(values)
        if extents is None:
            faults.add(
                "the values of the input must be rows of numbers, not " + say(values),
                tree.mark,
                help="values: [[3, 0, 1], [1, 5, 8], [2, 7, 2]]",
            )
        return extents
    words = tuple(dict.fromkeys(w for form in FORMS for w in form))
    if (
        given
        and all(isinstance(v, str) or k not in words for k, v in given.items())
        and any(isinstance(v, str) and parse_text(v) for v in given.values())
    ):
        faults.add(
            f"a network has one input, but this mapping names {', '.join(given)}",
            tree.mark,
            help="several inputs cannot be expressed: write a network for each, or one input with "
            "all channels (input: 28x28x2) that 'slice' takes apart",
        )
        return None
    unknown = next((k for k, _ in tree.entries if k.text not in {*words, "values"}), None)
    faults.add(
        f"the mapping of the input must be one of {_SAID}, not {{{', '.join(given)}}}"
        f"{nearest(unknown.text, words) if unknown else ''}",
        unknown.mark if unknown else tree.mark,
        help=_HELP,
    )
    return None


def _are_sizes(extents: tuple[Any, ...], tree: Tree, faults: Faults) -> bool:
    for n in extents:
        if type(n) is not int or not 1 <= n <= LARGEST:
            faults.add(
                "every extent of the input must be a whole number of at least 1 and at most "
                f"{LARGEST:,}, not {say(n)}",
                tree.mark,
                help=_HELP,
            )
            return False
    return True


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
