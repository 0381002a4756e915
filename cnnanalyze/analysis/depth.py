"""Depth: layers with weights on the longest path, and the last layer that still sees by place."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from cnnanalyze.analysis.result import Analysis, NodeFacts


def weights_of(facts: NodeFacts, analysis: Analysis) -> int:
    """Return how many kernels a layer applies one after the other: a separable convolution has two.

    Normalisations, learned slopes and scales hold numbers, but nobody counts them as depth.
    """
    share = facts.node.share
    params = facts.params if share is None else analysis.facts[share].params
    return sum(p.role.endswith("kernel") for p in params)


def weighted_depth(analysis: Analysis, among: Iterable[NodeFacts] | None = None) -> int:
    """How many layers with weights lie on the longest path?

    Parameters
    ----------
    analysis
        The network.
    among
        The layers of a block, if only paths inside it are asked for.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> weighted_depth(cnn.analyze("zoo:vgg16").analysis)
    16
    """
    longest: dict[str, int] = {}
    for facts in analysis if among is None else among:
        before = max((longest.get(i, 0) for i in facts.node.inputs), default=0)
        longest[facts.node.id] = before + weights_of(facts, analysis)
    return max(longest.values(), default=0)


def last_spatial(analysis: Iterable[NodeFacts]) -> NodeFacts | None:
    """Return the layer that sees most, of those whose units see different parts of the input.

    Along a path fields only grow, so this is the last spatial layer; of several heads, the deepest.
    """
    widest, found = 0, None
    fields, seen = None, -1
    for facts in analysis:
        if facts.fields is not fields:  # most layers see what the one before them sees
            fields = facts.fields
            moves = fields and any(f.local.advance for f in fields)
            seen = prod(f.local.size for f in fields or ()) if moves else -1
        if seen >= widest and facts.output.rank:
            widest, found = seen, facts
    return found
