"""Live activations: against a simulation by lifetimes."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, note

import cnnanalyze as cnn
from cnnanalyze.analysis.memory import alive_at, bytes_of, measure
from tests.strategies.networks import specs


def alive(network: cnn.Network, moment: int) -> int:
    """Add up everything that was there before and is needed now or later."""
    born = {"input": -1} | {n.id: i for i, n in enumerate(network)}
    last = {name: float(birth) for name, birth in born.items()}
    for i, node in enumerate(network):
        last.update(dict.fromkeys(node.inputs, i))
    last.update(dict.fromkeys(network.outputs, inf))
    return sum(network.shape_of(name).count for name in born if born[name] <= moment <= last[name])


@given(text=specs())
def test_live_is_what_lifetimes_say(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    memory = measure(network)
    lives = [alive(network, i) for i in range(len(network))]
    assert list(memory.live) == lives
    assert memory.peak == max(lives)
    assert memory.peak_at == network.nodes[lives.index(max(lives))].id


@given(text=specs())
def test_training_keeps_everything(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    memory = measure(network)
    everything = sum(network.shape_of(name).count for name in ("input", *network.by_id))
    assert memory.saved == everything
    assert memory.peak <= everything


@given(text=specs())
def test_what_is_alive_at_a_layer_adds_up_to_what_is_measured_there(text: str) -> None:
    note(text)
    net = cnn.loads(text)
    for node, live in zip(net, measure(net).live, strict=True):
        assert sum(net.shape_of(name).count for name in alive_at(net, node.id)) == live, node.id


def test_output_stays_alive_to_the_end() -> None:
    spec = (
        "{{cnn: 1, input: 5x7x3, layers: [{{conv: {{filters: 11, kernel: 1}}, as: early}}, gap]{}}}"
    )
    one = measure(cnn.loads(spec.format("")))
    two = measure(cnn.loads(spec.format(", outputs: [early, global_avgpool1]")))
    assert one.live == (5 * 7 * (3 + 11), 5 * 7 * 11 + 11)
    assert two.live == one.live
    more = "{{cnn: 1, input: 5x7x3, layers: [{{relu: , as: early}}, gap, sigmoid]{}}}"
    kept = measure(cnn.loads(more.format(", outputs: [early, sigmoid1]")))
    freed = measure(cnn.loads(more.format("")))
    assert kept.live[-1] - freed.live[-1] == 5 * 7 * 3


def test_layer_that_nobody_reads_is_given_back() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 5x7x3, layers: [relu, {tanh: , from: input}, {elu: , from: input}]}"
    )
    assert measure(net).live == (210, 210, 210)


def test_bytes() -> None:
    # IEEE 754: binary64, binary32, binary16; bfloat16 is the first half of a binary32.
    types = ("float64", "float32", "float16", "bfloat16", "int8")
    assert [bytes_of(t) for t in types] == [8, 4, 2, 2, 1]


def test_unknown_type_is_refused() -> None:
    with pytest.raises(cnn.UsageError, match=r"unknown dtype 'float31'.*did you mean 'float32'"):
        bytes_of("float31")
