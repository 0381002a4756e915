"""Expressions that YAML tears apart at a comma."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn

HEAD = "cnn: 1\ninput: 7x7x3\nparams: {w: 8}\nlayers:\n"


def faults(step: str) -> list[tuple[str, str, str]]:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(f"{HEAD}- {step}\n")
    return [(str(f.mark), f.message, f.help) for f in caught.value.faults]


TORN = "a comma ends the text here, so this expression is cut in two"


@pytest.mark.parametrize(
    ("step", "column", "whole"),
    [
        ("{conv: {filters: $max($w, 5), kernel: 3}}", 20, "$max($w, 5)"),
        ("{conv: {kernel: 3, filters: max($w, 5, min(3, 4))}}", 31, "max($w, 5, min(3, 4))"),
        ("conv: {filters: make_divisible($w, 8), kernel: 3}", 19, "make_divisible($w, 8)"),
        ("{relu: , when: $min(3, $w) == 3}", 18, "$min(3, $w) == 3"),
        ("{for: {n: $range(1, 3)}, do: [relu]}", 13, "$range(1, 3)"),
        ("{conv: {filters: 5, kernel: [$max($w, 5), 3], padding: same}}", 32, "$max($w, 5)"),
    ],
)
def test_a_torn_expression_is_told_once_with_the_quotes_that_it_needs(
    step: str, column: int, whole: str
) -> None:
    assert faults(step) == [(f"<text>:5:{column}", TORN, f'write it in quotes: "{whole}"')]
    quoted = step.replace(whole, f'"{whole}"')
    assert len(cnn.loads(f"{HEAD}- {quoted}\n"))


def test_two_torn_expressions_of_one_mapping_are_two_faults() -> None:
    found = faults("{conv: {filters: $max($w, 5), kernel: $max(3, 5)}}")
    assert [message for _, message, _ in found] == [TORN, TORN]


def test_an_expression_that_is_never_closed_is_no_torn_one() -> None:
    assert faults("{conv: {filters: $max($w, 5, kernel: 3}}")[0][1] == "this is not an expression"


def test_words_with_parentheses_alone_are_left_as_they_are() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu], source: (He, 2015}")
    assert caught.value.message.startswith("a spec has no '2015'")


def test_brackets_inside_of_braces_are_explained() -> None:
    (_, message, advice), *_ = faults("{conv: {kernel: 3, filters: $[3, 5][0]}}")
    assert message.startswith("invalid YAML")
    assert advice == "an expression with brackets or braces needs quotes inside of braces"


def test_a_list_that_goes_on_for_long_is_not_put_together() -> None:
    many = ", ".join("1" for _ in range(20_000))
    found = faults(f"{{conv: {{filters: [$max({many}], kernel: 3}}}}")
    assert len(found) < 5
