"""Random chains of layers of all kinds: the two books agree, whatever stands behind what."""

from __future__ import annotations

import pytest
from hypothesis import example, given, note

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from tests.strategies.chains import specs

SHIFT = "{cnn: 1, input: 3x2x1, layers: [{permute: [2, 1]}, {shift: 1}]}"
TWICE = "{cnn: 1, input: 13x3x6, layers: [{permute: [2, 1]}, {permute: [2, 1]}]}"
RESIZE = (
    "{cnn: 1, input: 7x5x2, layers: [{permute: [2, 1]}, "
    "{transposed_conv: {filters: 1, kernel: 2, dilation: 3}}, {resize: {size: 2}}]}"
)
JOINED = (
    "{cnn: 1, input: 5x5x2, layers: [{add: [[], [{permute: [2, 1]}, {shift: [1, 0]}]]}, "
    "{conv: {filters: 1, kernel: [3, 1]}}, {permute: [2, 1]}, {shift: [0, 2]}]}"
)
VOLUME = (
    "{cnn: 1, input: 5x3x2x1, layers: [{permute: [3, 1, 2]}, {conv: {filters: 1, kernel: 2}}, "
    "{shift: [0, 1, 0]}, {permute: [2, 3, 1]}]}"
)

LOOKUP = (
    "{cnn: 1, input: 11x2, layers: [{dense: 2}, abs, {embedding: {words: 3, size: 4}}, "
    "{conv: {filters: 1, kernel: 2}}]}"
)
"""Features that become positions."""
FIXED = "{cnn: 1, input: 2x1, layers: [constant_map, identity]}"
"""Numbers that are held and not learned."""


@given(text=specs())
@example(text=SHIFT)
@example(text=TWICE)
@example(text=RESIZE)
@example(text=JOINED)
@example(text=VOLUME)
@example(text=LOOKUP)
@example(text=FIXED)
def test_books_agree_on_a_chain(text: str) -> None:
    note(text)
    result = balance(cnn.loads(text))
    assert result.discrepancies == ()


@pytest.mark.parametrize(
    ("layers", "sizes"),
    [
        ("{permute: [2, 1]}", [1, 1]),
        ("{permute: [2, 1]}, {permute: [2, 1]}", [1, 1]),
        ("{permute: [2, 1]}, {conv: {filters: 1, kernel: [3, 5]}}", [5, 3]),
        ("{conv: {filters: 1, kernel: [3, 5]}}, {permute: [2, 1]}", [3, 5]),
        (
            (
                "{permute: [2, 1]}, {conv: {filters: 1, kernel: [3, 5]}}, {permute: [2, 1]}, "
                "{conv: {filters: 1, kernel: [1, 2]}}"
            ),
            [5, 4],
        ),
        ("{add: [[{permute: [2, 1]}], []]}", [13, 13]),
    ],
)
def test_the_field_is_told_by_the_axes_of_the_input_wherever_they_lie(
    layers: str, sizes: list[int]
) -> None:
    report = cnn.analyze(cnn.loads(f"{{cnn: 1, input: 13x13x2, layers: [{layers}]}}"))
    last = list(report)[-1]
    assert last.fields is not None
    assert [field.local.size for field in last.fields] == sizes
