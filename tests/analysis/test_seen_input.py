"""What layers see of one of several inputs, against the same layers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import analyze, index_maps
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.analysis.trace import trace
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, Node, NodeId
from tests.strategies.networks import specs

FIXTURES = Path(__file__).parents[1] / "language"


def side_by_side(*networks: Network) -> Network:
    """Return one network of several, each with its own input and its layers under its number."""

    def rename(place: int) -> Callable[[NodeId], NodeId]:
        return lambda id_: NodeId(f"in{place}" if id_ == INPUT else f"{place}/{id_}")

    nodes: list[Node] = []
    outputs: list[NodeId] = []
    for place, network in enumerate(networks):
        name = rename(place)
        nodes += [
            replace(
                node,
                id=name(node.id),
                inputs=tuple(map(name, node.inputs)),
                share=None if node.share is None else name(node.share),
            )
            for node in network
        ]
        outputs += map(name, network.outputs)
    inputs = {NodeId(f"in{p}"): network.inputs[INPUT] for p, network in enumerate(networks)}
    return Network("both", inputs, tuple(nodes), tuple(outputs))


@given(one=specs(), other=specs())
def test_towers_beside_each_other_are_what_they_are_alone(one: str, other: str) -> None:
    alone = [cnn.loads(text) for text in (one, other)]
    analysis = analyze(side_by_side(*alone))
    for place, (network, image) in enumerate(zip(alone, seen_inputs(analysis), strict=True)):
        own = analyze(network)
        assert [f.node.id for f in image] == [f"{place}/{f.node.id}" for f in own]
        for facts, seen in zip(own, image, strict=True):
            assert (seen.params, seen.cost, seen.fit) == (facts.params, facts.cost, facts.fit)
            assert (seen.fields, seen.narrow) == (facts.fields, facts.narrow)
            assert (seen.aligned, seen.order) == (facts.aligned, facts.order)
        traced = trace(analysis.network, index_maps(analysis.network), of=image.name)
        expected = trace(network, index_maps(network))
        assert {f"{place}/{k}": v for k, v in expected.items() if k != INPUT} == {
            k: v for k, v in traced.items() if k != image.name
        }
    parts = [analyze(network).total for network in alone]
    for key in ("parameters", "trainable", "stored", "activations"):
        assert getattr(analysis.total, key) == sum(getattr(part, key) for part in parts)
    assert analysis.total.operations("flop") == sum(part.operations("flop") for part in parts)
    assert analysis.total.depth == max(part.depth for part in parts)


TOWERS = {
    "siamese": ("left", "left_twin", "right", "right_twin"),
    "two_stream": ("frame", "spatial", "flow", "temporal"),
}


@pytest.mark.parametrize("name", TOWERS)
def test_towers_of_a_network_are_those_networks(name: str) -> None:
    text = (FIXTURES / f"{name}.yaml").read_text("utf-8")
    whole = analyze(cnn.loads(text))
    words = TOWERS[name]
    calls = [line for line in text.splitlines() if " from: " in line and "as: " in line]
    for source, tower in zip(words[::2], words[1::2], strict=True):
        (call,) = (line for line in calls if f"as: {tower}," in line)
        head, _, rest = text.partition("inputs: ")
        shape = str(whole.network.inputs[NodeId(source)].shape)
        blocks = rest.partition("\n")[2].partition("layers:\n  - {")[0]
        alone = analyze(
            cnn.loads(f"{head}input: {shape}\n{blocks}layers:\n{call.split(', from:')[0]}}}\n")
        )
        image = next(i for i in seen_inputs(whole) if i.name == source)
        for facts in alone:
            seen = image[facts.node.id]
            assert (seen.output, seen.cost, seen.fields) == (
                facts.output,
                facts.cost,
                facts.fields,
            )
            assert seen.node.layer.params(*seen.node.input_shapes) == facts.params


def test_a_join_sees_each_input_by_itself() -> None:
    b = cnn.NetworkBuilder()
    left, right = b.input(31, 37, 3, name="left"), b.input(31, 37, 1, name="right")
    one = b.conv(left, 5, kernel=3, padding="same")
    other = b.conv(right, 5, kernel=7, stride=1, padding="same")
    net = b.build(outputs=b.conv(b.add(one, other), 5, kernel=3, stride=2))
    seen_left, seen_right = seen_inputs(analyze(net))
    assert (seen_left["conv3"].field_size, seen_right["conv3"].field_size) == ((5, 5), (9, 9))
    assert seen_left["conv3"].field_stride == (2, 2)
    assert "conv2" not in seen_left
    assert (seen_right.label, seen_right.noun) == (" of right", "right")


def test_of_an_only_input_the_facts_are_those_of_the_analysis() -> None:
    analysis = analyze(cnn.load("zoo:lenet5"))
    (image,) = seen_inputs(analysis)
    assert image.facts is analysis.facts
    assert (image.label, image.noun) == ("", "the input")
