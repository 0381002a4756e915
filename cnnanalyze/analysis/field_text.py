"""Receptive fields in short: the window that moves with a unit, and what is seen beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.analysis.statistics import is_beside
from cnnanalyze.core.periodic_field import PeriodicField

BESIDE = "+all"
"""Suffix of a field whose units also see everything, beside the window that moves with them."""


def brief(fields: Sequence[PeriodicField]) -> str:
    """Return the field of a unit in short.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> layers = "[{conv: {filters: 4, kernel: [3, 5]}}, {groupnorm: 2}, gap]"
    >>> report = cnn.analyze(cnn.loads(f"{{cnn: 1, input: 9x9x4, layers: {layers}}}"))
    >>> [brief(facts.fields) for facts in report]
    ['3x5', '3x5+all', 'all']
    """
    if fields and not any(f.local.advance for f in fields):
        return "all"
    return mark([str(f.local.size) for f in fields], [is_beside(f) for f in fields])


def mark(sizes: Sequence[str], beside: Sequence[bool], *, short: bool = True) -> str:
    """Return the size along each axis, and along which axes everything is seen besides.

    Examples
    --------
    >>> mark(["3", "3"], [True, True]), mark(["3", "5"], [False, True])
    ('3+all', '3x(5+all)')
    """
    if any(beside) and not all(beside):
        return "x".join(f"({s}{BESIDE})" if b else s for s, b in zip(sizes, beside, strict=True))
    is_one = short and len(set(sizes)) == 1
    together = sizes[0] if is_one else "x".join(sizes)
    return together + (BESIDE if any(beside) else "")


Fields = tuple[PeriodicField, ...]
"""What a unit sees along each axis of an input."""


def of_each(facts: NodeFacts, say: Callable[[Fields], str]) -> str | None:
    """Return what is said of what a layer sees: of each input that it sees, if they are several.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, right: 9x9x1}, layers: ["
    ...     "{maxpool: 3, from: left}, {maxpool: {kernel: 5, stride: 3, padding: 1}, from: right},"
    ...     "{add: [maxpool1, maxpool2]}, gap]}"
    ... )
    >>> [of_each(facts, brief) for facts in cnn.analyze(net)]
    ['3', '5', '3 of left, 5 of right', 'all of each']
    """
    if len(facts.sees) < 2:  # noqa: PLR2004 - the field of one input is that of the layer
        return None if facts.fields is None else say(facts.fields)
    return together([(name, _said(seen.fields, say)) for name, seen in facts.sees])


def _said(fields: Fields | None, say: Callable[[Fields], str]) -> str:
    return "?" if fields is None else say(fields)


def together(parts: Sequence[tuple[str, str]]) -> str:
    """Return what is said of each of several inputs in one phrase; nothing said is left out.

    Examples
    --------
    >>> together([("left", "3"), ("right", "5"), ("age", "")]), together([("image", "7")])
    ('3 of left, 5 of right', '7')
    >>> together([("left", "3"), ("right", "3")])
    '3 of each'
    """
    said = [(name, words) for name, words in parts if words]
    if len({words for _, words in said}) == 1:
        return said[0][1] + (" of each" if len(said) > 1 else "")
    return ", ".join(f"{words} of {name}" for name, words in said)
