"""What budgets measure, against numbers that others printed."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.budget import check_budgets, matching, sentence
from cnnanalyze.language.sections import plan_budgets


def test_totals_of_resnet50_are_those_of_torchvision() -> None:
    budgets = plan_budgets(
        {
            "parameters": 25_557_032,
            "macs": 4_089_184_256,
            "size_on_disk": {"at_most": 102_440_608},  # with 53,120 batch statistics
            "depth": 50,
            "receptive_field": {"at_least": 427, "at_most": 427},
        },
        "test",
    )
    checks = check_budgets(cnn.analyze("zoo:resnet50").analysis, budgets)
    assert [(c.limit.quantity, c.measured == c.limit.value, c.verdict) for c in checks] == [
        (quantity, True, "within")
        for quantity in ("parameters", "macs", "size_on_disk", "depth", *["receptive_field"] * 2)
    ]


def test_memory_is_all_weights_and_the_peak_in_the_chosen_type() -> None:
    report = cnn.analyze("zoo:lenet5_common")
    for dtype, size in (("float32", 4), ("float16", 2), ("int8", 1)):
        budgets = plan_budgets({"memory": {"at_most": 1, "dtype": dtype}}, "test")
        (check,) = check_budgets(report.analysis, budgets)
        assert check.measured == size * (report.total.stored + report.analysis.memory.peak)
        assert check.verdict == "over"


def test_a_block_is_measured_where_it_ends() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 31x37x3, blocks: {u: [{conv: {filters: 7, kernel: [3, 5]}}, relu, "
        "{conv: {filters: 5, kernel: [5, 3], stride: 2}}, {conv: {filters: 2, kernel: 3}}]}, "
        "layers: [{u: , as: a}, gap]}"
    )
    least_and_most = {"at_least": 1, "at_most": 1000}
    budgets = plan_budgets(
        {"layers": {"a": {"receptive_field": least_and_most, "activations": 1000}}}, "test"
    )
    checks = check_budgets(cnn.analyze(net).analysis, budgets)
    found = {(c.limit.quantity, c.limit.is_upper): c.measured for c in checks}
    # PyTorch: height 31 -> 29 -> 13 -> 11, width 37 -> 33 -> 16 -> 14; along the height a unit sees
    # 3 + 4 + 2·2 indices, along the width 5 + 2 + 2·2.
    assert found == {
        ("receptive_field", True): 11,
        ("receptive_field", False): 11,
        ("activations", True): 11 * 14 * 2,
    }


def test_an_upper_limit_speaks_of_the_longest_side_and_a_lower_one_of_the_shortest() -> None:
    net = cnn.loads("{cnn: 1, input: 31x37x3, layers: [{conv: {filters: 7, kernel: [3, 5]}}]}")
    for layers in ({}, {"conv1": {"receptive_field": {"at_least": 4, "at_most": 4}}}):
        said = {"layers": layers} if layers else {"receptive_field": {"at_least": 4, "at_most": 4}}
        checks = check_budgets(cnn.analyze(net).analysis, plan_budgets(said, "test"))
        assert [(c.measured, c.verdict) for c in checks] == [(5, "over"), (3, "under")]


def test_operations_follow_their_convention() -> None:
    report = cnn.analyze("zoo:lenet5_common")
    for name in ("mac", "flop"):
        budgets = plan_budgets({"operations": {"at_most": 1, "convention": name}}, "test")
        (check,) = check_budgets(report.analysis, budgets)
        assert check.measured == report.total.operations(name)


def test_a_pattern_is_checked_for_each_that_fits_it() -> None:
    analysis = cnn.analyze("zoo:resnet50").analysis
    budgets = plan_budgets({"layers": {"stage*": {"macs": "1G"}, "fc": {"parameters": 1}}}, "test")
    checks = check_budgets(analysis, budgets)
    assert [(c.layer, c.verdict) for c in checks] == [
        *(("stage1", "within"), ("stage2", "over"), ("stage3", "over"), ("stage4", "within")),
        ("fc", "over"),
    ]
    assert sum(c.measured or 0 for c in checks[:4]) < analysis.total.operations("mac")
    assert checks[1].largest[0][0] == "stage2/residual1"
    assert sentence(checks[4]) == "fc has 2,049,000 parameters, 2,048,999 over the budget of 1"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", ["a"]),
        ("a/*", ["a/conv1", "a/relu1"]),
        ("*/conv*", ["a/conv1", "b/conv1"]),
        ("**/relu1", ["a/relu1", "b/relu1"]),
        ("**", ["a", "a/conv1", "a/relu1", "b", "b/conv1", "b/relu1"]),
        ("A", []),
        ("conv1", []),
        ("a/conv1/x", []),
    ],
)
def test_patterns(pattern: str, found: list[str]) -> None:
    net = cnn.loads(
        "{cnn: 1, input: 31x37x3, blocks: {u: [{conv: {filters: 5, kernel: 3}}, relu]}, "
        "layers: [{u: , as: a}, {u: , as: b}]}"
    )
    assert list(matching(cnn.analyze(net).analysis, pattern)) == found


def test_what_cannot_be_counted_keeps_no_limit() -> None:
    from cnnanalyze.core.shape import Shape
    from cnnanalyze.layers.base import KINDS, Layer, layer

    with KINDS.scoped():

        @layer("acme.riddle")
        class Riddle(Layer):
            """A layer that does not tell what it costs."""

            def shape(self, *inputs: Shape) -> Shape:
                return inputs[0]

            def cost(self, output: Shape, *inputs: Shape) -> None:  # noqa: ARG002
                return None

        net = cnn.loads(
            "{cnn: 1, input: 31x37x3, layers: [{conv: {filters: 5, kernel: 3}}, acme.riddle]}"
        )
        analysis = cnn.analyze(net).analysis
        over, unknown, held = check_budgets(
            analysis, plan_budgets({"macs": 1, "operations": "1T", "parameters": "1k"}, "test")
        )
    assert (over.verdict, unknown.verdict, held.verdict) == ("over", "unknown", "within")
    assert sentence(unknown).startswith("the operations (flop) is unknown: at least ")


def test_the_sentence_for_a_lower_limit() -> None:
    analysis = cnn.analyze("zoo:lenet5_common").analysis
    low, within = check_budgets(
        analysis,
        plan_budgets({"receptive_field": {"at_least": 100}, "depth": {"at_least": 2}}, "test"),
    )
    assert sentence(low) == ("the receptive field is 16, 84 under the minimum of 100")
    assert sentence(within) == "the depth in weighted layers is 5, within the budget of 2"
    assert low.share is not None
    assert float(low.share) == 16.0
