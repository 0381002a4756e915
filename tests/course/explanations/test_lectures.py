"""The numbers of the lectures come out of the rules, and the courses' own answers are said."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.expression import Expression, Name, evaluate, given, made, rewrite
from cnnanalyze.course.explanations.explain import explain
from tests.course.explanations.lectures import PRINTED, Printed
from tests.course.explanations.test_values import check


def analyzed(input: str, *layers: str) -> Analysis:  # noqa: A002
    text = f"{{cnn: 1, input: {input}, layers: [{', '.join(layers)}]}}"
    return cnn.analyze(cnn.loads(text)).analysis


@pytest.mark.parametrize("printed", PRINTED, ids=lambda p: f"{p.lecture} {p.place}")
def test_printed_number_comes_out(printed: Printed) -> None:
    analysis = analyzed(printed.input, printed.layer)
    found = explain(analysis, "it", printed.quantity, printed.notation)
    assert found.value == printed.value
    check(found)


@pytest.mark.parametrize(
    ("spec", "layer", "quantity", "value"),
    [
        ("lecture_000_lenet", "", "parameters", 62_958),
        ("lecture_000_lenet", "", "macs", 849_320),
        ("lecture_001_lenet", "", "parameters", 62_006),
        ("lecture_003_keras", "", "parameters", 17_404),
        ("lecture_003_keras", "", "iterations", 480),
        ("lecture_003_keras", "", "updates", 1_920),
        ("vgg16", "", "parameters", 138_357_544),
        ("mobilenet_v1", "", "macs", 568_740_352),
        ("lecture_000_lenet", "conv1", "receptive_field", (5, 5)),
        ("lecture_000_lenet", "pool1", "receptive_field", (6, 6)),
        ("lecture_000_lenet", "conv2", "receptive_field", (14, 14)),
        ("lecture_000_lenet", "pool2", "receptive_field", (16, 16)),
        ("lecture_000_lenet", "fc3", "receptive_field", (32, 32)),
        ("vgg16", "stage5/pool", "receptive_field", (212, 212)),
        ("mobilenet_v1", "conv13/pw", "receptive_field", (315, 315)),
    ],
)
def test_number_of_a_network_comes_out(spec: str, layer: str, quantity: str, value: object) -> None:
    found = explain(cnn.analyze(f"zoo:{spec}").analysis, layer, quantity)
    assert found.value == value
    check(found)


SIX = "{conv: {filters: 4, kernel: 3, stride: 2}, as: it}"
SEVEN = "{conv: {filters: 4, kernel: 3, stride: 3}, as: it}"
PADDED = "{conv: {filters: 4, kernel: 5, padding: 2}, as: it}"


def same(kernel: int, stride: int) -> str:
    return f"{{conv: {{filters: 4, kernel: {kernel}, stride: {stride}, padding: same}}, as: it}}"


@pytest.mark.parametrize(
    ("input", "layer", "notation", "says"),
    [
        ("6x6x1", SIX, "cs231n", "this is 5/2 = 2.5, no whole number, so it does not fit"),
        ("7x7x1", SEVEN, "cs231n", "this is 7/3 ≈ 2.33, no whole number, so it does not fit"),
        ("6x6x1", SIX, "bologna", "as printed, the formula gives 5/2 = 2.5"),
        ("7x7x1", SEVEN, "bologna", "as printed, the formula gives 7/3 ≈ 2.33"),
        ("6x6x1", SIX, "ng", "the course rounds 5/2 = 2.5 down silently"),
        ("6x6x1", SIX, "plain", "Before rounding it is 5/2 = 2.5; the last row and column"),
        ("32x32x3", PADDED, "bologna", "P is the total padding in these notes: 4 here, 2 before"),
        ("7x7x1", same(3, 1), "bologna", "That is P = 0 here and gives 5, not 7."),
        ("7x7x1", same(3, 2), "bologna", "That is P = 0 here and gives 3, not 4."),
        ("8x8x1", same(3, 2), "bologna", "That is P = 1 here and gives 4, as well."),
        ("32x32x1", same(6, 2), "bologna", "That is P = 0 here and gives 14, not 16."),
        ("7x7x1", same(3, 1), "ng", "here 1, which gives 7, too."),
        ("7x7x1", same(3, 2), "ng", "1 on each side gives 4 here, too."),
        ("8x8x1", same(3, 2), "ng", "Keras puts 0 before and 1 after."),
        ("32x32x1", same(6, 2), "cs231n", "with F = 6 that is 5/2 = 2.5, so no even padding"),
        ("7x7x1", same(3, 2), "pytorch", "PyTorch refuses padding='same' with a stride above 1"),
    ],
)
def test_where_a_course_has_another_answer_it_is_said(
    input: str,  # noqa: A002
    layer: str,
    notation: str,
    says: str,
) -> None:
    found = explain(analyzed(input, layer), "it", "output", notation)
    assert any(says in remark for remark in found.remarks), found.remarks


@pytest.mark.parametrize("notation", ["plain", "ng", "cs231n", "bologna", "keras", "pytorch"])
def test_where_all_courses_agree_nothing_is_remarked(notation: str) -> None:
    layer = "{conv: {filters: 8, kernel: 5}, as: it}"
    assert explain(analyzed("32x32x3", layer), "it", "output", notation).remarks == ()


def test_batch_norm_counts_four_numbers_in_keras_and_two_of_them_learned() -> None:
    analysis = analyzed("112x112x32", "{bn: , as: it}")
    found = explain(analysis, "it", "parameters", "keras")
    assert (found.value, explain(analysis, "it", "statistics").value) == (64, 64)
    assert found.remarks == (
        (
            "Keras prints 128 under Param #: it counts the 64 moving statistics, too, as "
            "non-trainable."
        ),
    )


def test_typical_wrong_answers_are_variations_of_the_same_computation() -> None:
    analysis = analyzed("32x32x3", "{conv: {filters: 6, kernel: 5}, as: it}")
    found = explain(analysis, "it", "parameters")
    whole, last = found.expanded, found.steps[-1].tree
    assert (whole.value, last.value) == (456, 456)
    assert evaluate(last, {Name("biases"): 0}) == 450  # bias forgotten
    assert evaluate(last, {Name("biases"): 1}) == 451  # one for the layer

    def without_depth(part: Expression) -> Expression | None:
        return None if part.name == Name("channels") else part

    assert rewrite(whole, without_depth).value == 156


def test_sizes_without_the_one_and_with_the_padding_once() -> None:
    analysis = analyzed("6x6x1", "{conv: {filters: 4, kernel: 3, padding: 1}, as: it}")
    tree = explain(analysis, "it", "output").formula

    def without_one(part: Expression) -> Expression | None:
        return None if part == given(1) else part

    def padded_once(part: Expression) -> Expression:
        twice = part.op == "*" and part.args[0] == given(2)
        return part.args[1] if twice else part

    assert tree.value == 6
    assert rewrite(tree, without_one).value == 5
    assert rewrite(tree, padded_once).value == 5
    assert made("+", tree, given(1)).value == 7
