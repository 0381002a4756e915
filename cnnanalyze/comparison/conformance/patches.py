"""Patches that are laid side by side: in which order their numbers stand says nothing.

Whether four slices are concatenated or a map is reshaped and transposed, the projection behind has
a weight for every number of a patch, in whatever order these stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from math import prod

from cnnanalyze.comparison.conformance.operation import Operation, ordered
from cnnanalyze.comparison.conformance.windows import MOVING, Tracer
from cnnanalyze.core.shape import Shape

NAME = "space_to_depth"


def with_patches(
    operations: Mapping[str, Operation], inputs: Mapping[str, Shape], outputs: frozenset[str]
) -> dict[str, Operation]:
    """Return operations with patches side by side written in one way, where their order is free.

    Parameters
    ----------
    operations
        By id, in the order of execution.
    inputs
        The shapes of what goes in, by name.
    outputs
        What the network gives.
    """
    readers: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations.values():
        for source in operation.inputs:
            readers[source].append(operation)

    def is_free(operation: Operation) -> bool:
        """Whether what reads it asks for no order of its channels."""
        found = readers[operation.id]
        return bool(found) and operation.id not in outputs and all(map(asks_for_none, found))

    def asks_for_none(reader: Operation) -> bool:
        given = dict(reader.features)
        if reader.name == "layernorm" and given.get("axes") == "channels":
            return is_free(reader)
        return reader.name == "dense" or (reader.name == "conv" and given["groups"] == 1)

    tracer = Tracer(operations, inputs)
    made = dict(operations)
    for operation in operations.values():
        if operation.name in MOVING and operation.shape.rank and is_free(operation):
            found = _patches(operation, tracer)
            made[operation.id] = operation if found is None else found
    return made


def _patches(operation: Operation, tracer: Tracer) -> Operation | None:
    """Return an operation as patches side by side, if that is what it makes."""
    import numpy as np

    found = tracer.of(operation.id)
    root = None if found is None else tracer.shape(found[0])
    if found is None or root is None or root.rank != operation.shape.rank:
        return None
    pairs = list(zip(root.size, operation.shape.size, strict=True))
    if any(n % m for n, m in pairs):
        return None
    block = tuple(n // m for n, m in pairs)
    if prod(block) == 1 or operation.shape.channels != root.channels * prod(block):
        return None
    cut = np.arange(root.count).reshape(
        *(n for m, b in zip(operation.shape.size, block, strict=True) for n in (m, b)), -1
    )
    order = (*range(0, 2 * root.rank, 2), *range(1, 2 * root.rank, 2), 2 * root.rank)
    wanted = cut.transpose(order).reshape(operation.shape.positions, -1)
    places = found[1].reshape(operation.shape.positions, -1)
    # The same order in every patch, and nothing but the numbers of the patch.
    own = places - wanted[:, :1]
    if not np.array_equal(own, np.broadcast_to(own[:1], own.shape)):
        return None
    if not np.array_equal(np.sort(own[0]), np.sort(wanted[0] - wanted[0, 0])):
        return None
    return replace(operation, name=NAME, features=ordered({"block": block}), inputs=(found[0],))
