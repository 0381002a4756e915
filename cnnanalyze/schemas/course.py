"""The forms of the course: explanations, sheets, marks, convolutions by hand."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import Extents, Number, form


@form
class Tree(TypedDict):
    """A formula: an operation on arguments, a symbol, or a number."""

    value: Number
    symbol: NotRequired[str]
    operation: NotRequired[str]
    arguments: NotRequired[list[Tree]]


class _Symbol(TypedDict):
    symbol: str
    """As the notation writes it."""
    key: str
    """The same in every notation."""
    meaning: str


@form
class Symbol(_Symbol):
    """A symbol of a formula."""


@form
class Legend(_Symbol):
    """A symbol with its number."""

    value: Number


@form
class Step(_Symbol):
    """A step of the computation."""

    formula: str
    substituted: str
    """The formula with the numbers put in."""
    latex: str
    value: Number
    tree: Tree


@form
class Row(TypedDict):
    """A layer on the way of a receptive field."""

    layer: str
    cells: list[Tree]


@form
class Table(TypedDict):
    """The way of a receptive field, layer by layer."""

    heads: list[Symbol]
    rows: list[Row]


@form
class Explanation(TypedDict):
    """How a number comes about."""

    question: str
    subject: str
    layer: str | None
    quantity: str
    notation: str
    steps: list[Step]
    table: Table
    value: Any
    """A number, or one for each axis."""
    answer: str
    beside: str | None
    """What is seen besides, through numbers that come of the whole map."""
    unit: str | None
    where: list[Legend]
    reasons: list[str]
    remarks: list[str]


@form
class Explain(TypedDict):
    """Worked answers: 'explain SPEC LAYER QUANTITY --format json'."""

    schema: int
    explanations: list[Explanation]


@form
class LectureTable(TypedDict):
    """The layers as a lecture draws them: 'explain SPEC --table STYLE --format json'."""

    schema: int
    table: str
    columns: list[str]
    rows: list[list[Any]]
    total: list[Any]


class _Answer(TypedDict):
    name: str
    asked: str
    given: Any
    """The data of this answer alone."""
    points: Number


@form
class Open(_Answer):
    """A question that is handed out."""


@form
class Solved(_Answer):
    """An answer with its working."""

    value: Any
    answer: str
    form: str
    """What kind of answer it is: a number, a size, a matrix, ..."""
    unit: str | None
    worked: list[Explanation]


@form
class Question(TypedDict):
    """A question of a sheet."""

    id: str
    text: str
    source: str
    points: Number
    given: Any
    """The data that all its answers share."""
    answers: list[Solved | Open]


@form
class Solve(TypedDict):
    """A sheet: 'solve SHEET --format json'."""

    schema: int
    title: str
    about: str
    source: str
    points: Number
    questions: list[Question]


@form
class Mistake(TypedDict):
    """A mistake that leads to what was answered."""

    names: list[str]
    words: str
    value: Any
    step: list[str]
    """The line of the working where it happens."""


@form
class Follows(TypedDict):
    """An earlier answer that a wrong one follows from."""

    answer: str
    given: Any


@form
class Mark(TypedDict):
    """An answer, marked."""

    question: str
    name: str
    outcome: str
    given: Any
    right: str
    points: Number
    of: Number
    mistakes: list[Mistake]
    follows: list[Follows]
    remarks: list[str]


@form
class Paper(TypedDict):
    """What one student handed in."""

    student: str
    points: Number
    of: Number
    answers: list[Mark]
    remarks: list[str]


@form
class Frequency(TypedDict):
    """How often a mistake was made."""

    name: str
    count: int
    students: list[str]
    answers: list[str]


@form
class Grade(TypedDict):
    """Marks: 'grade SHEET ANSWERS --format json'."""

    schema: int
    title: str
    points: Number
    papers: list[Paper]
    mistakes: list[Frequency]
    unreadable_files: list[str]
    refused: list[str]


@form
class Stride(TypedDict):
    """A step of a window; rows, columns, channels and filters count from 1."""

    row: int
    column: int
    channel: int
    reads: list[int]
    """The channels that it reads."""
    windows: Any
    products: Any
    bias: Any
    result: Any


@form
class Working(TypedDict):
    """What a layer without a window computes, row by row."""

    columns: list[str]
    rows: list[Any]
    rows_left_out: int
    facts: dict[str, Any]


@form
class Section(TypedDict):
    """One layer, worked out; fractions are texts, and what is not finite is null."""

    name: str
    kind: str
    title: str
    inputs: list[Any]
    output: Any
    shape: Extents
    remarks: list[str]
    gradient_of: NotRequired[str]
    window: NotRequired[list[int]]
    stride: NotRequired[list[int]]
    dilation: NotRequired[list[int]]
    padding: NotRequired[list[list[int]]]
    flipped: NotRequired[bool]
    kernels: NotRequired[Any]
    biases: NotRequired[Any]
    steps: NotRequired[list[Stride]]
    steps_left_out: NotRequired[int]
    working: NotRequired[Working]


@form
class WrongCell(TypedDict):
    """A cell that is not as expected."""

    row: int
    column: int
    channel: int
    printed: Any
    right: Any
    why: str


@form
class Expected(TypedDict):
    """What came of a comparison with a printed result."""

    cells: int
    mistakes: list[WrongCell]
    why: str


@form
class Convolve(TypedDict):
    """Convolutions by hand: 'convolve --format json'."""

    schema: int
    title: str
    sections: list[Section]
    expected: NotRequired[Expected]
