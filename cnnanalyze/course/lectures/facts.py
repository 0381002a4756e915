"""Facts: the numbers that a lecture states, each with the question that it answers.

A file of them ends in ``.facts``. A fact is a few words of our own, the lines of the lecture where
it stands, what is ``printed``, and what to ``ask`` so that the package finds the number itself::

    lecture: 1
    id: "000"
    name: Arabic deck after Andrew Ng
    facts:
      - id: "156"
        lines: 544
        topic: parameters
        says: six 5x5 filters on an RGB image
        ask: {spec: lecture_000_why_convolutions, quantity: parameters}
        printed: 156
        verdict: wrong
        cause: error
        reason: the three channels of the input are forgotten
        right: 456
        slip:
          words: counted for an input of one channel
          ask: {input: 32x32x1, layers: [{conv: {filters: 6, kernel: 5}}], quantity: parameters}

What cannot be recomputed says so under ``unchecked``.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.section import (
    Itself,
    Reader,
    Section,
    Text,
    Written,
    Wrong,
    mapping_as,
    version,
)
from cnnanalyze.core.tree import Scalar, Tree, plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.language.yaml import read_file
from cnnanalyze.layers.attributes import choice

QUESTION = {"$ref": "#/definitions/question"}
ENDING = ".facts"
VERSION = VERSIONS["facts"]
VERDICTS = ("holds", "wrong")
CAUSES = {
    "error": "an error of the lecture",
    "wording": "the wording misleads",
    "garbled": "garbled when the text was taken from the slides",
    "source": "wrong in the table that the slide copies",
    "outdated": "true when it was printed",
}
"""Why something printed is not right."""


def _position(tree: Tree) -> tuple[int, ...]:
    given = plain(tree)
    if isinstance(given, list) and all(type(n) is int and n > 0 for n in given):
        return tuple(given)
    raise ValueError(f"must be a row and a column, counted from 1, not {show_tree(tree)}")


def _share(tree: Tree) -> float:
    if isinstance(tree, Scalar) and isinstance(tree.value, float) and 0 < tree.value < 1:
        return tree.value
    raise ValueError(f"must be a share such as 0.01, not {show_tree(tree)}")


Position = Annotated[
    tuple[int, ...],
    Reader(_position, {"type": "array", "items": {"type": "integer", "minimum": 1}}),
]
Share = Annotated[
    float, Reader(_share, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
]


class OtherQuestion(Section):
    """Another question: its answer is what was printed."""

    called = "a slip"

    words: Text = Field(description="what was done instead: a clause without a verb of its own")
    ask: mapping_as(QUESTION) = Field(description="the question that gives what is printed")  # type: ignore[valid-type]
    at: Position = Field(default=(), description="place in the answer, from 1")


class Fact(Section):
    """One statement of a lecture."""

    called = "a fact"
    needs = (("ask", "unchecked"),)
    exclusive: ClassVar[Lookup[tuple[str, str], str]] = {
        ("ask", "unchecked"): "'ask' is the question that gives the number, 'unchecked' the reason "
        "why there is none"
    }

    id: Text
    lines: Text = Field(description="where it stands in the lecture")
    topic: Text
    says: Text = Field(description="what is said, in words of your own")
    ask: mapping_as(QUESTION) = Field(  # type: ignore[valid-type]
        default=None, description="the question that gives the number"
    )
    at: Position = Field(
        default=(), description="place in the answer, from 1: row and column of a map"
    )
    printed: Written | None = Field(default=None, description="what the lecture prints")
    verdict: choice(*VERDICTS) = "holds"  # type: ignore[valid-type]
    cause: choice(*CAUSES) = ""  # type: ignore[valid-type]
    reason: Text = ""
    right: Written | None = Field(default=None, description="what is right instead")
    slip: OtherQuestion | None = None
    unchecked: Text = Field(default="", description="why it is not recomputed")
    note: Text = ""
    within: Share = Field(
        default=0.0, description="how far a printed figure may be off, as a share"
    )
    tree: Itself

    def wrong(self, what: str) -> Iterator[Wrong]:
        """Refuse keys that the verdict does not allow, and require those that it needs."""
        if self.ask is not None and self.printed is None:
            yield Wrong(f"{what} that is recomputed needs what is 'printed'")
        allowed = {"id", "lines", "topic", "says", "ask", "printed", "verdict", "unchecked", "note"}
        if not self.unchecked:
            allowed |= {"at", "within"}
        if self.verdict == "wrong":
            allowed |= {"cause", "reason", "right", "slip"}
            if not (self.cause and self.reason and self.right is not None):
                yield Wrong(
                    f"{what} that is wrong needs its 'cause', its 'reason' and what is 'right'"
                )
        why = "where nothing is checked" if self.unchecked else "where the fact holds"
        yield from self.idle(allowed, why)


class FactsFile(Section):
    """A file of facts: the numbers that a lecture states."""

    lecture: version(VERSION) = Field(  # type: ignore[valid-type]
        description="version of the language", examples=[VERSION]
    )
    id: Text = Field(description="a name for the lecture")
    name: Text = ""
    source: Text = ""
    values: Written | None = Field(default=None, description="numbers that several facts share")
    facts: tuple[Fact, ...]


class Lecture(NamedTuple):
    """One lecture with its facts."""

    id: str
    name: str
    source: str
    facts: tuple[Fact, ...]
    folder: Path
    """Where specs are looked for: here, and one folder up."""


def read_lecture(path: Path) -> Lecture:
    """Read a file of facts.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    faults = Faults()
    found = read_file(path, FactsFile, "a file of facts", faults)
    facts = tuple(f.model_copy(update={"id": f"{found.id}-{f.id}"}) for f in found.facts)
    _refuse_twice(facts, faults)
    faults.raise_if_any()
    return Lecture(found.id, found.name, found.source, facts, path.parent)


def _refuse_twice(facts: tuple[Fact, ...], faults: Faults) -> None:
    seen: dict[str, Fact] = {}
    for fact in facts:
        if fact.id in seen:
            faults.add(
                f"'{fact.id}' is a duplicate; first in line {seen[fact.id].tree.mark.line}",
                fact.tree.mark,
            )
        seen[fact.id] = fact
