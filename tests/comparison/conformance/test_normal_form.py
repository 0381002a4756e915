"""The normal form: what is the same is written in one way, and nothing that matters is left out."""

from __future__ import annotations

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.comparison.conformance.normal_form import normal_form
from tests.strategies.networks import specs


def operations(layers: str, *, folded: bool = False) -> list[str]:
    net = cnn.loads("{cnn: 1, input: 11x13x4, layers: [" + layers + "]}")
    return [operation.name for operation in normal_form(net, folded=folded)]


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ("dropout, identity, {drop_path: 0.2}", []),
        ("gap, flatten, {dense: 3}", ["global_avgpool", "dense"]),
        ("flatten, bn, {dense: 3}", ["flatten", "batchnorm", "dense"]),
        ("{zeropad: 1}, relu", ["zeropad", "clip"]),
        ("{zeropad: 1}, {conv: {filters: 3, kernel: 3}}", ["conv"]),
        ("{separable: {filters: 3, kernel: 3}}", ["conv", "conv"]),
        ("{maxpool: {kernel: 1}}", []),
        ("{adaptive_avgpool: [1, 13]}", ["avgpool"]),
        ("{adaptive_avgpool: [4, 4]}", ["adaptive_avgpool"]),
        ("{maxpool: [11, 13]}", ["global_maxpool"]),
        ("{add: [relu, {add: [tanh, gelu]}]}", ["clip", "tanh", "gelu", "add"]),
    ],
)
def test_layers_become_operations(layers: str, names: list[str]) -> None:
    assert operations(layers) == names


def test_batch_normalisation_is_folded_into_what_it_reads_alone() -> None:
    layers = "{conv: {filters: 3, kernel: 3}}, bn, relu, bn"
    assert operations(layers) == ["conv", "batchnorm", "clip", "batchnorm"]
    assert operations(layers, folded=True) == ["conv", "clip", "batchnorm"]


def test_attributes_of_training_are_left_out() -> None:
    net = cnn.loads("{cnn: 1, input: 5x5x3, layers: [{bn: {epsilon: 0.001}}]}")
    (norm,) = normal_form(net)
    assert dict(norm.features) == {"scale": True, "center": True}


@given(specs())
def test_every_operation_reads_what_comes_before_it(text: str) -> None:
    form = normal_form(cnn.loads(text))
    known = {*form.inputs}
    for operation in form:
        assert known.issuperset(operation.inputs)
        known.add(operation.id)
    assert known.issuperset(form.outputs)


@given(specs())
def test_parameters_of_a_normal_form_come_from_layers_that_are_in_it(text: str) -> None:
    """No layer that holds numbers vanishes."""
    net = cnn.loads(text)
    there = {operation.node.id for operation in normal_form(net)}
    for node in net:
        if node.layer.params(*node.input_shapes):
            assert node.id in there
