"""Sums over layers in sheets are those of the table of quantities."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.explanations.explain import can_explain
from cnnanalyze.course.sheets.questions.network import solve_network
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder

SHARED = cnn.loads(
    "{cnn: 1, input: 7x11x5, layers: [{conv: {filters: 5, kernel: 3, padding: same}, as: a}, bn, "
    "relu, {conv: {filters: 5, kernel: 3, padding: same}, share: a, as: b}, {dense: 13, as: fc}]}"
)
NETWORKS = (SHARED, cnn.load("zoo:lecture_000_lenet"), cnn.load("zoo:mobilenet_v1"))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
@pytest.mark.parametrize("quantity", additive_quantities())
def test_a_sum_is_the_sum_of_what_the_layers_answer(network: cnn.Network, quantity: str) -> None:
    about = NetworkSelection(network)
    whole = solve_network(about, quantity, ExplanationBuilder())
    each = [
        solve_network(NetworkSelection(network, node.id), quantity, ExplanationBuilder()).value
        for node in network
        if can_explain(about.analysis, node.id, quantity)
    ]
    assert whole.value == sum(each)
    assert whole.worked is not None
    assert whole.worked.value == whole.value


@pytest.mark.parametrize(
    ("quantity", "number"),
    [("macs", 2 * 7 * 11 * 5 * 5 * 9 + 7 * 11 * 5 * 13), ("parameters", 230 + 10 + 5018)],
)
def test_a_layer_that_shares_its_weights_computes_as_much_and_holds_nothing(
    quantity: str, number: int
) -> None:
    assert solve_network(NetworkSelection(SHARED), quantity, ExplanationBuilder()).value == number
