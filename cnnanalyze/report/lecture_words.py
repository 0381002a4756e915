"""What is said of a lecture's facts in every format: answers, reasons, conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.core.tree import Sequence as Items
from cnnanalyze.course.lectures.agreement import agrees
from cnnanalyze.course.lectures.facts import CAUSES, Fact
from cnnanalyze.course.lectures.verdict import OUTCOMES, FactResult, LectureResult
from cnnanalyze.report.numbers import exact

DIGITS = 6
"""Of a number that is not whole."""


def answer_of(value: Any) -> str:  # noqa: ANN401 - any answer
    """Return an answer as a lecture would print it.

    Examples
    --------
    >>> answer_of([[91, 100], [69, -5]]), answer_of(14450688), answer_of(Fraction(7, 2))
    ('91 100 / 69 -5', '14,450,688', '7/2')
    >>> answer_of({"output": "28x28x8", "biases": 8}), answer_of([True, False]), answer_of([])
    ('output 28x28x8, biases 8', 'yes, no', 'none')
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return exact(value)
        case float():
            return f"{value:.{DIGITS}g}"
        case Fraction() if is_long(value):
            return f"{float(value):.{DIGITS}g}"
        case dict():
            return ", ".join(f"{title_of(name)} {answer_of(v)}" for name, v in value.items())
        case [list(), *_]:
            return " / ".join(" ".join(map(answer_of, row)) for row in value)
        case list():
            return ", ".join(map(answer_of, value)) or "none"
        case _:
            return str(value)


def title_of(quantity: str) -> str:
    """Return what a quantity is called.

    Examples
    --------
    >>> title_of("macs"), title_of("training_samples")
    ('MACs', 'training samples')
    """
    known = QUANTITIES.get(quantity)
    return known.title if known else quantity.replace("_", " ")


def is_long(value: Fraction) -> bool:
    """Whether nobody could read a fraction as such."""
    return value.denominator > 99  # noqa: PLR2004 - two digits can be read as a fraction


def printed_of(tree: Tree | None) -> str:
    """Return what is printed, its numbers as they are written."""
    return "" if tree is None else answer_of(as_written(tree))


def as_written(tree: Tree) -> Any:  # noqa: ANN401 - texts inside lists
    """Return what is printed as texts, in lists where there are several."""
    if isinstance(tree, Scalar):
        return tree.value if isinstance(tree.value, bool) else tree.text
    if isinstance(tree, Items):
        return [as_written(item) for item in tree.items]
    return {key.text: as_written(value) for key, value in tree.entries}


def compared(row: FactResult) -> tuple[str, str]:
    """Return what is printed and what is computed; of several quantities those that differ."""
    tree, computed = row.fact.printed, row.computed
    if isinstance(tree, Mapping) and isinstance(computed, dict):
        named = {key.text: value for key, value in tree.entries}
        kept = [
            n
            for n in named
            if row.outcome == "holds" or not agrees(named[n], computed[n], row.fact.within)
        ] or list(named)
        return (
            answer_of({name: as_written(named[name]) for name in kept}),
            answer_of({name: computed[name] for name in kept}),
        )
    return printed_of(tree), "" if computed is None else answer_of(computed)


def remarks_on(row: FactResult) -> Iterator[str]:
    """Return what there is to be said of a fact."""
    fact = row.fact
    if fact.reason:
        yield f"{CAUSES[fact.cause]}: {fact.reason}"
    for cause in row.causes:
        yield f"explained by: {cause}"
    if fact.within:
        yield f"held to {fact.within:.1%}; the audit of the table has every digit"
    if fact.unchecked:
        yield fact.unchecked
    if fact.note:
        yield fact.note
    if not row.is_fine:
        yield f"{fact.tree.mark}: {OUTCOMES[row.outcome]}"


def place_of(fact: Fact) -> str:
    """Return where it stands in the lecture."""
    return f"L{fact.lines}"


def conclude(examined: LectureResult) -> str:
    """Say in one line how it stands with a lecture."""
    words = {
        "holds": ("holds", "hold"),
        "wrong": ("is wrong", "are wrong"),
        "not checked": ("cannot be computed", "cannot be computed"),
        "fails": ("does not hold", "do not hold"),
        "right though marked wrong": ("is marked wrong but holds", "are marked wrong but hold"),
        "explained wrongly": ("is explained wrongly", "are explained wrongly"),
    }
    parts = [
        f"{exact(n)} {words[outcome][n != 1]}"
        for outcome in OUTCOMES
        if (n := examined.count(outcome))
    ]
    return f"{count_of(len(examined.rows), 'fact')}: {', '.join(parts)}"


def conclude_all(lectures: Sequence[LectureResult]) -> str:
    """Say in one line how it stands with all lectures."""
    everything = LectureResult(
        lectures[0].lecture, tuple(row for one in lectures for row in one.rows)
    )
    return f"{count_of(len(lectures), 'lecture')}, {conclude(everything)}"


def simplified(value: Any) -> Any:  # noqa: ANN401 - any answer
    """Return shapes as texts, and fractions that nobody could read as decimal numbers."""
    if isinstance(value, dict):
        return {name: simplified(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [simplified(inner) for inner in value]
    if isinstance(value, Shape):
        return str(value)
    return float(value) if isinstance(value, Fraction) and is_long(value) else value
