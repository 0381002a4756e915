"""Every number that somebody else printed for a layer comes out of its rules."""

from __future__ import annotations

import pytest

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import KINDS, Example, Layer
from cnnanalyze.layers.pool import Subsample


def shape(text: str) -> Shape:
    *size, channels = map(int, text.split("x"))
    return Shape(tuple(size), channels)


EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.kind} {number}: {example.source}")
    for kind in KINDS
    for number, example in enumerate(kind.examples)
]


def test_every_kind_has_a_sourced_example() -> None:
    assert len(KINDS) >= 60
    assert [k.kind for k in KINDS if not k.examples] == []
    assert all(e.source for k in KINDS for e in k.examples)


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_example_is_reproduced(kind: type[Layer], example: Example) -> None:
    layer = kind(**example.attributes)
    inputs = [shape(text) for text in example.inputs]
    output = layer.shape(*inputs)
    assert output == shape(example.output)
    if example.parameters is not None:
        assert sum(p.size for p in layer.params(*inputs)) == example.parameters
    if example.macs is not None:
        cost = layer.cost(output, *inputs)
        assert cost is not None
        assert cost.mac == example.macs


def test_lenet_subsampling_has_the_papers_connections() -> None:
    # LeCun et al. 1998: S2 has 5,880 connections, four inputs and a bias per element.
    x = Shape((28, 28), 6)
    cost = Subsample(kernel=2).cost(Shape((14, 14), 6), x)
    assert cost.add + cost.multiply == 5_880
