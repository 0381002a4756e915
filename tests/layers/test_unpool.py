"""Unpooling, paired with its pool by name."""

from __future__ import annotations

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.execute.run import RunStep, execute
from cnnanalyze.layers.unpool import Unpool

PAIRED = (
    "{cnn: 1, input: 7x9x3, layers: [{conv: {filters: 4, kernel: 1}, as: first}, "
    "{maxpool: 2, as: pool}, {conv: {filters: 4, kernel: 3, padding: same}}, "
    "{unpool: {kernel: 2}, from: [^1, pool]}]}"
)


def test_unpooling_gives_the_size_that_the_pool_read() -> None:
    network = cnn.loads(PAIRED)
    node = network["unpool1"]
    assert node.inputs == ("conv1", "first")
    assert node.output == Shape((7, 9), 4)
    assert cnn.verify(network).is_balanced


def test_it_is_written_back_as_what_it_reads() -> None:
    network = cnn.loads(PAIRED)
    again = cnn.loads(cnn.dumps(network))
    assert [n.inputs for n in again][-1] == [n.inputs for n in network][-1]


def test_numbers_go_back_to_the_largest_as_in_the_documentation_of_pytorch() -> None:
    image = np.arange(1.0, 17).reshape(1, 4, 4, 1)
    steps = [
        RunStep("p", "maxpool", {"kernel": 2}),
        RunStep("u", "unpool", {"kernel": 2}, ("p", "input")),
    ]
    found = execute(steps, image, ["u"], dtype=np.float64).outputs["u"][0, ..., 0]
    expected = [[0, 0, 0, 0], [0, 6, 0, 8], [0, 0, 0, 0], [0, 14, 0, 16]]
    assert found.tolist() == expected


def test_a_map_that_no_such_pool_gives_is_refused() -> None:
    with pytest.raises(ShapeError) as refused:
        Unpool(kernel=2).shape(Shape((4, 4), 3), Shape((7, 9), 3))
    assert refused.value.message == (
        "unpool gets 4x4x3, but a pool of 7x9x3 in windows of 2x2 gives 3x4x3: 4x4x3 ≠ 3x4x3"
    )
    assert refused.value.faults[0].help == (
        "name the pool that belongs to it, and give it as many channels as that has"
    )
