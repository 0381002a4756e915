"""Numbers: a converted file is run on our executor with the numbers of the file itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnanalyze.exchange.onnx.conversion import Held, Viewed
from cnnanalyze.exchange.onnx.network import Converted
from cnnanalyze.exchange.views import IMAGES, REPEATED, Axis, View
from cnnanalyze.execute.run import RunStep, execute

Array = npt.NDArray[Any]


def seen(array: Array, view: View) -> Array:
    """Return the tensor of a view; the first axis of the array counts images."""
    places: list[Array] = [np.zeros((1,) * max(1, _count(view)), np.int64) for _ in array.shape]
    number, shape = 0, []
    for axis in view.axes:
        for digit in axis:
            form = [1] * max(1, _count(view))
            form[number] = digit.extent
            index = np.arange(digit.extent).reshape(form)
            number += 1
            if digit.role == REPEATED:
                index = index * 0
            role = 0 if digit.role in {IMAGES, REPEATED} else digit.role + 1
            places[role] = places[role] + index * (0 if digit.role == REPEATED else digit.stride)
            shape.append(digit.extent)
    wide = np.broadcast_shapes(*(p.shape for p in places), tuple(shape) or (1,))
    found: Array = array[tuple(np.broadcast_to(p, wide) for p in places)]
    return found.reshape(view.extents)


def _count(view: View) -> int:
    return sum(map(len, view.axes))


def laid(tensor: Array, value: Viewed) -> Array:
    """Return the array of a layer, images first, of which a tensor is the view."""
    shape = value.layer.shape.extents
    images = next((d.extent for axis in value.view.axes for d in axis if d.role == IMAGES), 1)
    out = np.zeros((images, *shape), tensor.dtype)
    order = np.arange(out.size).reshape(out.shape)
    out.reshape(-1)[seen(order, value.view).reshape(-1)] = tensor.reshape(-1)
    return out


def held(one: Held, tensors: Mapping[str, Array]) -> Array | None:
    """Return the numbers of a tensor of a layer, from those of the file."""
    if one.source not in tensors:
        return None
    found = regrouped(tensors[one.source], one.axes)
    return one.times / found if one.is_divisor else one.times * found


def regrouped(tensor: Array, axes: Sequence[Axis]) -> Array:
    """Return a tensor with these digits for axes."""
    return seen(tensor[None], View(tuple(axes)))


def run(
    converted: Converted,
    feeds: Mapping[str, Array],
    tensors: Mapping[str, Array],
    given: Mapping[str, Mapping[str, Array]] | None = None,
) -> dict[str, Array]:
    """Return the outputs of a file, computed by our executor on the numbers of the file.

    For some kinds of layers numbers may be given: those that the file holds in another order.
    """
    network = converted.network
    steps = []
    for node in network:
        weights = dict((given or {}).get(node.kind, {}))
        for role, one in converted.held.get(node.id, {}).items():
            numbers = held(one, tensors)
            wanted = {p.role: p.shape for p in node.layer.params(*node.input_shapes)}
            if numbers is not None and role in wanted:
                weights[role] = np.ascontiguousarray(numbers.reshape(wanted[role]))
        roles = {p.role for p in node.layer.params(*node.input_shapes)}
        if node.share is None and roles - set(weights):
            raise LookupError(f"{node.id} ({node.kind}) lacks {sorted(roles - set(weights))}")
        steps.append(
            RunStep(
                node.id,
                node.kind,
                node.attributes,
                tuple(node.inputs),
                node.share,
                weights or None,
            )
        )
    images: dict[str, Array] = {
        value.layer.id: laid(np.asarray(feeds[name], np.float64), value)
        for name, value in converted.inputs.items()
    }
    batch = max(len(image) for image in images.values())
    images = {
        name: image if len(image) == batch else np.repeat(image, batch, 0)
        for name, image in images.items()
    }
    found = execute(
        steps,
        images,
        [value.layer.id for value in converted.outputs.values()],
        dtype=np.float64,
    )
    return {
        name: seen(found.outputs[value.layer.id], value.view)
        for name, value in converted.outputs.items()
    }
