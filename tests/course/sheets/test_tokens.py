"""Homework on attention, recurrence and lookups: what is right, what is typically wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import grade
from cnnanalyze.course.sheets.sheet_reading import load_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from tests.course.marking import one, solved

SHEET = str(Path(__file__).with_name("tokens.sheet"))


@cache
def worked() -> SolvedSheet:
    return solve(load_sheet(SHEET))


RIGHT = {  # PyTorch 2.13: nn.MultiheadAttention(12, 3), nn.LSTM(7, 5); Keras 3.15: Embedding
    ("attention", "parameters"): 624,
    ("attention", "scores"): (3, 17, 17),
    ("cross", "keys"): (11, 10),
    ("cross", "values"): (11, 6),
    ("lstm", "parameters"): 280,
    ("gru", "output"): 10,
    ("embedding", "parameters"): 707,
}


def test_answers_are_what_the_frameworks_say() -> None:
    found = {
        (question.question.id, name): answer.solution.value
        for question in worked().questions
        for name, answer in question.answers.items()
    }
    assert {key: found[key] for key in RIGHT} == RIGHT


WRONG = [
    ("attention", "parameters", 576, "bias forgotten"),
    ("attention", "parameters", 624 - 156, "output projection forgotten"),
    ("attention", "parameters", 624 - 2 * 156, "one projection for queries, keys and values"),
    ("attention", "weights", 4 * 12 * 36, "multiplied by the heads"),
    ("attention", "biases", 36, "output projection forgotten"),
    ("attention", "macs", 17 * 576, "products of attention forgotten"),
    ("attention", "macs", 2 * 17 * 17 * 12, "projections forgotten"),
    ("attention", "macs", 16_728 - 17 * 17 * 12, "weighted values forgotten"),
    ("attention", "macs", 16_728 - 17 * 144, "output projection forgotten"),
    ("attention", "queries", "17x4", "one head only"),
    ("attention", "scores", "17x17", "one head only"),
    ("attention", "head_size", 12, "not divided among the heads"),
    ("lstm", "parameters", 70, "one gate only"),
    ("lstm", "parameters", 4 * (7 * 5 + 5 * 2), "weights of the state forgotten"),
    ("lstm", "parameters", 260, "one bias per gate"),
    ("lstm", "macs", 240, "one step only"),
    ("lstm", "output", 5, "last state only"),
    ("gru", "parameters", 195, "one direction only"),
    ("gru", "biases", 60, "two biases per gate"),
    ("gru", "output", 5, "one direction only"),
    ("embedding", "parameters", 714, "lookup given biases"),
    ("embedding", "macs", 13 * 101 * 7, "lookup counted as a product"),
    ("numbers", "scores", "[[1, 0, 2], [2, 2, 0]]", "root of the head size forgotten"),
]


@pytest.mark.parametrize(("question", "name", "given", "slip"), WRONG)
def test_a_wrong_answer_is_met_with_how_it_came_about(
    question: str, name: str, given: Any, slip: str
) -> None:
    (paper,) = grade(worked(), [Paper("Ann", {(question, name): given})]).papers
    (mark,) = [m for m in paper.marks if m.outcome != "missing"]
    assert mark.outcome == "wrong"
    names = [m.names for m in mark.mistakes]
    assert (slip,) in names


QUESTION = "attention: {queries: [[1, 0], [0, 2]], keys: [[1, 1], [0, 1], [2, 0]]}"


def softmax(scores: Any, axis: int) -> Any:
    powers = np.exp(scores)
    return powers / powers.sum(axis=axis, keepdims=True)


SCORES = np.array([[1, 0, 2], [2, 2, 0]]) / 2**0.5


@pytest.mark.parametrize(
    ("weights", "slip"),
    [
        (softmax(SCORES, 1), None),
        (softmax(SCORES, 0), "softmax over the columns"),
        (softmax(SCORES * 2**0.5, 1), "root of the head size forgotten"),
    ],
    ids=["right", "over the columns", "without the root"],
)
def test_weights_by_hand_are_those_of_numpy(weights: Any, slip: str | None) -> None:
    given = str([[round(float(w), 5) for w in row] for row in weights])
    mark = one(f"{QUESTION}, find: weights", given)
    assert mark.outcome == ("wrong" if slip else "right")
    assert [m.names for m in mark.mistakes] == ([(slip,)] if slip else [])


def test_who_forgets_the_mask_is_told_so() -> None:
    question = "attention: {queries: [[1, 0], [0, 2]], causal: true}, find: weights"
    scores = np.array([[1, 0], [0, 4]]) / 2**0.5
    mark = one(question, str(softmax(scores, 1).round(5).tolist()))
    assert [m.names for m in mark.mistakes] == [("mask forgotten",)]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.frameworks
def test_attention_by_hand_is_that_of_pytorch(causal: bool) -> None:
    torch: Any = pytest.importorskip("torch", reason="torch is not installed")
    rows = ([[1, -2, 3], [0, 2, 1]], [[1, 1, 0], [0, 1, 2]], [[3, 5], [-7, 2]])
    q, k, v = (torch.tensor(one, dtype=torch.float64)[None] for one in rows)
    wanted = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)[0]
    names = ("queries", "keys", "values")
    parts = ", ".join(f"{n}: {r}" for n, r in zip(names, rows, strict=True))
    (question,) = solved(
        f"- {{id: A, attention: {{{parts}, causal: {str(causal).lower()}}}}}\n"
    ).questions
    (answer,) = question.answers.values()
    matrix: Any = answer.solution.value
    found = [[float(x) for x in row] for row in matrix]
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-12)


REFUSED = [
    ("queries: [[1, 2]], keys: [[1]]", "queries of 2 numbers cannot be compared with keys of 1"),
    ("queries: [[1]], values: [[1], [2]]", "there are 2 values for 1 keys: 2 ≠ 1"),
    ("queries: [[9999]]", "the exponential of a score of 9.998e+07 is out of bounds: at most 700"),
    (f"queries: {[[1] * 40] * 40}", "attention by hand is done up to 4,096 products, and these"),
    ("queries: []", "'queries' of 'attention' must be a list of rows"),
]


@pytest.mark.parametrize(("written", "message"), REFUSED)
def test_what_cannot_be_worked_out_is_refused(written: str, message: str) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        solved(f"- {{id: A, attention: {{{written}}}}}\n")
    assert message in str(caught.value)


def test_layers_without_heads_have_no_queries() -> None:
    with pytest.raises(cnn.CnnError, match="'c' has no quantity 'queries'"):
        solved("- {id: A, input: 9x3, layers: [{conv: {filters: 5, kernel: 3}, as: c}], layer: c, "
               "find: queries}\n")  # fmt: skip


def test_a_misspelt_part_of_attention_is_named() -> None:
    with pytest.raises(cnn.CnnError, match="no quantity 'querys'; did you mean 'queries'"):
        solved("- {id: A, input: 9x4, layers: [{attention: {heads: 2}, as: a}], layer: a, "
               "find: querys}\n")  # fmt: skip
