"""RepVGG: the branches of the training and the one convolution that they become are equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import step_of
from cnnanalyze.execute.run import infer
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from tests.conftest import SPECS

Array = np.ndarray[Any, Any]
Tensors = dict[str, Array]

SMALL: dict[str, Any] = {"filters": [5, 7, 11, 13], "depths": [1, 2, 3, 2]}
"""Every form of a unit, in little."""


def tensors_of(network: Network) -> dict[str, Tensors]:
    """Return random tensors for every layer; variances are positive."""
    numbers = np.random.default_rng(13)

    def drawn(role: str, shape: tuple[int, ...]) -> Array:
        if role in ("gamma", "moving variance"):
            return numbers.uniform(0.5, 1.5, shape)
        return numbers.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape)

    return {
        node.id: {p.role: drawn(p.role, p.shape) for p in node.layer.params(*node.input_shapes)}
        for node in network
    }


def fused(branches: list[tuple[Tensors, Tensors | None]], channels: int) -> Tensors:
    """Return the 3x3 kernel and the bias of what normalises after each of these convolutions.

    A 1x1 kernel is the centre of a 3x3 one; without a convolution the centre passes each channel.
    """
    filters = len(branches[0][0]["beta"])
    kernel, bias = np.zeros((3, 3, channels, filters)), np.zeros(filters)
    for norm, conv in branches:
        factor = norm["gamma"] / np.sqrt(norm["moving variance"] + 1e-5)
        own = np.eye(channels)[None, None] if conv is None else conv["kernel"]
        inset = (3 - len(own)) // 2
        kernel[inset : 3 - inset, inset : 3 - inset] += own * factor
        bias += norm["beta"] - norm["moving mean"] * factor
    return {"kernel": kernel, "bias": bias}


def logits(network: Network, tensors: dict[str, Tensors], image: Array) -> Array:
    steps = [replace(step_of(node), weights=tensors[node.id] or None) for node in network]
    found: Array = infer(steps, image, ["classifier"])["classifier"]
    return found


def test_the_deployed_form_computes_what_the_branches_compute() -> None:
    spec = SPECS / "repvgg_a0.yaml"
    branched = cnn.load(spec, settings=SMALL)
    deployed = cnn.load(spec, settings={**SMALL, "deploy": True})
    tensors = tensors_of(branched)

    def branch(norm: Node) -> tuple[Tensors, Tensors | None]:
        before = norm.inputs[0]
        is_convolved = before in tensors and "kernel" in tensors[before]
        return tensors[norm.id], tensors[before] if is_convolved else None

    joins = [node for node in branched if node.kind == "add"]
    convolutions = [node for node in deployed if node.kind == "conv"]
    assert len(joins) == len(convolutions) == 1 + sum(SMALL["depths"])
    assert {len(join.inputs) for join in joins} == {2, 3}
    given: dict[str, Tensors] = {node.id: {} for node in deployed}
    given["classifier"] = tensors["classifier"]
    for join, conv in zip(joins, convolutions, strict=True):
        branches = [branch(branched[name]) for name in join.inputs]
        given[conv.id] = fused(branches, conv.input_shapes[0].channels)
    image = np.random.default_rng(17).normal(size=(224, 224, 3))
    expected = logits(branched, tensors, image)
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(logits(deployed, given, image), expected, rtol=1e-9, atol=1e-12)
