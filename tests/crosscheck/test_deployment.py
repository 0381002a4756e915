"""The balance of a deployment: folded and in one buffer, the network computes the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.crosscheck.deployment import balance_deployment
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.deployment.memory_plan import PLANNERS
from cnnanalyze.errors import ExecutionError
from tests.strategies.networks import specs

EVERYTHING = (
    "{cnn: 1, input: 9x7x3, layers: [{conv: {filters: 5, kernel: 3, bias: false, padding: same}}, "
    "bn, relu, {add: [[], [{separable: {filters: 5, kernel: 3, padding: same}}, bn]]}, relu, "
    "{depthwise: {kernel: 3, multiplier: 2}}, bn, bn, relu, {transposed_conv: {filters: 3, kernel: "
    "3}}, bn, tanh, bn, flatten, {dense: 7}, bn, dropout, softmax]}"
)


@pytest.mark.parametrize("planner", sorted(PLANNERS))
@pytest.mark.parametrize(
    ("target", "dtype"),
    [("tflm-reference", "int8"), ("stm32-like", "float32"), ("nvidia-a100", "float16")],
)
def test_everything_balances(target: str, dtype: str, planner: str) -> None:
    found = deploy_network(cnn.loads(EVERYTHING), target=target, dtype=dtype, planner=planner)
    balance = balance_deployment(found)
    assert balance.discrepancies == ()
    assert [quantity for quantity, _ in balance.compared] == [
        "folding",
        "planned outputs",
        "buffer",
        "bytes touched",
    ]


@given(specs(), st.sampled_from(sorted(PLANNERS)))
def test_generated_networks_balance(text: str, planner: str) -> None:
    found = deploy_network(cnn.loads(text), planner=planner)
    assert balance_deployment(found).discrepancies == ()


def test_a_window_of_padding_alone_is_kept_by_folding() -> None:
    # its largest number is minus infinity, in both runs; a difference of infinities is no number
    text = "{cnn: 1, input: 1x1x2, layers: [{maxpool: {kernel: 2, stride: 1, dilation: 2, "
    found = balance_deployment(deploy_network(cnn.loads(text + "padding: same}}]}")))
    assert (found.discrepancies, found.compared[0]) == ((), ("folding", 1))


def test_a_plan_that_is_wrong_does_not_balance() -> None:
    found = deploy_network(cnn.loads(EVERYTHING))
    at_zero = tuple(replace(tensor, offset=0) for tensor in found.plan.tensors)
    wrong = replace(found, plan=replace(found.plan, tensors=at_zero))
    quantities = {d.quantity for d in balance_deployment(wrong).discrepancies}
    assert "planned outputs" in quantities


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ExecutionError) as found:
        balance_deployment(deploy_network(cnn.load("zoo:vgg16")), limit=2**28)
    assert found.value.message.startswith("running VGG-16 would need about")
