"""Blocks: joins of one form, with what some of them lack."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn
from cnnanalyze.exchange.folding.fold import fold
from tests.exchange.folding.flat import signature

Tensor = cnn.Tensor


def folded(build: Callable[[cnn.NetworkBuilder, Tensor], Tensor]) -> list[str]:
    """Return the folded text of a network, behind its header; it is the same network."""
    b = cnn.NetworkBuilder("n")
    network = b.build(outputs=build(b, b.input(61, 67, 8)))
    text = fold(network)
    assert signature(cnn.loads(text)) == signature(network)
    return text.splitlines()[3:]


def conv(
    b: cnn.NetworkBuilder, x: Tensor, filters: int, kernel: int = 3, stride: int = 1
) -> Tensor:
    return b.tanh(
        b.conv(x, filters=filters, kernel=kernel, stride=stride, padding="same", bias=False)
    )


def test_a_shortcut_that_some_joins_lack_has_the_condition_under_which_they_have_it() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        for filters, stride in ((8, 1), (8, 1), (16, 2), (16, 1), (32, 2), (32, 1)):
            y = conv(b, conv(b, x, filters, 3, stride), filters)
            shortcut = conv(b, x, filters, 1, stride) if stride > 1 else x
            x = b.relu(b.add(y, shortcut))
        return x

    found = folded(build)
    assert "  residual:" in found
    assert (
        "          - {conv_tanh: {filters: $filters, kernel: 1, stride: 2}, when: $stride != 1}"
        in found
    )
    assert found[-2:] == [
        "  - for: {filters: [8, 16, 16, 32, 32], stride: [1, 2, 1, 2, 1], count: [2, 1, 1, 1, 1]}",
        "    do: [{residual: {filters: $filters, stride: $stride}, repeat: $count}]",
    ]


def test_a_list_without_the_join_is_the_same_block_where_nothing_can_be_added() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        for filters in (8, 8, 16, 16, 32, 32):
            y = conv(b, conv(b, conv(b, x, 4 * filters, 1), 4 * filters), filters, 1)
            x = b.add(x, y) if x.channels == filters else y
            x = b.maxpool(x, kernel=3, stride=1)
        return x

    found = folded(build)
    assert "      - {add: [x, []], when: $x.channels == $filters // 4}" in found
    assert len(found) <= 16


def test_a_list_that_lacks_a_step_as_some_joins_do_is_the_same_block() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        x = conv(b, x, 12, 3, 2)  # looks like the first step of a block, and is none
        for filters, stride, ratio, count in ((4, 1, 1, 2), (8, 2, 6, 3), (16, 2, 6, 2)):
            for k in range(count):
                y = conv(b, x, ratio * x.channels, 1) if ratio > 1 else x
                y = b.depthwise(y, kernel=3, stride=1 if k else stride, padding="same")
                y = b.batchnorm(b.conv(b.sigmoid(y), filters=filters, kernel=1))
                x = b.add(x, y) if k else y
        return x

    found = folded(build)
    start = found.index("layers:")
    assert "      - {conv_tanh: 6 * $in, when: $with_conv_tanh}" in found
    assert "      - {add: [x, []], when: $x.channels == $filters}" in found
    assert found[start + 1] == "  - conv_tanh: {filters: 12, kernel: 3, stride: 2}"
    assert sum("depthwise" in line for line in found) == 1
    assert len(found) - start <= 10


def test_what_a_join_reads_by_name_is_an_input_of_its_block() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        before = after = x
        for filters in (8, 16, 8, 16):
            one = conv(b, conv(b, before, filters), filters, 5)
            other = conv(b, conv(b, after, filters, 5), filters)
            before, after = after, b.add(one, other)
        return b.concat(before, after)

    found = folded(build)
    assert any(line.startswith("    inputs: [x, y") for line in found)
    assert sum("from: [^1, map" in line for line in found) >= 2


@pytest.mark.parametrize("count", [1, 4])
def test_a_part_with_one_way_in_and_out_is_a_block_if_there_are_several(count: int) -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        for _ in range(count):
            first = conv(b, x, 8)
            second = conv(b, first, 8)
            x = b.concat(x, first, second, conv(b, second, 8, 5), first)
            x = b.conv(x, filters=8, kernel=1)
        return x

    found = folded(build)
    assert any("module" in line for line in found) == (count > 1)
    assert any("as: map1" in line for line in found) == (count == 1)


def test_forms_that_differ_in_more_than_a_step_or_two_are_no_block() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        for length in (2, 7, 12):
            y = x
            for _ in range(length):
                y = conv(b, y, 8, 3)
            x = b.add(x, y)
        return x

    assert not any(" when: " in line for line in folded(build))


def test_a_block_holds_what_stands_beside_all_its_calls_if_that_is_shorter() -> None:
    def build(b: cnn.NetworkBuilder, x: Tensor) -> Tensor:
        for filters in (8, 16, 24, 40):
            x = b.elu(b.maxpool(x, kernel=3, stride=1))
            x = b.concat(conv(b, x, filters, 1), conv(b, conv(b, x, 8, 1), filters))
            x = b.resize(b.softmax(x), scale=1)
            if filters in {8, 24}:
                x = b.dropout(x)
        return x

    found = folded(build)
    calls = [line for line in found if line.startswith("  - ")]
    assert len(calls) <= 6
    assert sum("softmax" in line for line in found) == 1
