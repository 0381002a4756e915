"""Networks made small, with weights of both signs, and what the executor makes of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import step_of
from cnnanalyze.errors import CnnError
from cnnanalyze.execute.run import Store, execute
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import Node

Array = np.ndarray[Any, Any]
Tensors = dict[str, dict[str, Array]]

LARGEST = 1e30
"""What is larger is not a number; some say minus infinity by the lowest number of 32 bits."""
SIDES = (33, 49, 65, 97, 113, 128, 161, 193)
"""Sides of images that are tried, the smallest first."""


MOST_PARAMETERS, MOST_LAYERS = 6_000_000, 260
"""Of larger networks the outputs are compared only where somebody asks for the whole zoo."""
WHOLE_ZOO = "CNNANALYZE_WHOLE_ZOO"
"""The variable of the environment that asks for it; that takes hours, and memory."""


def zoo_of_outputs() -> list[Any]:
    """Return the networks whose outputs are compared; the large ones are skipped unasked."""
    found = []
    for name in sorted(cnn.zoo()):
        given = cnn.load(f"zoo:{name}")
        held = sum(p.size for n in given for p in n.layer.params(*n.input_shapes))
        is_large = held > MOST_PARAMETERS or len(given) > MOST_LAYERS
        marks = [pytest.mark.skipif(WHOLE_ZOO not in os.environ, reason=f"large: set {WHOLE_ZOO}")]
        found.append(pytest.param(name, marks=marks if is_large else [], id=name))
    return found


def network(name: str) -> Network:
    """Return a network of the zoo, as a plain network."""
    return plain(cnn.load(f"zoo:{name}"))


def plain(spec: cnn.Spec) -> Network:
    """Return the network of a spec."""
    return Network(spec.name, spec.inputs, spec.nodes, spec.outputs)


def small(given: Network) -> Network:
    """Return the network on the smallest images that all of its layers take, without last softmax.

    After a softmax all large differences would look alike.
    """
    plain = without_softmax(given)
    for side in SIDES:
        if any(side >= n for i in given.inputs.values() for n in i.shape.size):
            break
        try:
            return _on(plain, side)
        except CnnError:
            continue
    return plain


def _on(given: Network, side: int) -> Network:
    inputs = {
        name: Input(replace(i.shape, size=tuple(min(side, n) for n in i.shape.size)))
        for name, i in given.inputs.items()
    }
    shapes = {name: i.shape for name, i in inputs.items()}
    nodes: list[Node] = []
    for node in given.nodes:
        read = tuple(shapes[source] for source in node.inputs)
        output = node.layer.shape(*read)
        shapes[node.id] = output
        nodes.append(replace(node, input_shapes=read, output=output))
    return Network(given.name, inputs, tuple(nodes), given.outputs)


def without_softmax(given: Network) -> Network:
    """Return the network without what makes probabilities of its last numbers."""
    ends = {
        name: given[name].inputs[0]
        for name in given.outputs
        if given[name].kind == "softmax"
        and not given.consumers[name]
        and given[name].inputs[0] in given.by_id
    }
    nodes = tuple(node for node in given.nodes if node.id not in ends)
    return replace(given, nodes=nodes, outputs=tuple(ends.get(o, o) for o in given.outputs))


def tensors_of(given: Network) -> Tensors:
    """Return weights of both signs, such that numbers stay near one; variances are positive."""
    generator = np.random.default_rng(7)
    found: Tensors = {}
    for node in given.nodes:
        if node.share is not None:
            continue
        held = {}
        for param in node.layer.params(*node.input_shapes):
            drawn = generator.standard_normal(param.shape)
            if "variance" in param.role:
                drawn = 1 + 0.3 * np.abs(drawn)
            elif param.role == "gamma":
                drawn = 1 + 0.2 * drawn
            elif "kernel" in param.role:
                drawn /= max(1, prod(param.shape[:-1])) ** 0.5
            else:
                drawn *= 0.1
            held[param.role] = drawn
        for given_tensor in node.given:
            shape = held[given_tensor.role].shape
            held[given_tensor.role] = np.array(given_tensor.values, float).reshape(shape)
        if held:
            found[node.id] = held
    return found


def images_of(given: Network, count: int = 1) -> dict[str, Array]:
    """Return images for each input, channels last."""
    generator = np.random.default_rng(11)
    return {
        name: generator.standard_normal((count, *i.shape.extents))
        for name, i in given.inputs.items()
    }


def executed(given: Network, tensors: Tensors, images: Mapping[str, Array]) -> list[Array]:
    """Return what the executor makes of images, channels first."""
    store = Store({name: dict(held) for name, held in tensors.items()})
    steps = [step_of(node) for node in given.nodes]
    seen = execute(steps, images, given.outputs, dtype=np.float64, store=store)
    return [np.moveaxis(seen.outputs[name], -1, 1) for name in given.outputs]


A_FEW_BITS = 0.02
"""Of the tolerance: 16 times what 32 bits round by, where that is 1e-4."""

Computes = Callable[[Network, Tensors, dict[str, Array]], Sequence[Array]]
"""What a framework makes of a network that was written for it, with these weights and images."""


def assert_agree(computed: Computes, given: Network, tolerance: float, images: int = 1) -> None:
    """Assert that the executor and a framework make the same of the same weights and images.

    They may differ by more than the tolerance where the numbers hang on the last bits of the image:
    as far as those of the executor move when the image moves by a few of these.
    """
    tensors, shown = tensors_of(given), images_of(given, images)
    ours = executed(given, tensors, shown)
    theirs = computed(given, tensors, shown)
    far = [apart(one, other) for one, other in zip(ours, theirs, strict=True)]
    if max(far) < tolerance:
        return
    generator = np.random.default_rng(13)
    moved = {
        name: image * (1 + A_FEW_BITS * tolerance * generator.uniform(-1, 1, image.shape))
        for name, image in shown.items()
    }
    allowed = map(apart, ours, executed(given, tensors, moved))
    for one, most in zip(far, allowed, strict=True):
        assert one < tolerance + most


def apart(ours: Array, theirs: Array) -> float:
    """Return the largest difference, in proportion to the largest number.

    What is no number for one must be none for the other: a root of what is negative, the largest of
    nothing.
    """
    assert ours.shape == theirs.shape
    numbers = np.abs(ours) < LARGEST
    if not (numbers == (np.abs(theirs) < LARGEST)).all():
        return float("inf")
    if not numbers.any():
        return 0.0
    ours, theirs = ours[numbers], theirs[numbers]
    return float(np.abs(ours - theirs).max() / max(float(np.abs(ours).max()), 1e-2))
