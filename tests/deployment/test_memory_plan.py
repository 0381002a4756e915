"""Memory plans: no two tensors that live together overlap, and figures of TensorFlow Lite Micro."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.deployment.memory_plan import PLANNERS, MemoryPlan
from cnnanalyze.errors import UsageError
from tests.strategies.networks import specs


def overlaps(plan: MemoryPlan) -> list[tuple[str, str]]:
    """Return the pairs of tensors that would spoil each other."""
    over = {frozenset((t.id, t.over)) for t in plan.tensors if t.over}
    return [
        (a.id, b.id)
        for a, b in combinations(plan.tensors, 2)
        if a.first <= b.last and b.first <= a.last
        if a.offset < b.end and b.offset < a.end
        if frozenset((a.id, b.id)) not in over
    ]


@given(specs(), st.sampled_from(sorted(PLANNERS)), st.sampled_from(["int8", "float32"]))
def test_nothing_that_lives_together_overlaps(text: str, planner: str, dtype: str) -> None:
    plan = deploy_network(cnn.loads(text), planner=planner, dtype=dtype).plan
    assert overlaps(plan) == []
    assert plan.least <= plan.size
    assert max(plan.in_use) == plan.size
    assert all(t.offset % 16 == 0 for t in plan.tensors)


def test_ties_go_to_the_later_tensor() -> None:
    # by hand: conv1 and depthwise1 have 18,432 bytes; the later of them stands below, so that the
    # gap beside the input is too small for the other (64,512 with ties the other way round)
    net = cnn.loads(
        "{cnn: 1, input: 96x96x3, layers: [{conv: {filters: 8, kernel: 3, stride: 2, padding: "
        "same}}, relu, {depthwise: {kernel: 3, padding: same}}, relu, {conv: 16}, relu, "
        "{depthwise: {kernel: 3, stride: 2, padding: same}}]}".replace(
            "{conv: 16}", "{conv: {filters: 16, kernel: 1}}"
        )
    )
    plan = deploy_network(net).plan
    assert (plan.size, plan.least) == (73_728, 55_296)
    assert {t.id: t.offset for t in plan.tensors} == {
        "input": 0,
        "relu1": 55_296,
        "relu2": 36_864,
        "relu3": 0,
        "depthwise2": 36_864,
    }


def test_additions_and_activations_in_place_save_a_tensor() -> None:
    net = cnn.loads("{cnn: 1, input: 16x1x16, layers: [tanh, tanh, {add: [[tanh], []]}, tanh]}")
    greedy, in_place = (deploy_network(net, planner=p).plan for p in ("tflm-greedy", "in-place"))
    assert (greedy.size, in_place.size) == (3 * 256, 2 * 256)


def test_a_depthwise_convolution_by_channels_needs_one_channel_beside_the_map() -> None:
    net = cnn.loads("{cnn: 1, input: 8x8x16, layers: [{depthwise: {kernel: 3, padding: same}}]}")
    greedy, channels = (deploy_network(net, planner=p).plan for p in ("tflm-greedy", "tinyengine"))
    assert (greedy.size, channels.size) == (2 * 1024, 1024 + 64)


def test_an_output_lives_to_the_end_and_an_input_to_its_last_read() -> None:
    b = cnn.NetworkBuilder()
    x = b.input(16, 1)
    y = b.tanh(x)
    z = b.tanh(b.tanh(y))
    plan = deploy_network(b.build(outputs=[y, z])).plan
    assert [(t.id, t.first, t.last) for t in plan.tensors] == [
        ("input", 0, 0),
        ("tanh1", 0, 2),
        ("tanh2", 1, 2),
        ("tanh3", 2, 2),
    ]


def test_a_chain_of_5000_layers_takes_work_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    b = cnn.NetworkBuilder()
    x = b.input(3, 2, 2)
    for _ in range(5_000):
        x = b.tanh(x)
    network = b.build()
    monkeypatch.setattr("cnnanalyze.deployment.memory_plan.MOST_PAIRS", 5_001)
    plan = deploy_network(network).plan  # each tensor lives with the one before it, and no other
    assert (plan.size, plan.least) == (32, 32)


def test_too_many_tensors_at_a_time_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnanalyze.deployment.memory_plan.MOST_PAIRS", 6)
    b = cnn.NetworkBuilder()
    x = b.input(3, 2, 2)
    network = b.build(outputs=[b.tanh(x) for _ in range(7)])
    with pytest.raises(UsageError) as found:
        deploy_network(network)
    assert str(found.value) == (
        "error: more than 6 pairs of tensors live at the same time, at the latest while 'tanh4' "
        "is computed; no plan is made of so many\n"
        "  help: plan the parts of the network, or ask for the lower bound alone"
    )


def test_an_unknown_planner_is_refused_with_the_nearest() -> None:
    net = cnn.loads("{cnn: 1, input: 5, layers: [relu]}")
    with pytest.raises(UsageError) as found:
        deploy_network(net, planner="tflm-gredy")
    assert str(found.value) == (
        "error: there is no planner 'tflm-gredy'; did you mean 'tflm-greedy'?\n"
        "  help: the planners are tflm-greedy, in-place, tinyengine"
    )


@pytest.mark.parametrize(
    ("name", "head", "live"),
    [
        ("resnet8", 49_152, 49_152),
        ("mobilenet_v1_vww", 73_728, 55_296),
        ("ds_cnn", 16_000, 16_000),
        ("streaming_wake_word", 6_656, 6_656),
    ],
)
def test_arena_is_what_tensorflow_lite_micro_allocates(name: str, head: int, live: int) -> None:
    plan = deploy_network(cnn.load(f"zoo:{name}")).plan
    assert (plan.size, plan.least) == (head, live)
