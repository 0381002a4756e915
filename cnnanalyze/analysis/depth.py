"""Depth: the last layer that still sees by place."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from cnnanalyze.analysis.result import NodeFacts


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
