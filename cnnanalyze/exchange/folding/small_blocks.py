"""Small blocks: a convolution with its normalisation and its activation, where many are alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnnanalyze.exchange.folding.generalisation import Unfit
from cnnanalyze.exchange.folding.library import Library, anonymous
from cnnanalyze.exchange.folding.step import Step, Steps, nested, rebuilt
from cnnanalyze.exchange.folding.text import short_word
from cnnanalyze.layers.base import KINDS, Elementwise, Layer
from cnnanalyze.layers.traits import Category, Trait

OFTEN = 3
"""So many runs of one form are worth a block."""
_WEIGHTED = (Category.CONVOLUTION, Category.TRANSPOSED_CONVOLUTION, Category.DENSE)
_TILES = (
    re.compile("wn*a|wn+"),  # a convolution, then what belongs to it
    re.compile("(?<!n)(?:n*+aw|n++w)"),  # the other way round
)
"""The roles of layers that belong together, in two orders."""


def fold_small_blocks(steps: Steps, library: Library) -> Steps:
    """Return steps in which short runs of layers are calls.

    Examples
    --------
    >>> pair = (Step("conv", (("filters", 8), ("kernel", 3)), made=8), Step("relu", read=8, made=8))
    >>> library = Library()
    >>> [step.word for step in fold_small_blocks(3 * pair, library)]
    ['conv_relu#1', 'conv_relu#1', 'conv_relu#1']
    """
    runs: dict[tuple[str, ...], list[Steps]] = {}
    owners = {v for step in nested(steps) for key, v in step.marks if key == "share"}
    for steps_ in _lists(steps):
        for start, length in _tiles(steps_):
            run = steps_[start : start + length]
            if run[-1].name in owners:
                continue  # the layer itself is to be found by its name
            runs.setdefault(tuple(map(_name, run)), []).append(run)
    changed: dict[int, tuple[int, Steps]] = {}
    for found in runs.values():
        if len(found) < OFTEN:
            continue
        try:
            calls = library.add("_".join(_said(found[0])), [anonymous(run) for run in found])
        except Unfit:
            continue
        for run, call in zip(found, calls, strict=True):
            named = replace(call, sources=run[0].sources, name=run[-1].name)
            changed[id(run[0])] = (len(run), (named,))
    return rebuilt(steps, changed)


def _lists(steps: Steps) -> Iterator[Steps]:
    """Return a list of steps, and those in its branches."""
    yield steps
    for step in nested(steps):
        yield from (branch for branch in step.branches if not isinstance(branch, str))


def _tiles(steps: Steps) -> list[tuple[int, int]]:
    """Return the start and the length of every run, in the order that covers more of a list."""
    found: list[list[tuple[int, int]]] = []
    for tile in _TILES:
        runs = []
        for start, end in _stretches(steps):
            roles = "".join(map(_role, steps[start:end]))
            runs += [(start + m.start(), len(m[0])) for m in tile.finditer(roles)]
        found.append(runs)
    return max(found, key=lambda runs: sum(length for _, length in runs))


def _stretches(steps: Steps) -> Iterator[tuple[int, int]]:
    """Return where the parts of a list begin and end in which each step reads the one before."""
    start = 0
    for at, step in enumerate(steps):
        if at > start and (step.sources or steps[at - 1].name):
            yield start, at
            start = at
    yield start, len(steps)


def _role(step: Step) -> str:
    cls = KINDS.get(step.word)
    if cls is None or step.branches or step.marks:
        return " "
    if cls.category in _WEIGHTED:
        return "w"
    if cls.category is Category.ACTIVATION:
        return "a"
    scales = issubclass(cls, Elementwise) and cls.params is not Layer.params
    return "n" if scales or cls.category is Category.NORMALISATION else " "


def _said(run: Steps) -> list[str]:
    """Return the words that a run is called by: of several that scale, the normalisation."""
    scaling = [step for step in run if _role(step) == "n"]
    norms = [s for s in scaling if _category(s) is Category.NORMALISATION]
    kept = (norms or scaling)[:1]
    return [_name(step) for step in run if step not in scaling or any(step is k for k in kept)]


def _category(step: Step) -> Category | None:
    cls = KINDS.get(step.word)
    return None if cls is None else cls.category


def _name(step: Step) -> str:
    """Return the word of a layer; a convolution with a group for each channel is depthwise."""
    values: dict[str, Any] = dict(step.values)
    cls = KINDS.get(step.word)
    if (
        cls is not None
        and Trait.CONVOLUTION in cls.traits
        and 1 < values.get("groups", 1) == step.read
    ):
        return str(Trait.DEPTHWISE)
    return short_word(step.word)
