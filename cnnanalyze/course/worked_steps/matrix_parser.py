"""Matrix parser: matrices on a command line and in files of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from fractions import Fraction
from math import isfinite
from typing import Any

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.exact_number import Number, exact
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.course.worked_steps.volume import Plane, Volume, vector
from cnnanalyze.errors import Fault, Mark, Source, UsageError
from cnnanalyze.language.yaml import read

MOST_NUMBERS = 1_000_000
"""The largest image: a thousand by a thousand."""
_DIGITS = 30
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?|[-+]?\d+/\d+")
_NOT_NUMBERS = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity"}
_FORM = 'rows in brackets, as in "[[3, 0, 1], [1, 5, 8]]", or "3 0 1; 1 5 8"'

Kernel = tuple[Plane | None, ...]
"""The planes of a filter; one alone serves every channel, nothing is a plane of zeros."""


def read_image(texts: Several[str]) -> Volume:
    """Read an image from texts: one holds it all, several hold a plane each.

    A list is a vector, rows are an image of one channel, rows of lists have their channels last, as
    in a spec.

    Raises
    ------
    UsageError
        If that are no numbers, or rows of different lengths.

    Examples
    --------
    >>> str(read_image(["3 0 1; 1 5 8"]).shape), str(read_image(["[0.5, 1/3]"]).shape)
    ('2x3x1', '2')
    >>> str(read_image(["[[1, 2]]", "[[3, 4]]", "[[5, 6]]"]).shape)
    '1x2x3'
    """
    found = [_volume(read_rows(text, "--image"), "--image") for text in texts]
    return found[0] if len(found) == 1 else stack(found, "--image")


def stack(found: Several[Volume], name: str) -> Volume:
    """Return one image of several planes.

    Raises
    ------
    UsageError
        If they are not of one size.
    """
    first = found[0]
    for number, other in enumerate(found, 1):
        if other.channels != 1 or other.rank != 2:  # noqa: PLR2004 - a matrix
            raise UsageError(
                f"{name} {number} is {other.shape}; of several, each is one plane: rows of numbers"
            )
        if (other.height, other.width) != (first.height, first.width):
            raise UsageError(
                f"plane {number} is {other.height}x{other.width}, plane 1 is "
                f"{first.height}x{first.width}: all planes of an image have one size"
            )
    return Volume(tuple(v.planes[0] for v in found))


def plain_text(values: Any) -> str:  # noqa: ANN401 - lists in lists, arrays
    """Write nested values, or an array, as the text that stands for them.

    Examples
    --------
    >>> plain_text([[1, 0.5], ("blur", 2)])
    '[[1, 0.5], [blur, 2]]'
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, list | tuple):
        return f"[{', '.join(map(plain_text, values))}]"
    return str(values)


def read_kernel(text: str) -> Kernel:
    """Read a filter: a name, a matrix, or a list with a name, a matrix or 0 for every channel.

    Raises
    ------
    UsageError
        If it is none of these.

    Examples
    --------
    >>> read_kernel("horizontal-edge")
    (((1, 1, 1), (0, 0, 0), (-1, -1, -1)),)
    >>> read_kernel("[[1, -1]]"), read_kernel("[derivative-x, 0, [[1, 1/2, 1]]]")[1:]
    ((((1, -1),),), (None, ((1, Fraction(1, 2), 1),)))
    """
    tree = read_rows(text, "--kernel")
    if isinstance(tree, Scalar):
        return (_named(tree),)
    depth = _depth(tree)
    if depth > 2 or _holds_names(tree):  # noqa: PLR2004 - a list of matrices
        planes = tuple(map(_channel, _items(tree)))
        sizes = {(len(p), len(p[0])) for p in planes if p is not None}
        if len(sizes) > 1:
            one, other = sorted(sizes)[:2]
            raise UsageError(
                f"the planes of a filter have one size, not {one[0]}x{one[1]} and "
                f"{other[0]}x{other[1]}"
            )
        if not sizes:
            raise UsageError("a filter needs a matrix for one channel at least")
        return planes
    rows = tree if depth == 2 else Sequence((tree,), tree.mark)  # noqa: PLR2004
    return (_plane(rows, "--kernel"),)


