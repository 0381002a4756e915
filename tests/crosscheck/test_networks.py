"""Random networks: the two books agree on every entry of every layer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note

import cnnanalyze as cnn
from cnnanalyze.core.reach import Window
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.layers import pool
from tests.strategies.networks import specs


@given(text=specs())
def test_books_agree_on_a_network(text: str) -> None:
    note(text)
    result = balance(cnn.loads(text))
    assert result.is_balanced, "\n".join(map(str, result.discrepancies))
    assert not result.remarks


@given(text=specs())
def test_written_spec_is_the_same_network(text: str) -> None:
    note(text)
    network = cnn.loads(text)
    written = cnn.loads(cnn.dumps(network))
    assert [n.layer for n in written] == [n.layer for n in network]
    assert [n.output for n in written] == [n.output for n in network]
    ours, theirs = cnn.analyze(network), cnn.analyze(written)
    assert theirs.total == ours.total
    assert theirs.analysis.memory.live == ours.analysis.memory.live
    assert [f.fields for f in theirs] == [f.fields for f in ours]


@pytest.mark.parametrize("lines", [3, 7, 19])
def test_few_lines_bear_the_rules_out_too(lines: int) -> None:
    net = cnn.load("zoo:lenet5")
    found = balance(net, lines=lines)
    assert found.discrepancies == ()
    assert found.remarks == (
        f"receptive fields by at most {lines} lines of the input along each axis, not by all",
    )


def test_few_lines_are_enough_to_catch_a_field_that_is_too_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_wide(*arguments: Any) -> tuple[Window, ...]:
        return tuple(Window(3, 2, 1, fit.before) for fit in arguments[-1])

    monkeypatch.setattr(pool, "windows", too_wide)
    net = cnn.loads("{cnn: 1, input: 31x37x2, layers: [{maxpool: 2}]}")
    found = balance(net, lines=11)
    assert {d.quantity for d in found.discrepancies} == {"receptive field"}


@pytest.mark.parametrize(
    "text",
    [
        # The input has one axis, the map two: the window reads two rows of padding.
        (
            "input: 11x2, layers: [gap, {dense: 2}, {reshape: 1x1x2}, "
            "{maxpool: {kernel: [2, 1], dilation: [2, 1], padding: [[1, 1], [0, 0]]}}]"
        ),
        # Two axes, then one: the only element that is left is padding.
        "input: 7x5x3, layers: [gap, {dense: 2}, {reshape: 1x2}, {zeropad: 1}, {crop: [[0, 2]]}]",
        "input: 7x5x3, layers: [gap, {dense: 2}, {reshape: 1x2}, {zeropad: 1}, {crop: [[1, 1]]}]",
        # Padding along one axis is padding of the whole row.
        (
            "input: 5x2, layers: [{dense: 4}, {reshape: 2x1x2}, {zeropad: [[0, 0], [1, 0]]}, "
            "{crop: [[0, 0], [0, 1]]}, flatten]"
        ),
        # What one path does not see, the other does.
        (
            "input: 5x2, layers: [{dense: 2}, {reshape: 1x1x2}, {zeropad: 1}, "
            "{add: [[{crop: [[0, 2], [0, 2]]}], [{crop: 1}]]}]"
        ),
    ],
)
def test_units_that_read_padding_alone_see_nothing_on_axes_made_anew(text: str) -> None:
    result = balance(cnn.loads(f"{{cnn: 1, {text}}}"))
    assert result.is_balanced, "\n".join(map(str, result.discrepancies))
