"""Sheets: homework as it is written, with the place of every word."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Section
from cnnanalyze.core.tree import Mapping, Tree, plain
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.zoo import ZOO, house

ENDING = ".sheet"
ONLY_ANSWER = "answer"
"""The name of the answer to a question that asks for one thing."""

SPEC_KEYS = ("input", "inputs", "layers", "blocks", "params", "defaults", "train", "outputs")
"""Keys of a small spec inside a question."""


class Credit(NamedTuple):
    """The shares of the points for wrong answers that a mistake explains."""

    one_slip: Fraction = Fraction(0)
    two_slips: Fraction = Fraction(0)
    consequential: Fraction = Fraction(1)
    """For an answer that is right given an earlier wrong one."""
    slips: tuple[str, ...] | None = None
    """The names of the mistakes that earn anything; without a list, those that are common."""


NO_CREDIT = Credit()


class TopicBasis(NamedTuple):
    """The basis of an answer: numbers in the question."""

    topic: str
    quantity: str
    section: Section


class NetworkBasis(NamedTuple):
    """The basis of an answer: a network, in a spec or in the question."""

    quantity: str
    tree: Mapping
    """The keys that select the network and its layers."""


class CombinationBasis(NamedTuple):
    """The basis of an answer: other answers of the same question."""

    word: str
    names: tuple[str, ...]


class AnswerFormat(NamedTuple):
    """How answers are written, and how closely they must be met."""

    tolerance: Fraction = Fraction(0)
    """How far a number may be off, as a share of the right one."""
    is_of_counts: bool = False
    """Whether that holds for whole numbers, too: it does where it is said of one answer."""
    decimals: int | None = None
    """The fewest decimals to which a number may be rounded."""
    units: tuple[str, ...] = ()
    """The units of numbers, each for the answers that it suits."""
    own_unit: bool = False
    """Whether the unit is said of one answer, and so must suit it."""
    per_entry: bool | None = None
    """Whether each entry of a list earns its share of the points; by default not of a matrix."""


class AnswerRequest(NamedTuple):
    """One requested answer."""

    name: str
    points: Fraction
    basis: TopicBasis | NetworkBasis | CombinationBasis
    mark: Mark
    text: str = ""
    notation: str = "plain"
    answer_format: AnswerFormat = AnswerFormat()


@dataclass(frozen=True)
class Question:
    """One question with its requested answers."""

    id: str
    text: str
    requests: tuple[AnswerRequest, ...]
    mark: Mark = field(repr=False)
    source: str = ""

    @property
    def points(self) -> Fraction:
        """The points of the question."""
        return sum((a.points for a in self.requests), Fraction(0))


@dataclass(frozen=True)
class Sheet:
    """A homework sheet."""

    title: str
    questions: tuple[Question, ...]
    source: Source = field(repr=False)
    folder: Path | None = None
    """The folder of the specs that it names."""
    about: str = ""
    credit: Credit = NO_CREDIT
    origin: str = ""
    """Where the questions come from."""

    @property
    def points(self) -> Fraction:
        """The points of all questions."""
        return sum((q.points for q in self.questions), Fraction(0))

    def question(self, id: str) -> Question | None:  # noqa: A002 - the word of the sheet
        """Return a question by its id."""
        return next((q for q in self.questions if q.id == id), None)


def bundled_sheets() -> dict[str, Path]:
    """Return the sheets that come with the package, by name.

    Examples
    --------
    >>> "lectures" in bundled_sheets()
    True
    """
    return {p.stem: p for p in sorted((house() / "sheets").glob(f"*{ENDING}"))}


def find_sheet(name: str | Path) -> Path:
    """Return the file of a sheet, or of a bundled one: ``zoo:NAME``.

    Raises
    ------
    UsageError
        If no bundled sheet has that name.
    """
    text = str(name)
    if not text.startswith(ZOO):
        return Path(name)
    sheets = bundled_sheets()
    wanted = text.removeprefix(ZOO)
    if wanted not in sheets:
        raise UsageError(
            f"there is no sheet '{wanted}'{nearest(wanted, list(sheets))}",
            help=f"the included sheets are {', '.join(sheets)}",
        )
    return sheets[wanted]


def words_of(tree: Tree | None) -> tuple[Any, ...]:
    """Return one word, or a list of words, as a tuple."""
    if tree is None:
        return ()
    data = plain(tree)
    return tuple(data) if isinstance(data, list) else (data,)
