"""Rules about images judge each of several inputs, as they judge it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings

import cnnanalyze as cnn
from cnnanalyze.graph.network import Network
from tests.analysis.test_seen_input import side_by_side
from tests.linting.conftest import Lint
from tests.strategies.networks import specs

ABOUT_IMAGES = ("RF001", "RF002", "RF003", "RF004", "RF005", "CV012", "SH008")
UNPRODUCTIVE = (
    "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 9, padding: same}}, "
    "{conv: {filters: 8, kernel: 3, padding: same}}]}"
)
SHORT_SIGHTED = "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, gap]}"
MISALIGNED = (
    "{cnn: 1, input: 9x9x3, layers: [{concat: [{conv: {filters: 8, kernel: 3, padding: 1}}, "
    "{conv: {filters: 8, kernel: 5, padding: [[1, 3], [2, 2]]}}]}]}"
)
VIOLENT = (
    "{cnn: 1, input: 67x67x3, layers: [{conv: {filters: 8, kernel: 11, stride: 4}}, "
    "{maxpool: {kernel: 3, stride: 2}}, {conv: {filters: 8, kernel: 3, padding: same}}]}"
)
UNEVEN = (
    "{cnn: 1, input: 30x32x3, layers: [{conv: {filters: 8, kernel: 3, stride: 2, padding: 1}}, "
    "{maxpool: 2}]}"
)


def told(network: Network) -> set[tuple[str, str, str]]:
    found = cnn.lint(network, select=",".join(ABOUT_IMAGES)).findings
    return {(f.code, f.path, f.message) for f in found}


def without_text(text: str) -> Network:
    network = cnn.loads(text)
    nodes = tuple(replace(node, origin=None) for node in network)
    return Network("net", network.inputs, nodes, network.outputs)


@settings(max_examples=15)
@given(one=specs(), other=specs())
@example(UNPRODUCTIVE, SHORT_SIGHTED)
@example(SHORT_SIGHTED, MISALIGNED)
@example(VIOLENT, UNEVEN)
def test_towers_beside_each_other_are_judged_as_alone(one: str, other: str) -> None:
    alone = [without_text(text) for text in (one, other)]
    # Which ways lead to the first output matters to two of them.
    outputs = [next(iter(network.outputs)) for network in alone]
    both = side_by_side(*alone)
    ends = tuple(f"{place}/{end}" for place, end in enumerate(outputs))
    both = replace(both, outputs=tuple(o for o in both.outputs if o in ends))
    expected = {
        (code, f"{place}/{path}" if path else "", message)
        for place, network in enumerate(alone)
        for code, path, message in told(replace(network, outputs=(outputs[place],)))
        if place == 0 or code not in {"CV012", "SH008"}
    }
    found = {
        (code, path, message.replace(" of in0 ", " ").replace(" of in1 ", " "))
        for code, path, message in told(both)
        if not (code in {"CV012", "SH008"} and ("of in1" in message or path.startswith("1/")))
    }
    assert found == expected


@pytest.mark.parametrize("text", [UNPRODUCTIVE, SHORT_SIGHTED, MISALIGNED, VIOLENT, UNEVEN])
def test_the_examples_above_are_found(text: str) -> None:
    assert told(without_text(text))


JOINED = """\
cnn: 1
inputs: {left: 9x9x3, right: 11x11x3}
layers:
- {conv: {filters: 8, kernel: 9, padding: same}, from: left, as: one}
- {conv: {filters: 8, kernel: 13, padding: 5}, from: right, as: other}
- {add: [one, other]}
- conv: {filters: 8, kernel: 3, padding: same}
"""


def test_a_layer_that_sees_two_inputs_names_the_one_that_is_meant(lint: Lint) -> None:
    found = lint(JOINED, "RF001").findings
    assert [(f.path, f.message, f.instances) for f in found] == [
        (
            "conv1",
            (
                "the receptive field before it is already 9 pixels on every path, and left has 9: "
                "kernel 3 adds nothing"
            ),
            2,
        )
    ]


def test_every_stem_is_judged(lint: Lint) -> None:
    text = (
        "cnn: 1\ninputs: {mild: 64x64x3, hard: 67x67x3}\nlayers:\n"
        "- {conv: {filters: 8, kernel: 3, padding: same}, from: mild}\n"
        "- {gap: , as: one}\n"
        "- {conv: {filters: 8, kernel: 11, stride: 8}, from: hard}\n"
        "- {gap: , as: other}\n"
        "- {add: [one, other]}\n"
    )
    found = lint(text, "CV012").findings
    assert [(f.path, f.message) for f in found] == [
        ("conv2", "the map is 8 times smaller after the first convolution: 67x67x3 became 8x8x8")
    ]


def test_an_input_of_odd_size_is_named_where_it_is_written(lint: Lint) -> None:
    text = (
        "cnn: 1\ninputs: {left: 32x32x3, right: 32x30x3}\nlayers:\n"
        "- {maxpool: 2, from: left}\n- maxpool: 2\n- {gap: , as: one}\n"
        "- {maxpool: 2, from: right}\n- maxpool: 2\n- {gap: , as: other}\n"
        "- {add: [one, other]}\n"
    )
    (found,) = lint(text, "SH008").findings
    assert (
        found.message == "width 30 of right is not a multiple of the total stride 4: 30 mod 4 = 2"
    )
    assert found.mark is not None
    assert found.mark.position == (2, 32)
