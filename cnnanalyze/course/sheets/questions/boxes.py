"""Boxes of a detector: how far they overlap, which are kept, and what a grid with anchors gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Annotated

from pydantic import Field, PlainValidator

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.matrices import Exact, Matrix, NumberList, matrix
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.course.sheets.questions.values import as_number, listed
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, Extent, Flag, Natural, choice, per_axis

FORMS = ("corners", "corner_size", "centre_size")
BoxForm = choice(*FORMS)
_FORM = "x1, y1, x2, y2; or x, y of a corner or of the centre, then width and height"
MOST_BOXES = 200
Boxes = Annotated[Matrix, PlainValidator(matrix)]
Number = int | Fraction


class OverlapQuestion(Section):
    """Two boxes."""

    box: NumberList = Field(description=f"the first: {_FORM}")
    other: NumberList = Field(description="the second")
    form: BoxForm = Field(default="corners", description="how boxes are written")  # type: ignore[valid-type]


class SuppressionQuestion(Section):
    """Boxes with scores, of which the best are kept."""

    boxes: Boxes = Field(description=f"a row for each box: {_FORM}")
    scores: NumberList = Field(description="the score of each box")
    threshold: Exact = Field(
        default=Fraction(1, 2), description="boxes that overlap a better one more are dropped"
    )
    least_score: Exact = Field(default=0, description="boxes that score less are dropped first")  # type: ignore[assignment]
    form: BoxForm = Field(default="corners", description="how boxes are written")  # type: ignore[valid-type]


class GridQuestion(Section):
    """A detector that predicts boxes for each cell of a grid."""

    grid: Extent = Field(description="cells along each side, or rows and columns")
    anchors: Count = Field(default=1, description="boxes of each cell")
    classes: Natural = Field(default=0, description="classes that are told apart")
    shared_classes: Flag = Field(
        default=False, description="whether the boxes of a cell share one class (YOLO v1)"
    )


# --- overlap --------------------------------------------------------------------------------------


def _corners(box: tuple[Number, ...], form: str) -> tuple[Number, Number, Number, Number]:
    """Return a box as left, top, right and bottom."""
    if len(box) != 4:  # noqa: PLR2004 - a box
        raise UsageError(f"a box has four numbers, not {len(box)}", help=_FORM)
    a, b, c, d = box
    if form == "corner_size":
        c, d = a + c, b + d
    elif form == "centre_size":
        a, b, c, d = (plain(Fraction(v)) for v in
                      (a - Fraction(c) / 2, b - Fraction(d) / 2,
                       a + Fraction(c) / 2, b + Fraction(d) / 2))  # fmt: skip
    if not (a < c and b < d):
        raise UsageError(
            f"a box from {listed((a, b))} to {listed((c, d))} holds nothing: "
            f"{short_number(a if a >= c else b)} ≥ {short_number(c if a >= c else d)}",
            help=f"boxes are written {_FORM}; 'form' says which",
        )
    return a, b, c, d


def _side(low: Number, high: Number) -> Expression:
    return made("+", given(high), made("-", given(low)))


def _area(box: tuple[Number, Number, Number, Number]) -> Expression:
    a, b, c, d = box
    return made("*", _side(a, c), _side(b, d))


def _intersection(q: OverlapQuestion) -> Expression:
    one, other = _corners(q.box, q.form), _corners(q.other, q.form)
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    if left >= right or top >= bottom:
        return given(0, Name("intersection"))
    return _area((left, top, right, bottom))._replace(name=Name("intersection"))


def _union(q: OverlapQuestion) -> Expression:
    one, other = (_area(_corners(box, q.form)) for box in (q.box, q.other))
    return made("+", one, other, made("-", _intersection(q)))._replace(name=Name("union"))


def _overlap(q: OverlapQuestion) -> Expression:
    return made("/", _intersection(q), _union(q))


def _of_two(q: OverlapQuestion) -> str:
    return f"boxes {listed(q.box)} and {listed(q.other)}"


def intersection(q: OverlapQuestion, builder: ExplanationBuilder) -> Solution:
    """What is the intersection?"""
    reason = "It reaches from the larger of the lower limits to the smaller of the upper ones."
    words = "How large is the intersection?"
    return as_number(builder, words, _of_two(q), "intersection", _intersection(q), (reason,))


def union(q: OverlapQuestion, builder: ExplanationBuilder) -> Solution:
    """What is the union?"""
    reason = "The intersection is in both boxes, and counts once."
    return as_number(builder, "How large is the union?", _of_two(q), "union", _union(q), (reason,))


TWICE = kind("intersection counted twice", "did not take the intersection off the union")
OF_SMALLER = kind("share of one box", "divided by the area of one box")


def overlap(q: OverlapQuestion, builder: ExplanationBuilder) -> Solution:
    """What is intersection over union?"""

    def wrong_answers() -> Iterator[WrongAnswer]:
        areas = [_area(_corners(box, q.form)) for box in (q.box, q.other)]
        shared = _intersection(q)
        yield WrongAnswer(TWICE, plain(made("/", shared, made("+", *areas)).value))
        for area in areas:
            yield WrongAnswer(OF_SMALLER, plain(made("/", shared, area).value))

    words = "What is intersection over union?"
    found = as_number(builder, words, _of_two(q), "IoU", _overlap(q), (), wrong_answers)
    parts = [DerivationStep(Name("intersection"), _bare(_intersection(q)))]
    parts += [DerivationStep(Name("union"), _bare(_union(q)))]
    (worked,) = found.explanations
    return replace(found, explanations=(replace(worked, steps=(*parts, *worked.steps)),))


def _bare(tree: Expression) -> Expression:
    return tree._replace(name=None) if tree.args else tree


# --- suppression ----------------------------------------------------------------------------------


def _kept(q: SuppressionQuestion) -> list[tuple[int, str]]:
    """Return the boxes that are kept, best first, each with what it suppresses."""
    if len(q.boxes) != len(q.scores):
        raise UsageError(
            f"the length of 'scores' is {len(q.scores)}, that of 'boxes' {len(q.boxes)}: "
            f"{len(q.scores)} ≠ {len(q.boxes)}",
            help="give a score for each box",
        )
    if len(q.boxes) > MOST_BOXES:
        raise UsageError(
            f"{len(q.boxes)} boxes are too many by hand: {len(q.boxes)} > {MOST_BOXES}",
            help=f"give at most {MOST_BOXES}",
        )
    if not 0 <= q.threshold <= 1:
        raise UsageError(
            f"a threshold of {short_number(q.threshold)} is no share: an overlap is from 0 to 1",
            help="threshold: 0.5 drops boxes that overlap a better one by more than a half",
        )
    for box in q.boxes:
        _corners(box, q.form)
    order = sorted(range(len(q.boxes)), key=lambda n: -q.scores[n])
    left = [n for n in order if q.scores[n] >= q.least_score]
    found = []
    while left:
        best, *others = left
        told, left = [], []
        for n in others:
            pair = OverlapQuestion.model_construct(box=q.boxes[best], other=q.boxes[n], form=q.form)
            value = Fraction(_overlap(pair).value)
            told.append(f"box {n + 1} overlaps it by {listed((plain(value),))}")
            if value <= q.threshold:
                left.append(n)
        found.append((best, ", ".join(told)))
    return found


def kept(q: SuppressionQuestion, builder: ExplanationBuilder) -> Solution:
    """Which boxes does non-maximum suppression keep?"""
    found = _kept(q)
    numbers = {n for n, _ in found}
    value = tuple(int(n in numbers) for n in range(len(q.boxes)))
    words = "Which boxes are kept: 1 for each that is, else 0?"
    worked = builder.explain(words, _boxes(q), [], value, form="list", reasons=_told(q, found))
    return Solution(value, "list", explanations=(worked,))


def _boxes(q: SuppressionQuestion) -> str:
    return f"{len(q.boxes)} boxes, threshold {short_number(q.threshold)}"


def _told(q: SuppressionQuestion, found: list[tuple[int, str]]) -> tuple[str, ...]:
    """Return a sentence for each box that is kept."""
    reasons = [
        f"Box {n + 1} scores best of what is left{': ' if told else ''}{told}." for n, told in found
    ]
    low = [n + 1 for n, score in enumerate(q.scores) if score < q.least_score]
    if low:
        reasons.insert(0, f"Boxes that score too low: {listed(tuple(low))}.")
    return tuple(reasons)


def kept_count(q: SuppressionQuestion, builder: ExplanationBuilder) -> Solution:
    """How many boxes does non-maximum suppression keep?"""
    found = _kept(q)
    count = len(found)
    one = builder.explain(
        "How many boxes are kept?", _boxes(q), [DerivationStep(Name("kept"), given(count))],
        count, reasons=_told(q, found),
    )  # fmt: skip
    return Solution(count, explanations=(one,))


def _unsuppressed(
    q: SuppressionQuestion, quantity: str
) -> Iterator[tuple[SuppressionQuestion, str]]:
    yield q.model_copy(update={"threshold": Fraction(1)}), quantity


def _all_scores(q: SuppressionQuestion, quantity: str) -> Iterator[tuple[SuppressionQuestion, str]]:
    if q.least_score:
        yield q.model_copy(update={"least_score": Fraction(0)}), quantity


# --- grids ----------------------------------------------------------------------------------------


def _depth(q: GridQuestion) -> Expression:
    box, classes = given(5, Name("numbers of a box")), given(q.classes, Name("classes"))
    anchors = given(q.anchors, Name("anchors"))
    if q.shared_classes:
        return made("+", made("*", anchors, box), classes)
    return made("*", anchors, made("+", box, classes))


_OF_BOX = "Of each box there are its four numbers, whether it holds anything, and the classes."
_OF_CELL = "Of each box there are its four numbers and its confidence; the cell has the classes."


def grid_output(q: GridQuestion, builder: ExplanationBuilder) -> Solution:
    """Which shape has the output?"""
    rows, columns = per_axis(q.grid, 2, "grid")
    trees = (given(rows), given(columns), _depth(q))
    value = tuple(plain(t.value) for t in trees)
    steps = [DerivationStep(Name("depth"), _depth(q))]
    reason = _OF_CELL if q.shared_classes else _OF_BOX
    worked = builder.explain(
        "Which shape has the output?", f"{rows}x{columns} cells", steps, value, form="shape",
        reasons=(reason,),
    )  # fmt: skip
    return Solution(value, "shape", explanations=(worked,), trees=lambda: trees)


def grid_boxes(q: GridQuestion, builder: ExplanationBuilder) -> Solution:
    """How many boxes are predicted?"""
    rows, columns = per_axis(q.grid, 2, "grid")
    tree = made("*", given(rows), given(columns), given(q.anchors, Name("anchors")))
    return as_number(
        builder, "How many boxes are predicted?", f"{rows}x{columns} cells", "boxes", tree
    )


def _shared(q: GridQuestion, quantity: str) -> Iterator[tuple[GridQuestion, str]]:
    if quantity == "output" and q.anchors > 1:
        yield q.model_copy(update={"shared_classes": not q.shared_classes}), quantity


def _one_anchor(q: GridQuestion, quantity: str) -> Iterator[tuple[GridQuestion, str]]:
    if q.anchors > 1:
        yield q.model_copy(update={"anchors": 1}), quantity


OVERLAP = Topic(
    "the overlap of two boxes",
    OverlapQuestion,
    {
        "iou": TopicQuantity("intersection over union", overlap),
        "intersection": TopicQuantity("the intersection", intersection),
        "union": TopicQuantity("the union", union),
    },
    "iou",
)
SUPPRESSION = Topic(
    "non-maximum suppression of boxes",
    SuppressionQuestion,
    {
        "kept": TopicQuantity("1 for each box that is kept, else 0", kept),
        "kept_count": TopicQuantity("how many are kept", kept_count),
    },
    "kept",
    misreadings=(
        Misreading(kind("nothing suppressed", "suppressed no box that overlaps"), _unsuppressed),
        Misreading(kind("low scores kept", "kept boxes that score too low"), _all_scores),
    ),
)
GRID = Topic(
    "the output of a detector with a grid and anchors",
    GridQuestion,
    {
        "output": TopicQuantity("the shape of the output", grid_output),
        "boxes": TopicQuantity("how many boxes are predicted", grid_boxes),
    },
    "output",
    without=lambda quantity, _: ("classes", "shared_classes") if quantity == "boxes" else (),
    misreadings=(
        Misreading(
            kind("classes of the other form", "counted the classes once for the other"), _shared
        ),
        Misreading(kind("anchors forgotten", "forgot that a cell has several boxes"), _one_anchor),
    ),
)
