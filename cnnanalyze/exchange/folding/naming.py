"""Naming: what a block is called that nobody named."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, count
from typing import Any

from cnnanalyze.exchange.folding.library import NUMBER, Library
from cnnanalyze.exchange.folding.paths import block_name
from cnnanalyze.exchange.folding.step import REGION, Step, Steps, nested, renamed
from cnnanalyze.exchange.folding.text import Folded
from cnnanalyze.graph.node import INPUT
from cnnanalyze.language.step import RESERVED
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Category, Trait

_BOTTLENECK = 3
"""So many convolutions has a bottleneck, the first and the last with a kernel of 1."""


def name_of(step: Step, library: Library) -> str:
    """Return a name for a block around a join: from the paths of its layers, or from its form.

    Examples
    --------
    >>> conv = Step("conv", (("kernel", 3),))
    >>> name_of(Step("add", branches=((conv, conv), ())), Library())
    'residual'
    """
    if hint := block_name(step):
        return hint
    if step.word == REGION:
        return "module"
    words = [inner.word for inner in _leaves(step, library)]
    traits = [cls.traits for word in words if (cls := KINDS.get(word)) is not None]
    joins = KINDS.get(step.word)
    own = frozenset() if joins is None else joins.traits
    if Trait.PRODUCT in own:
        is_pooled = any(Trait.GLOBAL_POOLING in t for t in traits)
        weighted = sum(Trait.FULL_DEPTH in t for t in traits)
        return "squeeze_excitation" if is_pooled and weighted == 2 else "gate"  # noqa: PLR2004
    if _attends(step, library):
        return "attention_block"
    if Trait.CONCATENATION in own:
        full = [branch for branch in step.branches if branch]
        if len(full) == 1 and len(step.branches) == 2:  # noqa: PLR2004
            return "dense_layer"
        return "module"
    if Trait.SUM in own:
        return _residual(step, library)
    return "module"


def name_of_unit(steps: Steps, library: Library) -> str:
    """Return a name for a block of several steps that repeat."""
    if any(_attends(step, library) for step in steps):
        return "transformer"
    return next((name_of(step, library) for step in steps if step.has_steps), "unit")


def _attends(step: Step, library: Library) -> bool:
    kinds = (KINDS.get(inner.word) for inner in _leaves(step, library))
    return any(
        cls.category is Category.ATTENTION and Trait.MIXES_CHANNELS in cls.traits
        for cls in kinds
        if cls is not None
    )


def _residual(step: Step, library: Library) -> str:
    """Tell a bottleneck from an inverted one, by its kernels."""
    longest = max((b for b in step.branches if not isinstance(b, str)), key=len, default=())
    leaves = list(_leaves(Step("", branches=(longest,)), library))
    is_depthwise = any(
        inner.word.split("_")[0] == Trait.DEPTHWISE or dict(inner.values).get("groups") == "$in"
        for inner in (*nested(longest), *leaves)
    )
    if is_depthwise:
        return "inverted_residual"
    kernels = [
        dict(inner.values).get("kernel")
        for inner in leaves
        if (cls := KINDS.get(inner.word)) is not None and Trait.CONVOLUTION in cls.traits
    ]
    if len(kernels) == _BOTTLENECK and kernels[0] == kernels[-1] == 1 != kernels[1]:
        return "bottleneck"
    return "residual"


def _leaves(step: Step, library: Library) -> list[Step]:
    """Return the layers of a step, with those in the blocks that it calls."""
    found: list[Step] = []
    for inner in nested((step,)):
        block = library.blocks.get(inner.word)
        if block is None:
            found.append(inner)
            continue
        given = {**block.defaults, **dict(inner.values)}
        for leaf in _leaves(Step("", branches=(block.steps,)), library):
            values = tuple((n, _filled(v, given)) for n, v in leaf.values)
            found.append(Step(leaf.word, values, leaf.branches))
    return found


def _filled(value: Any, given: dict[str, Any]) -> Any:  # noqa: ANN401
    return given.get(value[1:], value) if isinstance(value, str) else value


def with_names(folded: Folded) -> Folded:
    """Return a spec whose blocks of one name are told apart by letters."""
    names: dict[str, str] = {}
    for block in folded.blocks:
        base = block.partition(NUMBER)[0]
        letters = (f"{base}_{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")
        numbers = (f"{base}_{number}" for number in count(1))
        free = (n for n in chain([base], letters, numbers) if n not in names.values())
        names[block] = next(n for n in free if KINDS.get(n) is None and n not in (*RESERVED, INPUT))

    def put(steps: Steps) -> Steps:
        return tuple(
            replace(
                step,
                word=names.get(step.word, step.word),
                branches=tuple(b if isinstance(b, str) else put(b) for b in step.branches),
            )
            for step in steps
        )

    blocks = {names[n]: replace(b, steps=put(b.steps)) for n, b in folded.blocks.items()}
    return _in_order(Folded(blocks, put(folded.steps), folded.outputs))


def _in_order(folded: Folded) -> Folded:
    """Return a spec whose maps are numbered as they stand below each other."""
    numbered = (step.name for step in folded.steps if _MAP.fullmatch(step.name))
    names = {name: f"map{number}" for number, name in enumerate(numbered, 1)}
    outputs = tuple(names.get(name, name) for name in folded.outputs)
    return Folded(folded.blocks, renamed(folded.steps, names), outputs)


_MAP = re.compile(r"map\d+")
