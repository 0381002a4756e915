"""Attention of given queries, keys and values: softmax(Q·Kᵀ/√d)·V by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Nested, Solution, Variant, plain
from cnnanalyze.course.sheets.questions.matrices import Matrix, matrix
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.course.sheets.questions.values import LARGEST
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Flag

ROOT_FORGOTTEN = kind(
    "root of the head size forgotten", "did not divide by the root of the numbers of a query"
)
OVER_COLUMNS = kind("softmax over the columns", "took the softmax over the queries")
MASK_FORGOTTEN = kind("mask forgotten", "let queries see what comes later")

Cells = tuple[tuple[Expression, ...], ...]
MOST_PRODUCTS = 4_096
"""More products than that are not worked out by hand."""
SHOWN = 4
"""So many entries are written out; the others go the same way."""


class AttentionQuestion(Section):
    """Queries, keys and values, a row for each position."""

    queries: Annotated[Matrix, PlainValidator(matrix)] = Field(
        description="a row of numbers for each query"
    )
    keys: Annotated[Matrix | None, PlainValidator(matrix)] = Field(
        default=None, description="a row for each key; the queries, if left out"
    )
    values: Annotated[Matrix | None, PlainValidator(matrix)] = Field(
        default=None, description="a row for each key; the keys, if left out"
    )
    scaled: Flag = Field(
        default=True, description="whether scores are divided by the root of the size of a query"
    )
    causal: Flag = Field(
        default=False, description="whether a query sees only keys up to its own place"
    )


def _rows(a: AttentionQuestion) -> tuple[Matrix, Matrix, Matrix]:
    """Return queries, keys and values, if they fit together."""
    queries = a.queries
    keys = queries if a.keys is None else a.keys
    values = keys if a.values is None else a.values
    size, of_key = len(queries[0]), len(keys[0])
    if size != of_key:
        raise UsageError(
            f"queries of {size} numbers cannot be compared with keys of {of_key}: "
            f"{size} ≠ {of_key}",
            help="give every key as many numbers as a query has",
        )
    if len(values) != len(keys):
        raise UsageError(
            f"there are {len(values)} values for {len(keys)} keys: {len(values)} ≠ {len(keys)}",
            help="give one value for each key",
        )
    if (products := len(queries) * len(keys) * (size + len(values[0]))) > MOST_PRODUCTS:
        raise UsageError(
            f"attention by hand is done up to {MOST_PRODUCTS:,} products, and these are "
            f"{products:,}",
            help="take fewer positions, or fewer numbers for each",
        )
    return queries, keys, values


def _scores(a: AttentionQuestion) -> Cells:
    queries, keys, _ = _rows(a)
    size = given(len(queries[0]), Name("numbers of a query"))

    def score(query: tuple[Any, ...], key: tuple[Any, ...]) -> Expression:
        total = made("+", *(made("*", given(q), given(k)) for q, k in zip(query, key, strict=True)))
        return made("/", total, made("sqrt", size)) if a.scaled else total

    return tuple(tuple(score(query, key) for key in keys) for query in queries)


def _weights(a: AttentionQuestion, *, over_queries: bool = False) -> Cells:
    scores = _scores(a)
    for row in scores:
        for score in row:
            if not -LARGEST <= score.value <= LARGEST:
                raise UsageError(
                    f"the exponential of a score of {float(score.value):g} is out of bounds: "
                    f"at most {LARGEST}"
                )
    powers = [
        [
            made("exp", given(score.value)) if not a.causal or k <= q else given(0)
            for k, score in enumerate(row)
        ]
        for q, row in enumerate(scores)
    ]
    if over_queries:
        sums = [made("+", *column) for column in zip(*powers, strict=True)]
        return tuple(
            tuple(made("/", p, s) if s.value else given(0) for p, s in zip(row, sums, strict=True))
            for row in powers
        )
    return tuple(tuple(made("/", power, made("+", *row)) for power in row) for row in powers)


def _output(a: AttentionQuestion, *, over_queries: bool = False) -> Cells:
    _, _, values = _rows(a)
    return tuple(
        tuple(
            made(
                "+",
                *(
                    made("*", given(weight.value), given(value[column]))
                    for weight, value in zip(row, values, strict=True)
                ),
            )
            for column in range(len(values[0]))
        )
        for row in _weights(a, over_queries=over_queries)
    )


def _solution(
    a: AttentionQuestion, builder: ExplanationBuilder, words: str, cells: Cells, *reasons: str
) -> Solution:
    queries, keys, _ = _rows(a)
    value: Nested = tuple(tuple(plain(cell.value) for cell in row) for row in cells)
    places = [(r, c) for r, row in enumerate(cells) for c in range(len(row))]
    found = [
        DerivationStep(Name(f"row {r + 1}, column {c + 1}"), cells[r][c]) for r, c in places[:SHOWN]
    ]
    more = () if len(places) <= SHOWN else ("The other entries go the same way.",)
    subject = f"{len(queries)} queries and {len(keys)} keys of {len(queries[0])} numbers"
    worked = builder.explain(words, subject, found, value, form="matrix", reasons=(*reasons, *more))
    return Solution(value, "matrix", explanations=(worked,), trees=lambda: cells)


_MASKED = "What comes later has no weight: its exponential counts as 0."


def scores(a: AttentionQuestion, builder: ExplanationBuilder) -> Solution:
    """What are the scores?"""
    reason = "Each query is multiplied with each key, number by number, and added up."
    return _solution(a, builder, "What are the scores, a row for each query?", _scores(a), reason)


def weights(
    a: AttentionQuestion, builder: ExplanationBuilder, *, over_queries: bool = False
) -> Solution:
    """What are the weights?"""
    reasons = ["A softmax over the keys makes the weights of each query add up to 1."]
    reasons += [_MASKED] if a.causal else []
    cells = _weights(a, over_queries=over_queries)
    found = _solution(a, builder, "What are the weights, a row for each query?", cells, *reasons)
    return replace(found, variants=lambda: _by_columns(weights, a, builder))


def output(
    a: AttentionQuestion, builder: ExplanationBuilder, *, over_queries: bool = False
) -> Solution:
    """What comes out?"""
    reasons = ["Each row is the mean of the values, with the weights of its query."]
    reasons += [_MASKED] if a.causal else []
    cells = _output(a, over_queries=over_queries)
    found = _solution(a, builder, "What comes out, a row for each query?", cells, *reasons)
    return replace(found, variants=lambda: _by_columns(output, a, builder))


def _by_columns(
    solve: Callable[..., Solution], a: AttentionQuestion, builder: ExplanationBuilder
) -> Iterator[Variant]:
    yield Variant(OVER_COLUMNS, lambda: solve(a, builder, over_queries=True))


def _unscaled(a: AttentionQuestion, quantity: str) -> Iterator[tuple[AttentionQuestion, str]]:
    if a.scaled:
        yield a.model_copy(update={"scaled": False}), quantity


def _unmasked(a: AttentionQuestion, quantity: str) -> Iterator[tuple[AttentionQuestion, str]]:
    if a.causal:
        yield a.model_copy(update={"causal": False}), quantity


def _idle(quantity: str, a: AttentionQuestion) -> tuple[str, ...]:
    """Return the words that have no bearing on a quantity."""
    del a
    idle = {"scores": ("values", "causal"), "weights": ("values",)}
    return idle.get(quantity, ())


ATTENTION = Topic(
    "attention by hand: queries, keys and values with a row for each position",
    AttentionQuestion,
    {
        "output": TopicQuantity("the output", output),
        "weights": TopicQuantity("the weights: a softmax over the keys", weights),
        "scores": TopicQuantity("the scores: queries times keys, scaled", scores),
    },
    "output",
    without=_idle,
    misreadings=(
        Misreading(ROOT_FORGOTTEN, _unscaled),
        Misreading(MASK_FORGOTTEN, _unmasked),
    ),
)
