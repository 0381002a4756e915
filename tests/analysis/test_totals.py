"""Totals: sums of what the layers say, under every convention."""

from __future__ import annotations

import pytest
from hypothesis import given, note

import cnnanalyze as cnn
from cnnanalyze.analysis.result import total_of
from cnnanalyze.core.conventions import CONVENTIONS, convention
from tests.strategies.networks import specs


@given(text=specs())
def test_total_is_the_sum_over_layers_under_every_convention(text: str) -> None:
    note(text)
    report = cnn.analyze(cnn.loads(text))
    assert len(CONVENTIONS) >= 2
    for name in CONVENTIONS.names():
        total = report.total.operations(name)
        parts = sum(f.operations(name) or 0 for f in report)
        # Where a tool prints halves, each layer may lose one.
        assert 0 <= total - parts <= (len(report) if convention(name).halves else 0)


@given(text=specs())
@pytest.mark.thorough
def test_parameters_split_in_two_ways(text: str) -> None:
    note(text)
    report = cnn.analyze(cnn.loads(text))
    total = report.total
    assert total.weights + total.biases == total.parameters
    assert total.trainable + total.non_trainable == total.stored
    assert total.stored == sum(p.size for f in report for p in f.params)
    assert total.trainable == sum(f.trainable for f in report)


@given(text=specs())
def test_parts_add_up(text: str) -> None:
    note(text)
    facts = tuple(cnn.analyze(cnn.loads(text)))
    parts = [total_of(facts[::2]), total_of(facts[1::2])]
    whole = total_of(facts)
    assert sum(p.parameters for p in parts) == whole.parameters
    assert sum(p.activations for p in parts) == whole.activations
    assert sum(p.operations("flop") for p in parts) == whole.operations("flop")


SIAMESE = """
cnn: 1
input: 11x13x3
layers:
  - {conv: {filters: 3, kernel: 3, padding: 1}, as: first}
  - {conv: {filters: 3, kernel: 3, padding: 1}, share: first}
  - {bn: , frozen: true}
  - {conv: {filters: 5, kernel: 1}, frozen: true}
"""


def test_shared_tensors_count_once_and_frozen_ones_are_not_trained() -> None:
    report = cnn.analyze(cnn.loads(SIAMESE))
    shared, frozen, norm = 3 * 3 * 3 * 3 + 3, 3 * 5 + 5, 3
    total = report.total
    assert report["conv1"].params == ()
    assert report["conv1"].cost == report["first"].cost
    assert total.parameters == shared + frozen + 2 * norm
    assert total.trainable == shared
    assert total.non_trainable == frozen + 4 * norm
    assert cnn.verify(report.network).is_balanced


def test_permuting_independent_branches_changes_nothing() -> None:
    spec = "{{cnn: 1, input: 11x13x3, layers: [{{add: [{}]}}, relu]}}"
    branches = ["[{conv: {filters: 3, kernel: 3, padding: 1}}]", "[tanh]", "[]"]
    one = cnn.analyze(cnn.loads(spec.format(", ".join(branches))))
    other = cnn.analyze(cnn.loads(spec.format(", ".join(reversed(branches)))))
    assert other.total == one.total
    assert other["relu1"].fields == one["relu1"].fields


def test_parameters_of_convolutions_do_not_depend_on_the_input() -> None:
    layers = (
        "layers: [{conv: {filters: 7, kernel: 3}}, bn, {depthwise: {kernel: 3}}, gap, {dense: 5}]"
    )
    sizes = ("11x13x3", "23x29x3", "224x224x3")
    totals = {
        cnn.analyze(cnn.loads(f"{{cnn: 1, input: {s}, {layers}}}")).total.parameters for s in sizes
    }
    assert len(totals) == 1
