"""Memory plans: what tensors add up to is what is measured layer by layer."""

from __future__ import annotations

from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.report.memory_plan import MemoryPlan, Tensor, memory_plan
from cnnanalyze.report.options import Options
from tests.strategies.networks import specs

ARENA = MemoryPlan(
    (
        Tensor("one", 0, 2, 3001, 0, "conv"),
        Tensor("two", 1, 2, 2003, 3001, "merge"),
        Tensor("three", 3, 5, 5003, 0),
        Tensor("four", 2, 4, 1511, 6007),
    ),
    ("a", "b", "c", "d", "e", "f"),
)


@given(specs())
def test_tensors_add_up_to_what_is_live_at_each_layer(text: str) -> None:
    analysis = cnn.analyze(cnn.loads(text)).analysis
    plan = memory_plan(analysis, Options(batch=3, dtype="float16"))
    assert plan.live == tuple(6 * count for count in analysis.memory.live)
    assert plan.peak_at == analysis.memory.peak_at


def test_words_name_the_largest_tensors_at_the_peak() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 5x7x3, layers: [{conv: {filters: 11, kernel: 1}}, relu, gap, {dense: 13}]}"
    )
    assert memory_plan(cnn.analyze(net).analysis).text == (
        "5 tensors over 4 steps: at most 3.008 KiB at relu1, where conv1 (1.504 KiB) and relu1 "
        "(1.504 KiB) are held"
    )


def test_of_many_tensors_at_the_peak_the_rest_is_counted() -> None:
    plan = MemoryPlan(tuple(Tensor(f"t{i}", 0, 0, 100 - i) for i in range(9)), ("all",))
    assert plan.at_peak == (
        "t0 (100 B), t1 (99 B), t2 (98 B), t3 (97 B), t4 (96 B), t5 (95 B) and 3 others are held"
    )


def test_a_plan_with_addresses_is_as_large_as_its_last_byte() -> None:
    assert (ARENA.extent, ARENA.peak, ARENA.peak_at) == (7518, 6515, "c")
    assert ARENA.text == (
        "4 tensors over 6 steps: 7.342 KiB of memory, at most 6.362 KiB at c, where one (2.931 "
        "KiB), two (1.956 KiB) and four (1.476 KiB) are held"
    )
