"""The way back: gradients of a chain of worked layers, or of a network, by all that it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cnnanalyze.core.exact_number import whole
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.course.worked_steps.worked_layer import TensorGradient, WorkedLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network

ONES = "ones"
"""A gradient of 1 everywhere: the loss is the sum of the output."""


class Link(NamedTuple):
    """A worked layer, with the names of what it reads and of whose tensors it holds."""

    id: str
    inputs: tuple[str, ...]
    owner: str
    worked: WorkedLayer


class Gradients(NamedTuple):
    """The gradients of a chain of layers."""

    volumes: Mapping[str, Volume]
    """By what comes out of each layer, and by each input of the chain."""
    tensors: Mapping[tuple[str, str], TensorGradient]
    """By what a layer holds: its id and the role of the tensor."""
    sections: tuple[WorkedLayer, ...]
    """How they come about, from the last layer to the first."""


INPUT = "input"


def go_back(sections: Sequence[WorkedLayer], upstream: Volume | None) -> Gradients:
    """Return the gradients of layers that follow one another.

    Parameters
    ----------
    sections
        The layers, worked out.
    upstream
        The gradient by the last output; nothing stands for ones.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import apply, convolve
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
    >>> first = convolve(read_image(["1 2 3; 4 5 6; 7 8 9"]), [read_kernel("1 0; 0 -1")])
    >>> found = go_back([first, apply(first.after, "leaky_relu")], None)
    >>> found.tensors["1", "kernel"].numbers
    (Fraction(3, 25), Fraction(4, 25), Fraction(6, 25), Fraction(7, 25))
    """
    ids = [INPUT, *(str(n) for n, _ in enumerate(sections, 1))]
    links = [Link(ids[n], (ids[n - 1],), ids[n], s) for n, s in enumerate(sections, 1)]
    return _go_back(links, ids[-1], upstream)


def go_back_through(
    network: Network, sections: Sequence[WorkedLayer], upstream: Volume | None
) -> Gradients:
    """Return the gradients of a network whose layers were worked out.

    Raises
    ------
    UsageError
        If it has several outputs, or one of its layers has no way back.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.course.worked_steps.network import work_out
    >>> edges = cnn.load("zoo:edge_detection")
    >>> found = go_back_through(edges, work_out(edges), None)
    >>> found.tensors["edges", "kernel"].shape
    (3, 3, 1, 1)
    """
    if len(network.outputs) > 1:
        raise UsageError(
            f"{network.name} has {len(network.outputs)} outputs ({', '.join(network.outputs)}), "
            "and a gradient comes from one",
            help="name one in the spec: 'outputs: NAME'",
        )
    links = []
    for node, worked in zip(network, sections, strict=True):
        owner = node
        while owner.share is not None:
            owner = network[owner.share]
        links.append(Link(node.id, node.inputs, owner.id, worked))
    return _go_back(links, network.outputs[0], upstream)


def _go_back(links: Sequence[Link], output: str, upstream: Volume | None) -> Gradients:
    by_id = {link.id: link for link in links}
    if output in by_id:
        upstream = _fitting(by_id[output].worked, upstream)
    volumes = {output: upstream} if upstream is not None else {}
    tensors: dict[tuple[str, str], TensorGradient] = {}
    sections: list[WorkedLayer] = []
    for link in reversed(links):
        if link.id not in volumes:
            continue  # nothing that is asked for depends on it
        if link.worked.backward is None:
            raise UsageError(
                f"'{link.worked.name}': {link.worked.kind} has no gradient that is worked out by "
                "hand"
            )
        found = link.worked.backward(volumes[link.id])
        sections += found.sections
        for name, volume in zip(link.inputs, found.inputs, strict=True):
            if name not in volumes:
                volumes[name] = volume
                continue
            before = volumes[name]
            volumes[name] = _sum(before, volume)
            sections.append(
                WorkedLayer(
                    name, "", "gradient: several layers read it, so theirs are added up",
                    (before, volume), volumes[name], gradient_of="sum",
                )
            )  # fmt: skip
        for role, gradient in found.tensors.items():
            key = (link.owner, role)
            if key not in tensors:
                tensors[key] = gradient
                continue
            tensors[key] = total = _added(tensors[key], gradient)
            title = f"gradient of the {role}: several layers share it, so theirs are added up"
            sections.append(
                WorkedLayer(
                    link.owner, "", title, (vector(gradient.numbers),), vector(total.numbers),
                    gradient_of=role, tensor_shape=total.shape,
                )
            )  # fmt: skip
    return Gradients(volumes, tensors, tuple(sections))


def _fitting(worked: WorkedLayer, upstream: Volume | None) -> Volume:
    """Return the gradient by an output, in the shape of the output.

    Raises
    ------
    UsageError
        If it has another shape.
    """
    after = worked.after
    if upstream is None:
        return after.like((1,) * after.shape.count)
    if not after.rank and upstream.channels * upstream.height == 1:
        upstream = vector(upstream.flat())  # a row may stand for a vector
    elif after.rank == 1 and not upstream.rank:
        upstream = Volume(((upstream.flat(),),), rank=1)
    if upstream.shape != after.shape:
        raise UsageError(
            f"the gradient is {upstream.shape}, but '{worked.name}' gives {after.shape}: "
            f"{upstream.shape} ≠ {after.shape}",
            help=f"give a number for each of the output, or '{ONES}'",
        )
    return upstream


def _sum(one: Volume, other: Volume) -> Volume:
    return one.like([whole(a + b) for a, b in zip(one.flat(), other.flat(), strict=True)])


def _added(one: TensorGradient, other: TensorGradient) -> TensorGradient:
    numbers = zip(one.numbers, other.numbers, strict=True)
    return TensorGradient(one.shape, tuple(whole(a + b) for a, b in numbers))
