"""Sizes of maps as expressions: how the extent of every axis of an output comes about."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.expression import Expression
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.solution import substituted


def size_trees(analysis: Analysis, layer: str) -> tuple[Expression, ...]:
    """Return how the size of a layer's output is computed, axis by axis; None if it has no axes.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> analysis = cnn.analyze("zoo:lecture_000_lenet").analysis
    >>> [tree.value for tree in size_trees(analysis, "pool2")]
    [5, 5]
    """
    if "output" not in quantities(analysis, layer):
        return ()
    return axes_of(explain(analysis, layer, "output").steps, analysis, layer)


def axes_of(
    steps: Sequence[DerivationStep], analysis: Analysis, layer: str
) -> tuple[Expression, ...]:
    """Return the steps that end in a size, each with those before put in."""
    shape = analysis[layer].output
    sizes = [n for n, s in enumerate(steps) if s.symbol.key == "output"]
    if len(sizes) not in {1, shape.rank} or shape.is_vector:
        return ()
    each = tuple(substituted(steps[: n + 1], layer) for n in sizes)
    each = each * shape.rank if len(each) == 1 else each
    return each if tuple(e.value for e in each) == shape.size else ()
