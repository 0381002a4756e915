"""Receptive fields for rules: what a layer sees at least and at most, against the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.statistics import through
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.graph.node import INPUT
from cnnanalyze.linting.layer_queries import is_spatial

Sizes = tuple[int, ...]
"""One number for each axis of the network's input."""


class Sight(NamedTuple):
    """What the units of a spatial convolution see at least, and what its inputs see at least."""

    facts: NodeFacts
    least: Sizes
    least_before: Sizes

    def is_unproductive(self, extents: Sizes) -> bool:
        """Whether its inputs see the whole image on every path already, so that it adds nothing.

        On a map of one position a window is no window, whatever it sees.
        """
        if self.facts.node.input_shapes[0].positions == 1:
            return False
        return all(b >= n for b, n in zip(self.least_before, extents, strict=True)) and all(
            s > n for s, n in zip(self.least, extents, strict=True)
        )

    def is_critical(self, extents: Sizes) -> bool:
        """Whether it is the first to see more than the image along all of its paths."""
        return not self.is_unproductive(extents) and all(
            s > n for s, n in zip(self.least, extents, strict=True)
        )


def sights(analysis: Analysis) -> Iterator[Sight]:
    """Yield what every convolution with a window of more than a pixel sees.

    As in rfa_toolbox (Richter et al.), the least is taken over all paths, and the least of what the
    inputs see over all inputs.
    """
    rank = analysis.network.input.rank
    start = (1,) * rank
    for facts in analysis:
        node = facts.node
        if not is_spatial(node) or facts.narrow is None:
            continue
        before: list[Sizes] = []
        for source in node.inputs:
            narrow = None if source == INPUT else analysis.facts[source].narrow
            if source != INPUT and narrow is None:
                break
            before.append(start if narrow is None else sizes(narrow))
        else:
            least = tuple(min(axis) for axis in zip(*before, strict=True))
            yield Sight(facts, sizes(facts.narrow), least)


def sizes(fields: tuple[PeriodicField, ...]) -> Sizes:
    """Return the extent of a field along each axis; a gate that sees all does not count."""
    return tuple(field.local.size for field in fields)


def useful_sizes(analysis: Analysis) -> tuple[Sizes, Sizes] | None:
    """From which to which input size does every convolution add something, and some see it all?

    Below the first, some convolution sees more than the image on every path; above the second, none
    sees the whole image.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> useful_sizes(cnn.analyze("zoo:resnet50").analysis)
    ((75, 75), (427, 427))
    """
    found = list(sights(analysis))
    if not found:
        return None
    axes = range(len(found[0].least))
    least = tuple(max(s.least[a] for s in found) for a in axes)
    most = [sizes(s.facts.fields) for s in found if s.facts.fields is not None]
    return least, tuple(max(m[a] for m in most) for a in axes)


def beside(analysis: Analysis, facts: NodeFacts | None = None) -> str:
    """Return what is to be added where a layer, or the network, sees everything besides.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{groupnorm: 2}, relu]}")
    >>> beside(cnn.analyze(net).analysis)
    '; apart from their fields, all units depend on the whole map through groupnorm1'
    """
    seeing = last_spatial(analysis) if facts is None else facts
    source = "" if seeing is None else through(analysis, seeing)
    if not source:
        return ""
    return f"; apart from their fields, all units depend on the whole map through {source}"


def extent(values: Sizes) -> str:
    """Return one number if all axes agree, and otherwise one for each.

    Examples
    --------
    >>> extent((75, 75)), extent((75, 7))
    ('75', '75x7')
    """
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)
