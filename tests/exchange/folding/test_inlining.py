"""Blocks that are called so rarely that they are written out."""

from __future__ import annotations

import pytest

from cnnanalyze.exchange.folding.inlining import inline
from cnnanalyze.exchange.folding.step import Expression, Step
from cnnanalyze.exchange.folding.text import Block, Folded, Writer

CONV = Step("conv", (("filters", Expression("2 * $filters")), ("kernel", Expression("$kernel"))))
UNIT = Block(("filters", "kernel"), (CONV, Step("relu")), {"kernel": 3})


def call(filters: object = 5, **more: object) -> Step:
    return Step("unit", (("filters", filters), ("kernel", 3)), **more)  # type: ignore[arg-type]


def written(*steps: Step, unit: Block = UNIT) -> list[str]:
    found = inline(Folded({"unit": unit}, steps))
    return Writer(found.blocks).steps(found.steps, 0)


def test_a_block_that_is_called_once_is_written_out_with_its_numbers() -> None:
    assert written(call()) == ["- conv: {filters: 10, kernel: 3}", "- relu"]


def test_an_expression_in_an_expression_keeps_its_brackets() -> None:
    assert written(call(Expression("$width // 3")))[0] == (
        "- conv: {filters: 2 * ($width // 3), kernel: 3}"
    )


@pytest.mark.parametrize(
    "step",
    [call(repeat=2), call(when="$stride != 1")],
    ids=["several steps repeat", "several steps have one condition"],
)
def test_a_block_that_only_a_call_can_stand_for_stays(step: Step) -> None:
    assert written(step)[0].startswith("- {unit: 5, ")


def test_what_comes_in_is_that_of_the_call_and_not_of_a_later_step() -> None:
    late = Block(("filters",), (Step("relu"), CONV))
    assert written(call(Expression("$in")), unit=late)[0] == "- unit: {filters: $in, kernel: 3}"


def test_a_condition_that_is_known_is_gone() -> None:
    chosen = Step("relu", when="$kernel == 3")
    assert written(call(), unit=Block(("filters", "kernel"), (CONV, chosen))) == [
        "- conv: {filters: 10, kernel: 3}",
        "- relu",
    ]