def _holds_names(tree: Tree) -> bool:
    """Whether it lists planes, of which one at least is a name: a lone 1/2 is a number."""
    return any(
        isinstance(i, Scalar) and isinstance(i.value, str) and not _NUMBER.fullmatch(i.text)
        and i.text.lower() not in _NOT_NUMBERS
        for i in _items(tree)
    )  # fmt: skip


def _channel(tree: Tree) -> Plane | None:
    if isinstance(tree, Scalar):
        return None if tree.value == 0 and tree.value is not False else _named(tree)
    return _plane(tree, "--kernel")


def _named(tree: Scalar) -> Plane:
    if tree.text in FILTERS:
        return FILTERS[tree.text]
    if _NUMBER.fullmatch(tree.text):
        return ((_number(tree, "--kernel"),),)
    raise UsageError(
        Fault(
            f"unknown filter '{tree.text}'{nearest(tree.text, tuple(FILTERS))}",
            tree.mark,
            help=f"known: {', '.join(FILTERS)}; or a matrix, {_FORM}",
        )
    )


def read_vector(text: str, name: str) -> tuple[Number, ...]:
    """Read a list of numbers; one alone needs no brackets."""
    tree = read_rows(text, name)
    if isinstance(tree, Sequence) and len(tree.items) == 1 and _depth(tree) > 1:
        tree = tree.items[0]
    items = (tree,) if isinstance(tree, Scalar) else _items(tree)
    return tuple(_number(item, name) for item in items)


def read_result(texts: Several[str], name: str) -> Volume:
    """Read numbers in the shape of a result: those that somebody printed, or a gradient by them.

    Examples
    --------
    >>> str(read_result(["0.5"], "--expect").shape), str(read_result(["1 2", "3 4"], "it").shape)
    ('1', '1x2x2')
    """
    found = []
    for text in texts:
        tree = read_rows(text, name)
        is_alone = isinstance(tree, Scalar)
        found.append(vector([_number(tree, name)]) if is_alone else _volume(tree, name))
    return found[0] if len(found) == 1 else stack(found, name)


def read_rows(text: str, name: str) -> Tree:
    """Read a text with brackets, or rows that are parted by semicolons or lines."""
    if text.strip().startswith("[") and "," not in text and ";" not in text:
        # As NumPy prints it: [[1 2] [3 4]].
        text = re.sub(r"(?<=[\w.\]])\s+(?=[-+.\w\[])", ", ", text.strip())
    source = Source(name, text)
    if text.strip().startswith("[") or not re.search(r"[\s;,]", text.strip()):
        if not text.strip():
            raise UsageError(f"{name} is empty", help=f"write {_FORM}")
        return read(source)
    return _table(source)


def read_table(source: Source) -> Volume:
    """Read rows of numbers, parted by commas, semicolons, tabs or blanks; a plane per paragraph."""
    paragraphs: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(source.text.splitlines(), 1):
        if line.strip():
            paragraphs[-1].append((number, line))
        elif paragraphs[-1]:
            paragraphs.append([])
    planes = [p for p in paragraphs if p]
    if not planes:
        raise UsageError(f"{source.name} is empty: there is no number in it")
    found = [
        _volume(_rows(source, [_cells(source, n, line, 0) for n, line in p]), source.name)
        for p in planes
    ]
    return found[0] if len(found) == 1 else stack(found, source.name)


def _table(source: Source) -> Tree:
    rows = []
    for number, line in enumerate(source.text.splitlines(), 1):
        start = 0
        for part in line.split(";"):
            if part.strip():
                rows.append(_cells(source, number, part, start))
            start += len(part) + 1
    return _rows(source, rows)


def _cells(source: Source, line: int, text: str, start: int) -> Tree:
    # In a file every separator parts numbers; blanks around one belong to it.
    items = [
        Scalar(m[0], m[0], True, Mark(source, line, start + m.start() + 1, len(m[0])))
        for m in re.finditer(r"[^\s,;]+", text.replace("\ufeff", " "))
    ]
    return Sequence(tuple(items), Mark(source, line, start + 1, max(1, len(text))))


