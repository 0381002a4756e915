from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import CnnError, Fault

FAULTS: list[tuple[Callable[[Any, Any], object], str, str]] = [
    (
        lambda b, x: b.bn(x, share="input"),
        "[{bn: , share: input}]",
        "name an earlier layer of the same kind",
    ),
    (lambda b, x: b.relu(x, share=b.bn(x, name="a")), "[{bn: , as: a}, {relu: , share: a}]", ""),
    (
        lambda b, x: b.bn(x, share=b.bn(x, name="a"), weights={"gamma": 1}),
        "[{bn: , as: a}, {bn: , share: a, weights: {gamma: 1}}]",
        "give them to 'a', whose weights it uses",
    ),
    (
        lambda b, x: b.prelu(x, share=b.bn(x, name="a")),
        "[{bn: , as: a}, {prelu: , share: a}]",
        (
            "layers that share weights must be of one kind with tensors of one shape, or hold one "
            "tensor each (bias: false), of which one is the other transposed"
        ),
    ),
]


def fault_of(make: Callable[[], object]) -> Fault:
    with pytest.raises(CnnError) as caught:
        make()
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(("build", "layers", "help_"), FAULTS)
def test_a_spec_and_the_builder_refuse_what_cannot_be_shared_alike(
    build: Callable[[Any, Any], object], layers: str, help_: str
) -> None:
    b = cnn.NetworkBuilder()
    one = fault_of(lambda: build(b, b.input(5, 7, 3)))
    other = fault_of(lambda: cnn.loads(f"{{cnn: 1, input: 5x7x3, layers: {layers}}}"))
    assert other.message in one.message
    assert one.help == other.help == help_
