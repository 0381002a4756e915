"""Given weights: the numbers that a spec gives for the tensors of a layer, with their places."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping, Tree
from cnnanalyze.errors import SpecError
from cnnanalyze.graph.given_numbers import GivenError, GivenTensor, fill_tensors
from cnnanalyze.language.expression import UNKNOWN
from cnnanalyze.language.scope import Scope, SpecReading
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


def read_weights(
    written: Tree, scope: Scope, layer: Layer, shapes: tuple[Shape, ...], reading: SpecReading
) -> tuple[GivenTensor, ...]:
    """Return the numbers that a step gives for its tensors."""
    if (value := reading.value(written, scope)) is UNKNOWN:
        return ()
    with reading.under("SP020").faults.caught(scope.chain):
        return read_given(value, written, layer, shapes)
    return ()