def _rows(source: Source, rows: list[Tree]) -> Tree:
    return Sequence(tuple(rows), Mark(source, 1, 1))


# --- from trees to numbers ------------------------------------------------------------------------


def _items(tree: Tree) -> tuple[Tree, ...]:
    return tree.items if isinstance(tree, Sequence) else ()


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree.items), default=0) if isinstance(tree, Sequence) else 0


def _volume(tree: Tree, name: str) -> Volume:
    depth = _depth(tree)
    if not depth or depth > 3 or isinstance(tree, Mapping):  # noqa: PLR2004 - with channels
        raise UsageError(Fault(f"{name} takes numbers in rows", tree.mark, help=f"write {_FORM}"))
    if depth == 1:
        row = _row(tree, name)
        if not row:
            raise UsageError(Fault(f"{name} is empty", tree.mark, help=f"write {_FORM}"))
        return vector(row)
    if depth == 2:  # noqa: PLR2004
        return Volume((_plane(tree, name),))
    rows = [_plane(row, name) for row in _items(tree)]
    sizes = {(len(row), len(row[0])) for row in rows}
    if len(sizes) > 1:
        (a, b), (c, d) = sorted(sizes)[:2]
        raise UsageError(
            Fault(
                f"the rows of {name} differ: {a} places of {b} channels, and {c} of {d}",
                tree.mark,
                help="write rows of places of channels, or every plane in an option of its own",
            )
        )
    return Volume(
        tuple(
            tuple(tuple(place[c] for place in row) for row in rows) for c in range(len(rows[0][0]))
        )
    )


def _plane(tree: Tree, name: str) -> Plane:
    rows = [_row(item, name) for item in _items(tree)]
    if not rows or not rows[0]:
        raise UsageError(Fault(f"{name} is empty", tree.mark, help=f"write {_FORM}"))
    for number, (row, item) in enumerate(zip(rows, _items(tree), strict=True), 1):
        if len(row) != len(rows[0]):
            raise UsageError(
                Fault(
                    f"row {number} of {name} holds {len(row)} numbers, row 1 holds {len(rows[0])}: "
                    f"{len(row)} ≠ {len(rows[0])}",
                    item.mark,
                    help="every row needs as many numbers",
                )
            )
    if len(rows) * len(rows[0]) > MOST_NUMBERS:
        count = len(rows) * len(rows[0])
        raise UsageError(f"{name} holds {count:,} numbers: {count:,} > {MOST_NUMBERS:,}")
    return tuple(rows)


def _row(tree: Tree, name: str) -> tuple[Number, ...]:
    if not isinstance(tree, Sequence):
        raise UsageError(
            Fault(
                f"{name}: {_said(tree)} is where a row should be", tree.mark, help=f"write {_FORM}"
            )
        )
    return tuple(_number(item, name) for item in tree.items)


def _said(tree: Tree) -> str:
    return f"'{tree.text}'" if isinstance(tree, Scalar) else "a list"


def _number(tree: Tree, name: str) -> Number:
    if not isinstance(tree, Scalar):
        raise UsageError(
            Fault(
                f"{name}: {_said(tree)} is where a number should be",
                tree.mark,
                help=f"write {_FORM}",
            )
        )
    text = tree.text.replace("\u2212", "-")
    if text.lower().lstrip(".") in _NOT_NUMBERS or (
        isinstance(tree.value, float) and not isfinite(tree.value)
    ):
        raise UsageError(Fault(f"{name}: '{tree.text}' is not finite", tree.mark))
    if not _NUMBER.fullmatch(text) or len(text) > _DIGITS:
        raise UsageError(
            Fault(
                f"{name}: {show_value(tree.text)} is not a number",
                tree.mark,
                help="numbers are 3, -2, 0.5, 1e-3 or 1/9",
            )
        )
    try:
        return exact(Fraction(text))
    except ZeroDivisionError:
        raise UsageError(Fault(f"{name}: '{tree.text}' divides by zero", tree.mark)) from None
