"""Sheet files: every key of a sheet, of its questions and of their answers, as a model."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from fractions import Fraction
from functools import cache, partial
from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import (
    WRITTEN,
    Itself,
    NotEmpty,
    Others,
    Reader,
    Section,
    mapping_as,
    version,
    written_as,
)
from cnnanalyze.core.tree import Scalar, Tree
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.course.misconceptions.catalogue import NAMES
from cnnanalyze.course.sheets.questions.combination import COMBINATIONS
from cnnanalyze.course.sheets.questions.topic import Topic
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import NO_CREDIT, AnswerFormat, Credit
from cnnanalyze.course.written_answers.units import BYTES, NAMED
from cnnanalyze.errors import Fault, UsageError
from cnnanalyze.layers.attributes import choice

VERSION = VERSIONS["sheet"]
MOST_QUESTIONS = 1_000
LARGEST_POINTS = 10_000
MOST_DECIMALS = 12
LARGEST_TOLERANCE = Fraction(1, 2)
"""A wider one would accept halves and doubles, which are typical mistakes; all of it, even zero."""

# --- values ---------------------------------------------------------------------------------------


def _stripped(tree: Tree) -> str:
    if isinstance(tree, Scalar) and tree.value is not None:
        return tree.text.strip()
    raise ValueError(f"must be a text, not {show_tree(tree)}")


def _amount(tree: Tree, most: int | Fraction) -> Fraction:
    """Read points, or a share: a whole number, a decimal, a fraction 1/3 or a percentage."""
    text = tree.text.strip() if isinstance(tree, Scalar) else ""
    try:
        number = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"must be a number, not {show_tree(tree)}") from None
    if not 0 <= number <= most:
        limit = f"{most:,}" if isinstance(most, int) else str(most)
        raise ValueError(f"must be between 0 and {limit}, not {number}")
    return number


def _decimals(tree: Tree) -> int:
    text = tree.text if isinstance(tree, Scalar) else ""
    if text.isdecimal() and len(text) < len("000") and int(text) <= MOST_DECIMALS:
        return int(text)
    raise ValueError(f"must be a whole number from 0 to {MOST_DECIMALS}, not {show_tree(tree)}")


def _unit(tree: Tree) -> Scalar:
    name = tree.text if isinstance(tree, Scalar) else ""
    if isinstance(tree, Scalar) and name in NAMED:
        return tree
    known = tuple(NAMED)
    same = next((k for k in known if k.lower() == name.lower()), "")
    hint = f"; did you mean '{same}'?" if same else nearest(name, known)
    message = f"there is no unit {show_tree(tree)}; there are {', '.join(known)}{hint}"
    raise UsageError(Fault(message, tree.mark))


def _mistake(tree: Tree) -> str:
    name = tree.text.strip() if isinstance(tree, Scalar) else ""
    if name in NAMES:
        return name
    raise UsageError(
        f"there is no mistake {show_tree(tree)}{nearest(name, list(NAMES))}",
        help="the names are those in the summary of a class; the guide on homework lists them",
    )


_NUMBER: dict[str, Any] = {"type": ["number", "string"]}
"""A whole number, a decimal, a fraction 1/3 or a percentage."""
_SHARE = {**_NUMBER, "minimum": 0, "maximum": 1}
Words = Annotated[str, Reader(_stripped, WRITTEN)]
Points = Annotated[Fraction, Reader(partial(_amount, most=LARGEST_POINTS), _NUMBER)]
Tolerance = Annotated[Fraction, Reader(partial(_amount, most=LARGEST_TOLERANCE), _NUMBER)]
Share = Annotated[Fraction, Reader(partial(_amount, most=1), _SHARE)]
Decimals = Annotated[
    int, Reader(_decimals, {"type": "integer", "minimum": 0, "maximum": MOST_DECIMALS})
]
Unit = Annotated[Scalar, Reader(_unit, {"enum": list(NAMED)})]
Mistake = Annotated[str, Reader(_mistake, lambda: {"enum": sorted(NAMES)})]

# --- sections -------------------------------------------------------------------------------------


class Manner(Section):
    """How answers are written and marked."""

    wrong_code = missing_code = ""

    notation: choice(*NOTATIONS) | None = Field(  # type: ignore[valid-type]
        default=None, description="symbols and habits of the answers"
    )
    tolerance: Tolerance | None = Field(
        default=None, description="share by which an answer may be off"
    )
    decimals: Decimals | None = Field(
        default=None, description="decimals to which an answer is rounded"
    )
    units: tuple[Unit, ...] | None = Field(default=None, description="units an answer may have")
    per_entry: bool | None = Field(default=None, description="whether each entry earns its share")

    def over(self, base: AnswerFormat, faults: Faults, *, is_one: bool = False) -> AnswerFormat:
        """Return how answers are written and marked, over what holds already.

        Parameters
        ----------
        base
            What holds already.
        faults
            Where to note units that do not suit every answer.
        is_one
            Whether it is said of one answer, and not of several.
        """
        found = base
        if self.tolerance is not None:
            found = found._replace(tolerance=self.tolerance, is_of_counts=is_one)
        if self.decimals is not None:
            found = found._replace(decimals=self.decimals)
        if self.units is not None:
            suiting = tuple(_suiting(self.units, faults, is_one=is_one))
            found = found._replace(units=suiting, own_unit=is_one)
        if self.per_entry is not None:
            found = found._replace(per_entry=self.per_entry)
        return found


def _suiting(units: tuple[Scalar, ...], faults: Faults, *, is_one: bool) -> list[str]:
    """Return the units that suit every answer; note the others."""
    known = tuple(n for n, (counted, _) in NAMED.items() if is_one or counted == BYTES)
    for unit in units:
        if unit.text not in known:
            faults.add(
                f"'{unit.text}' does not suit every answer, so it is said of one answer alone",
                unit.mark,
                help=f"for several answers at once there are {', '.join(known)}",
            )
    return [unit.text for unit in units if unit.text in known]


class CreditTable(Section):
    """What a wrong answer is worth if it is known how it came about."""

    wrong_code = missing_code = ""

    one_slip: Share = Field(
        default=NO_CREDIT.one_slip,
        description="share of the points for an answer that one mistake explains",
    )
    two_slips: Share = Field(
        default=NO_CREDIT.two_slips, description="share for an answer that two mistakes explain"
    )
    consequential: Share = Field(
        default=NO_CREDIT.consequential,
        description="share for an answer that follows from an earlier wrong one",
    )
    slips: tuple[Mistake, ...] | None = Field(
        default=None, description="the mistakes that earn any; those that are common without it"
    )


_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_LAYERS: dict[str, Any] = {"anyOf": [{"type": "string"}, _TEXTS]}
_AS_IN_A_SPEC = "as in a spec"
NETWORK_KEYS: dict[str, Any] = {
    name: Annotated[written_as(schema), Field(description=words)]
    for name, schema, words in (
        ("spec", {"type": "string"}, "a spec: a file beside the sheet, or zoo:NAME"),
        ("set", {"type": "object"}, "values for its parameters"),
        ("layer", _LAYERS, "the layers that are meant, each by itself"),
        ("over", _LAYERS, "the layers that are added up: a kind or a pattern"),
        ("classes", {"type": "integer", "minimum": 1}, "units of the last layer"),
        ("trains", _LAYERS, "the layers that training changes"),
        ("gradient", {"type": "array"}, "the gradient of the loss by the output"),
        ("label", {"type": "array"}, "what is right, a number for each class: the loss"),
        ("input", {}, _AS_IN_A_SPEC),
        ("inputs", {}, _AS_IN_A_SPEC),
        ("layers", {"type": "array"}, _AS_IN_A_SPEC),
        ("blocks", {"type": "object"}, _AS_IN_A_SPEC),
        ("params", {"type": "object"}, _AS_IN_A_SPEC),
        ("defaults", {"type": "object"}, _AS_IN_A_SPEC),
        ("train", {"type": "object"}, _AS_IN_A_SPEC),
        ("outputs", _LAYERS, _AS_IN_A_SPEC),
    )
}
"""What a question about a network may say of it."""


def _numbers(topic: Topic) -> Any:  # noqa: ANN401 - an annotation
    """Return the type of the numbers of a topic: its section, or letters of the lectures for it."""

    def schema() -> dict[str, Any]:
        from cnnanalyze.language.vocabulary import section  # noqa: PLC0415 - for schemas only

        found = dict(section(topic.section)["properties"])
        found |= {letter: found[word] for letter, word in topic.aliases.items()}
        return {"type": "object", "properties": found, "additionalProperties": False}

    return Annotated[mapping_as(schema), Field(description=topic.about)]


def _given() -> Lookup[str, Any]:
    """Return what a question may be about, by key."""
    return {**{name: _numbers(topic) for name, topic in TOPICS.items()}, **NETWORK_KEYS}


def _combined() -> Lookup[str, Any]:
    """Return what an answer may be made of, by key; it may repeat the keys of its topic, too."""
    listed = written_as(_TEXTS)
    return {
        word: Annotated[listed, Field(description=row.words.format("the first", "the second"))]
        for word, row in COMBINATIONS.items()
    }


class WorthPoints(Manner):
    """Whatever is asked for, with its points."""

    points: Points | None = Field(default=None, description="what it is worth; by default 1")
    text: Words = Field(default="", description="its words")


class WrittenAnswer(WorthPoints):
    """One thing that is asked for."""

    principal = "find"
    example = "find: output"

    find: written_as({"type": "string"}) = Field(  # type: ignore[valid-type]
        default=None, description="the quantity that is asked for"
    )
    about: Annotated[dict[str, Tree], Others(_combined, is_open=True)] = Field(default_factory=dict)
    tree: Itself


class NetworkAnswer(WrittenAnswer):
    """One thing that is asked of a network."""

    about: Annotated[dict[str, Tree], Others(lambda: NETWORK_KEYS)] = Field(default_factory=dict)


@cache
def combined_answer(word: str) -> type[Section]:
    """Return what may be said of an answer that is made of earlier ones."""

    def types() -> Lookup[str, Any]:
        return {word: _combined()[word]}

    about: Any = (Annotated[dict[str, Tree], Others(types)], Field(default_factory=dict))
    return create_model("CombinedAnswer", __base__=WorthPoints, about=about)


class WrittenQuestion(Manner):
    """A question."""

    called = "a question"
    only_whole = True
    exclusive: ClassVar[Lookup[tuple[str, str], str]] = {
        ("ask", "find"): "'find' asks for one thing, 'ask' names several"
    }

    id: Words = Field(default="", description="its name; a running number without one")
    text: Words = Field(default="", description="its words")
    source: Words = Field(default="", description="where it comes from")
    points: Points | None = Field(
        default=None,
        description="shared among its answers; without it each is worth one point, or its own",
    )
    ask: Annotated[dict[str, WrittenAnswer] | None, NotEmpty()] = Field(
        default=None, description="what is asked for, by name"
    )
    find: WrittenAnswer | None = Field(default=None, description="the quantity that is asked for")
    about: Annotated[dict[str, Tree], Others(_given)] = Field(default_factory=dict)
    tree: Itself


class SheetFile(Manner):
    """A homework sheet."""

    called: ClassVar[str] = "a sheet"

    sheet: version(VERSION) = Field(  # type: ignore[valid-type]
        description="version of the language of sheets", examples=[VERSION]
    )
    title: Words = Field(default="", description="what stands on top")
    about: Words = Field(default="", description="what stands below the title")
    source: Words = Field(default="", description="where it comes from")
    credit: Share | CreditTable | None = Field(
        default=None, description="what a wrong answer is worth"
    )
    questions: Annotated[tuple[WrittenQuestion, ...], NotEmpty()] = Field(
        description="the questions, one after the other",
        examples=["[{id: A1, text: ..., window: {n: 6, f: 3}, find: output}]"],
    )
    tree: Itself

    def given_credit(self) -> Credit:
        """Return the credit of the sheet; one number is the share for one slip and for two."""
        if self.credit is None:
            return NO_CREDIT
        if isinstance(self.credit, Fraction):
            return Credit(self.credit, self.credit)
        table = self.credit
        return Credit(table.one_slip, table.two_slips, table.consequential, table.slips)
