"""Folding: which batch normalisations go where, which stay and why."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.deployment.folding import fold
from cnnanalyze.graph.node import NodeId


def folded(layers: str) -> tuple[list[str], dict[NodeId, NodeId], dict[NodeId, str]]:
    """Return the layers after folding, where each norm went, and why others stay."""
    found = fold(cnn.loads(f"{{cnn: 1, input: 11x7x3, layers: [{layers}]}}"))
    return [n.id for n in found.network], dict(found.norms), dict(found.kept)


SAME = "{conv: {filters: 3, kernel: 3, padding: same}"
CONV = "{conv: {filters: 5, kernel: 3, bias: false}}"


@pytest.mark.parametrize(
    ("layers", "ids"),
    [
        (f"{CONV}, bn", ["conv1"]),
        (f"{CONV}, bn, bn", ["conv1"]),
        (f"{CONV}, dropout, bn", ["conv1"]),
        ("{depthwise: {kernel: 3, multiplier: 2}}, bn", ["depthwise1"]),
        ("{transposed_conv: {filters: 5, kernel: 3}}, bn", ["transposed_conv1"]),
        ("flatten, {dense: 5}, bn", ["flatten1", "dense1"]),
        ("{separable: {filters: 5, kernel: 3}}, bn", ["separable1/depthwise", "separable1"]),
        ("identity, dropout", ["dropout1"]),
        ("relu, dropout", ["relu1"]),
    ],
)
def test_what_is_worked_in_or_idle_is_gone(layers: str, ids: list[str]) -> None:
    after, _, kept = folded(layers)
    assert (after, kept) == (ids, {})


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ("bn", "it reads an input of the network"),
        (f"{CONV}, relu, bn", "it reads relu1, a relu, which is no weighted sum by filters"),
        (f"{CONV}, {{add: [[bn], []]}}", "others read conv1, too"),
        (
            "{conv: {filters: 5, kernel: 3, weight_standardized: true}}, bn",
            "the weights of conv1 are standardised",
        ),
        (
            "{local_conv: {filters: 5, kernel: 3}}, bn",
            "it reads local_conv1, a local_conv, which is no weighted sum by filters",
        ),
        (
            f"{SAME}}}, {SAME}, share: conv1}}, bn",
            "conv2 shares its weights",
        ),
    ],
)
def test_a_norm_that_cannot_be_worked_in_stays_with_the_reason(layers: str, reason: str) -> None:
    after, norms, kept = folded(layers)
    assert norms == {}
    assert list(kept.values()) == [reason]
    assert set(kept) <= set(after)


def test_an_output_before_the_norm_keeps_it() -> None:
    b = cnn.NetworkBuilder()
    x = b.conv(b.input(11, 7, 3), filters=5, kernel=3)
    found = fold(b.build(outputs=[x, b.batchnorm(x)]))
    assert dict(found.kept) == {"batchnorm1": "conv1 is an output of the network"}


def test_a_layer_that_takes_up_a_norm_has_a_bias() -> None:
    found = fold(cnn.loads(f"{{cnn: 1, input: 11x7x3, layers: [{CONV}, bn]}}"))
    (conv,) = found.network
    assert [p.role for p in conv.layer.params(*conv.input_shapes)] == ["kernel", "bias"]
    assert found.original["conv1"].attributes["bias"] is False


def test_a_long_chain_of_norms_takes_time_in_proportion() -> None:
    b = cnn.NetworkBuilder()
    x = b.conv(b.input(3, 2, 2), filters=2, kernel=1)
    for _ in range(5_000):
        x = b.batchnorm(x)
    found = fold(b.build())
    assert (len(found.network), len(found.norms)) == (1, 5_000)
