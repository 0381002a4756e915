"""Families of layer kinds that share a colour, with their words in the legend."""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Category


class Family(NamedTuple):
    """One entry of the legend, with its colours on a light and on a dark page."""

    name: str
    words: str
    light: tuple[str, str]
    """The fill of a box and the stroke around it."""
    dark: tuple[str, str]


FAMILIES = {
    f.name: f
    for f in (
        Family(Category.CONVOLUTION, "convolution", ("#dbeafe", "#2563eb"), ("#172f5c", "#7aa7f7")),
        Family("up", "upsampling", ("#cff4f8", "#0e7490"), ("#0b3a47", "#5cc8dc")),
        Family(Category.POOLING, "pooling", ("#d9f5dd", "#15803d"), ("#123d21", "#6fce8a")),
        Family(Category.DENSE, "fully connected", ("#f3e3fd", "#8b2fc9"), ("#3f1a57", "#cf94f5")),
        Family(
            Category.ATTENTION, "attention, tokens", ("#e4e4fd", "#4f46e5"), ("#282763", "#a5a3f7")
        ),
        Family(Category.SEQUENCE, "sequence", ("#ecf5cf", "#5f7d0e"), ("#313f0c", "#b8d65e")),
        Family(Category.JOIN, "join", ("#fdf0c4", "#a16207"), ("#463408", "#e8bf4c")),
        Family("point", "norm, activation", ("#eceff3", "#667085"), ("#2a303b", "#9aa5b8")),
        Family("move", "reshape", ("#fde4d8", "#b4470f"), ("#4d230d", "#f2a27b")),
        Family(Category.OTHER, "other", ("#fbe0ec", "#b42165"), ("#4c1230", "#f08fba")),
        Family("block", "block", ("#ffffff", "#475467"), ("#1d222b", "#aab4c4")),
    )
}
"""By name, in the order of the legend."""

OF_CATEGORY = {
    Category.CONVOLUTION: Category.CONVOLUTION,
    Category.TRANSPOSED_CONVOLUTION: "up",
    Category.RESIZING: "up",
    Category.POOLING: Category.POOLING,
    Category.DENSE: Category.DENSE,
    Category.SEQUENCE: Category.SEQUENCE,
    Category.JOIN: Category.JOIN,
    Category.NORMALISATION: "point",
    Category.ACTIVATION: "point",
    Category.REGULARISATION: "point",
    Category.SHAPE: "move",
    Category.REARRANGEMENT: "move",
    Category.ATTENTION: Category.ATTENTION,
    Category.OTHER: Category.OTHER,
}
"""The family in which a category is drawn."""


def family(node: Node) -> str:
    """Return the family of a layer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x9x2, layers: [{conv: {filters: 4, kernel: 3}}, relu]}")
    >>> [family(n) for n in net]
    ['conv', 'point']
    """
    return str(OF_CATEGORY[node.layer.category])
