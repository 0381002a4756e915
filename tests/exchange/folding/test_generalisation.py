"""What several lists have in common, and what tells them apart."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.exchange.folding.generalisation import Generalisation, Unfit
from cnnanalyze.exchange.folding.step import Step


def conv(read: int, **values: Any) -> Step:
    return Step("conv", tuple(values.items()), read=read, made=values["filters"])


def convs(read: list[int], **columns: list[Any]) -> list[tuple[Step, ...]]:
    rows = zip(read, *columns.values(), strict=True)
    return [(conv(r, **dict(zip(columns, row, strict=True))),) for r, *row in rows]


def values(found: Generalisation, lists: list[Any]) -> dict[str, Any]:
    (step,) = found.steps(lists)
    return dict(step.values)


@pytest.mark.parametrize(
    ("read", "filters", "found"),
    [
        ([2, 3, 5], [2, 3, 5], "$in"),
        ([2, 3, 5], [8, 12, 20], "4 * $in"),
        ([8, 13, 20], [4, 6, 10], "$in // 2"),
        ([2, 3, 5], [7, 7, 7], 7),
        ([2, 3, 5], [7, 11, 13], "$filters"),
        ([3, 3, 3], [3, 5, 3], "$filters"),
    ],
)
def test_channels_are_seen_against_those_that_come_in(
    read: list[int], filters: list[int], found: object
) -> None:
    assert values(Generalisation(read), convs(read, filters=filters))["filters"] == found


def test_padding_is_seen_against_the_kernel_and_not_against_the_stride() -> None:
    lists = convs(
        [3, 3, 3], filters=[3, 5, 7], kernel=[1, 3, 5], stride=[3, 2, 1], padding=[0, 1, 2]
    )
    found = Generalisation([3, 3, 3])
    assert values(found, lists) == {
        "filters": "$filters",
        "kernel": "$kernel",
        "stride": "$stride",
        "padding": "$kernel // 2",
    }
    assert found.params == {"filters": [3, 5, 7], "kernel": [1, 3, 5], "stride": [3, 2, 1]}


def test_what_is_not_written_is_at_its_default() -> None:
    lists = [(conv(3, filters=5),), (conv(3, filters=5, stride=2),)]
    found = Generalisation([3, 3])
    assert values(found, lists) == {"filters": 5, "stride": "$stride"}
    assert found.params == {"stride": [1, 2]}


def test_an_attribute_that_may_be_missing_is_none_that_varies() -> None:
    rows = [(Step("slice", (("start", 1),)),), (Step("slice", (("stop", 2),)),)]
    with pytest.raises(Unfit):
        Generalisation([3, 3]).steps(rows)


@pytest.mark.parametrize(
    ("read", "filters", "stride", "there", "when"),
    [
        ([4, 8, 16], [8, 8, 32], [1, 1, 2], [True, False, True], "$in != $filters"),
        ([8, 8, 32], [8, 8, 32], [1, 2, 2], [False, True, True], "$stride != 1"),
        (
            [8, 8, 16],
            [8, 8, 32],
            [1, 2, 1],
            [True, False, False],
            "$stride == 1 and $in == $filters",
        ),
        ([8, 8, 16], [8, 8, 32], [1, 2, 1], [False, True, True], "$stride != 1 or $in != $filters"),
        ([8, 8, 8], [8, 8, 8], [1, 1, 1], [True, False, False], "$with_relu"),
    ],
)
def test_a_condition_tells_the_lists_with_a_step_from_those_without(
    read: list[int], filters: list[int], stride: list[int], there: list[bool], when: str
) -> None:
    rows = [
        (Step("relu", read=r, made=r) if is_there else None, conv(r, filters=f, stride=s))
        for r, f, s, is_there in zip(read, filters, stride, there, strict=True)
    ]
    found = Generalisation(read, is_block=True, asks_channels=False)
    relu, _ = found.steps(rows)
    assert relu.when == when


def test_a_step_that_repeats_does_not_ask_what_comes_in_the_first_time() -> None:
    rows = [
        (Step("conv", (("filters", 2 * n),), read=n, made=2 * n, repeat=k),)
        for n, k in ((3, 2), (5, 3))
    ]
    found = Generalisation([3, 5])
    (step,) = found.steps(rows)
    assert dict(step.values) == {"filters": "$filters"}
    assert step.repeat == "$count"


def test_what_stands_in_a_join_that_a_list_lacks_is_no_matter() -> None:
    inner = Step("relu", read=3, made=3)
    join = Step("add", branches=((inner,), ()), read=3, made=3)
    rows = [(join, conv(3, filters=5)), (None, conv(3, filters=3))]
    added, _ = Generalisation([3, 3], is_block=True).steps(rows)
    assert added.when
    assert [s.when for s in added.branches[0] if isinstance(s, Step)] == [""]


@pytest.mark.parametrize(
    ("stretches", "found", "params"),
    [
        ([(0, 4), (0, 6), (0, 10)], (0, "$in // 2"), {}),
        ([(4, 8), (6, 12), (10, 20)], ("$in // 2", "$in"), {}),
        ([(3, 8), (5, 12), (7, 20)], ("$channels", "$in"), {"channels": [3, 5, 7]}),
        ([(1, 3), (2, 7), (5, 11)], "$channels", {"channels": [(1, 3), (2, 7), (5, 11)]}),
    ],
)
def test_numbers_in_a_list_are_seen_one_by_one(
    stretches: list[tuple[int, int]], found: object, params: dict[str, object]
) -> None:
    read = [8, 12, 20]
    rows = [
        (Step("slice", (("channels", stretch),), read=r, made=r),)
        for stretch, r in zip(stretches, read, strict=True)
    ]
    work = Generalisation(read)
    assert values(work, rows) == {"channels": found}
    assert work.params == params
