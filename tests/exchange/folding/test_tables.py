"""Repeats and tables along a list."""

from __future__ import annotations

from cnnanalyze.exchange.folding.library import Library
from cnnanalyze.exchange.folding.step import Expression, Step
from cnnanalyze.exchange.folding.tables import compress
from cnnanalyze.exchange.folding.text import Writer


def conv(filters: int, kernel: int = 3, read: int = 3) -> Step:
    return Step("conv", (("filters", filters), ("kernel", kernel)), read=read, made=filters)


def written(*steps: Step) -> list[str]:
    library = Library()
    found = compress(steps, library)
    lines = [line for n, b in library.blocks.items() for line in Writer({}).block(n, b)]
    return lines + Writer(library.blocks).steps(found, 0)


def test_equal_steps_repeat() -> None:
    assert written(conv(7), conv(7), conv(7), Step("relu")) == [
        "- {conv: {filters: 7, kernel: 3}, repeat: 3}",
        "- relu",
    ]


def test_steps_with_other_numbers_are_rows() -> None:
    pool = Step("maxpool", (("kernel", 2),))
    rows = [step for n in (5, 7, 11, 13) for step in (conv(n), conv(n), Step("relu"), pool)]
    assert written(*rows) == [
        "- for: {filters: [5, 7, 11, 13]}",
        "  do:",
        "    - {conv: {filters: $filters, kernel: 3}, repeat: 2}",
        "    - relu",
        "    - maxpool: 2",
    ]


def test_two_short_steps_are_no_table() -> None:
    assert written(conv(5), conv(7)) == [
        "- conv: {filters: 5, kernel: 3}",
        "- conv: {filters: 7, kernel: 3}",
    ]


def test_several_steps_that_repeat_as_they_are_become_a_block() -> None:
    row = (Step("bn"), Step("layernorm"), conv(3), Step("tanh"))
    assert written(*(5 * row), Step("softmax")) == [
        "  unit#1: [bn, layernorm, {conv: {filters: 3, kernel: 3}}, tanh]",
        "- {unit#1: , repeat: 5}",
        "- softmax",
    ]


def test_a_step_that_others_read_by_name_stands_in_no_table() -> None:
    steps = [Step("relu", name=f"a{n}") for n in range(9)]
    assert len(written(*steps)) == 9


def test_columns_hold_no_parameters_of_a_block() -> None:
    steps = [
        Step("conv", (("filters", Expression(f"{n} * $filters")), ("kernel", 3)))
        for n in (2, 3, 5, 7, 11, 13)
    ]
    assert len(written(*steps)) == 6


def test_a_step_that_follows_what_comes_in_repeats_without_columns() -> None:
    steps = [
        Step("slice", (("channels", (0, n - 2)),), read=n, made=n - 2) for n in range(30, 10, -2)
    ]
    assert written(*steps)[0].startswith("- for: {channels: ")
    halves = [
        Step("slice", (("channels", (0, 2**n)),), read=2 ** (n + 1), made=2**n)
        for n in range(9, 2, -1)
    ]
    assert written(*halves) == ["- {slice: {channels: [0, $in // 2]}, repeat: 7}"]
