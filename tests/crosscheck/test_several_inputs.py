"""Both books agree on networks with several inputs, and the second one sees faults of the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance, step_of
from cnnanalyze.execute.receptive_field_probe import observe_fields
from cnnanalyze.execute.run import execute
from cnnanalyze.graph.node import NodeId


def gated() -> cnn.Network:
    b = cnn.NetworkBuilder("gated")
    image, meta = b.input(13, 17, 4, name="image"), b.input(6, name="meta")
    gate = b.reshape(b.sigmoid(b.dense(meta, 5)), "1x1x5")
    x = b.multiply(b.conv(image, 5, kernel=3, stride=2), gate)
    return b.build(outputs=b.dense(b.concat(b.flatten(x), meta), 3))


def siamese() -> cnn.Network:
    b = cnn.NetworkBuilder("siamese")
    left, right = b.input(13, 17, 3, name="left"), b.input(11, 19, 3, name="right")
    one = b.conv(left, 5, kernel=3, name="one")
    other = b.conv(right, 5, kernel=3, share=one, name="other")
    ends = [b.global_avgpool(b.relu(x)) for x in (one, other)]
    return b.build(outputs=b.sigmoid(b.dense(b.flatten(b.concat(ends)), 1)))


def stereo() -> cnn.Network:
    b = cnn.NetworkBuilder("stereo")
    left, right = b.input(11, 13, 2, name="left"), b.input(11, 13, 3, name="right")
    x = b.conv(left, 5, kernel=[3, 1], padding="same")
    y = b.conv(b.maxpool(right, 3, stride=1, padding="same"), 5, kernel=1)
    z = b.conv(b.concat(x, y, left), 7, kernel=3, stride=2)
    return b.build(outputs=[z, y])


@pytest.mark.parametrize("make", [gated, siamese, stereo], ids=lambda f: f.__name__)
def test_the_books_balance(make: Any) -> None:
    found = balance(make())
    assert found.discrepancies == ()
    assert dict(found.compared)["receptive field"] > 10


def test_an_input_that_nobody_reads() -> None:
    b = cnn.NetworkBuilder()
    x, _ = b.input(5, 7, 2, name="image"), b.input(31, 37, 3, name="unread")
    net = b.build(outputs=b.relu(x))
    found = balance(net)
    assert found.discrepancies == ()
    assert cnn.analyze(net).analysis.memory.peak == 2 * 70


def test_few_lines_of_each_input() -> None:
    found = balance(stereo(), lines=4)
    assert found.is_balanced
    assert found.remarks == (
        "receptive fields by at most 4 lines of the input along each axis, not by all",
    )


def test_a_layer_that_reads_another_input_than_the_rules_say_is_seen() -> None:
    net = stereo()
    conv = net["conv1"]
    # The executor reads what the wiring of the steps says, the rules what the nodes say.
    observed = observe_fields(
        [step_of(replace(conv, inputs=(NodeId("right"),)))],
        (11, 13),
        of="left",
        others={"right": (11, 13)},
    )
    assert observed["conv1"] == ([None] * 11, [None] * 13)
    right = observe_fields([step_of(conv)], (11, 13), of="left", others={"right": (11, 13)})
    assert right["conv1"][0][:3] == [(0, 1), (0, 2), (1, 3)]
    assert right["conv1"][1][:3] == [(0, 0), (1, 1), (2, 2)]


def test_a_run_on_given_images() -> None:
    b = cnn.NetworkBuilder()
    one, other = b.input(2, 2, 1, name="one"), b.input(2, 2, 1, name="other")
    net = b.build(outputs=b.multiply(b.add(one, other), other))
    images = {
        "one": np.arange(4.0).reshape(1, 2, 2, 1),
        "other": np.full((1, 2, 2, 1), 10.0),
    }
    seen = execute([step_of(node) for node in net], images, ["multiply1"], dtype=np.float64)
    assert seen.outputs["multiply1"].ravel().tolist() == [100.0, 110.0, 120.0, 130.0]
    assert seen.peak == 4 * 3
    assert images["one"].ravel().tolist() == [0.0, 1.0, 2.0, 3.0]


def test_given_values_of_every_input() -> None:
    b = cnn.NetworkBuilder()
    one = b.input(2, values=[3, 5], name="one")
    other = b.input(2, values=[7, 11], name="other")
    net = b.build(outputs=b.concat(one, other))
    assert [given.values for given in net.inputs.values()] == [(3, 5), (7, 11)]
    assert balance(net).is_balanced


def test_a_vector_with_more_channels_beside_a_map_balances() -> None:
    # Each input is followed through one channel of every layer, of a padded vector as well.
    spec = """
cnn: 1
inputs: {left: 7x5x3, right: 13}
layers:
  - {dense: 3, from: left, as: seen}
  - {pad: {channels: [0, 1]}, from: right}
  - {dense: 3, as: told}
  - {add: , from: [seen, told]}
"""
    assert cnn.verify(cnn.loads(spec)).is_balanced
