"""What a misread network comes to is the same, whether it is worked out or only compared."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.sheets.questions.network import solve_network
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.errors import CnnError

NETWORKS = {
    "square": (
        "{cnn: 1, input: 23x23x3, layers: [{conv: {filters: 5, kernel: 3, stride: 2}}, relu, "
        "{maxpool: 2}, {conv: {filters: 7, kernel: 3, padding: same}}, gap, {dense: 11}]}"
    ),
    "oblong": (
        "{cnn: 1, input: 23x19x3, layers: [{conv: {filters: 5, kernel: [3, 5]}}, {bn: , as: bn}, "
        "{maxpool: {kernel: [2, 3], padding: [0, 1]}}, {conv: {filters: 7, kernel: 3}}]}"
    ),
}


@pytest.mark.parametrize("quantity", ["receptive_field", "parameters"])
@pytest.mark.parametrize("text", NETWORKS.values(), ids=NETWORKS)
def test_values_that_are_only_compared_are_those_that_are_worked_out(
    text: str, quantity: str
) -> None:
    network = cnn.loads(text)
    asked = [NetworkSelection(network, layers=("conv1", "maxpool1", "conv2"))]
    asked += (
        [NetworkSelection(network, "conv2")]
        if quantity == "receptive_field"
        else [NetworkSelection(network)]
    )
    compared = 0
    for about in asked:
        for variant in solve_network(about, quantity, ExplanationBuilder()).variants():
            if variant.value is None:
                continue
            try:
                value = variant.value()
            except CnnError:
                with pytest.raises(CnnError):
                    variant.solve()
                continue
            assert value == variant.solve().value, variant.words
            compared += 1
    assert compared > 5
