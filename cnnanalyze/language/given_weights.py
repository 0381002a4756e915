"""Given numbers: explicit weights and named filters of a layer (``weights:``)."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping, Tree
from cnnanalyze.errors import SpecError
from cnnanalyze.graph.given_numbers import GivenError, fill_tensors
from cnnanalyze.graph.node import GivenTensor
from cnnanalyze.layers.base import Layer


def read_given(
    value: object, tree: Tree, layer: Layer, shapes: tuple[Shape, ...]
) -> tuple[GivenTensor, ...]:
    """Read the numbers that a spec gives for the tensors of a layer.

    ``value`` is what ``tree`` is worth, its expressions evaluated.

    Raises
    ------
    SpecError
        If the layer has no such tensor or the numbers do not have its shape.
    """
    try:
        return fill_tensors(value, layer, shapes)
    except GivenError as error:
        mark = tree.mark
        for key, numbers in tree.entries if isinstance(tree, Mapping) else ():
            if key.text == error.role:
                mark = key.mark if error.is_unknown else numbers.mark
        raise SpecError(*(replace(fault, mark=mark) for fault in error.faults)) from None
