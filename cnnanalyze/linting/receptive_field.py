"""Receptive fields for rules: what a layer sees at least and at most, against the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.receptive_field import Seen
from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.analysis.seen_input import SeenInput
from cnnanalyze.analysis.statistics import through
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.graph.node import NodeId
from cnnanalyze.linting.layer_queries import is_spatial

Sizes = tuple[int, ...]
"""One number for each axis of an input of the network."""


class LeastField(NamedTuple):
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


def least_fields(image: SeenInput) -> Iterator[LeastField]:
    """Yield what every convolution with a window of more than a pixel sees of an input.

    As in rfa_toolbox (Richter et al.), the least is taken over all paths, and the least of what the
    inputs see over all inputs.
    """
    start = (1,) * image.shape.rank
    for facts in image:
        node = facts.node
        if not is_spatial(node) or facts.narrow is None:
            continue
        before: list[Sizes] = []
        for source in node.inputs:
            if source != image.name and source not in image:
                continue  # it sees nothing of the input
            narrow = None if source == image.name else image[source].narrow
            if source != image.name and narrow is None:
                break
            before.append(start if narrow is None else sizes(narrow))
        else:
            least = tuple(min(axis) for axis in zip(*before, strict=True))
            yield LeastField(facts, sizes(facts.narrow), least)


def sizes(fields: tuple[PeriodicField, ...]) -> Sizes:
    """Return the extent of a field along each axis; a gate that sees all does not count."""
    return tuple(field.local.size for field in fields)


def useful_sizes(image: SeenInput) -> tuple[Sizes, Sizes] | None:
    """From which to which input size does every convolution add something, and some see it all?

    Below the first, some convolution sees more than the image on every path; above the second, none
    sees the whole image.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> (image,) = seen_inputs(cnn.analyze("zoo:resnet50").analysis)
    >>> useful_sizes(image)
    ((75, 75), (427, 427))
    """
    found = list(least_fields(image))
    if not found:
        return None
    axes = range(len(found[0].least))
    least = tuple(max(s.least[a] for s in found) for a in axes)
    most = [sizes(s.facts.fields) for s in found if s.facts.fields is not None]
    return least, tuple(max(m[a] for m in most) for a in axes)


def beside(image: SeenInput, facts: NodeFacts | None = None) -> str:
    """Return what is to be added where a layer, or the network, sees everything besides.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> net = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{groupnorm: 2}, relu]}")
    >>> (image,) = seen_inputs(cnn.analyze(net).analysis)
    >>> beside(image)
    '; apart from their fields, all units depend on the whole map through groupnorm1'
    """
    seeing = last_spatial(image) if facts is None else facts
    source = "" if seeing is None else through(image, seeing)
    if not source:
        return ""
    return f"; apart from their fields, all units depend on the whole map through {source}"


def noun(image: SeenInput, facts: NodeFacts) -> str:
    """Return what a finding about a layer calls an input: by its name if the layer sees others.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> net = cnn.loads(
    ...     "{cnn: 1, inputs: {left: 9x9x1, right: 9x9x1}, layers: ["
    ...     "{maxpool: 3, from: left}, {maxpool: 3, from: right}, {add: [maxpool1, maxpool2]}]}"
    ... )
    >>> left, right = seen_inputs(cnn.analyze(net).analysis)
    >>> noun(right, right["maxpool2"]), noun(right, right["add1"])
    ('the image', 'right')
    """
    seen = image.analysis[facts.node.id].sees
    return str(image.name) if sum(map(_has_axes, seen)) > 1 else "the image"


def _has_axes(seen: tuple[NodeId, Seen]) -> bool:
    return seen[1].fields != ()


def extent(values: Sizes) -> str:
    """Return one number if all axes agree, and otherwise one for each.

    Examples
    --------
    >>> extent((75, 75)), extent((75, 7))
    ('75', '75x7')
    """
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "x".join(texts)
