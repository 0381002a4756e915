"""Papers: the answers of one student, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnanalyze.course.written_answers.parser import text_of
from cnnanalyze.errors import Fault, Mark

Key = tuple[str, str]
"""The id of a question and the name of an answer; no name where there is but one."""


class Refused(NamedTuple):
    """An answer that is ambiguous or contradictory."""

    given: str
    reason: str
    mark: Mark | None = None

    def __str__(self) -> str:
        return f"{self.mark}: {self.reason}" if self.mark else self.reason


class Paper(NamedTuple):
    """The answers of one student by question and name, as they are written."""

    student: str
    answers: dict[Key, Any]
    marks: Mapping[Key, Mark] = MappingProxyType({})
    """Where their questions are named."""
    faults: tuple[Fault, ...] = ()
    """What belongs to no answer."""
    mark: Mark | None = None
    """Where the student is named."""
    file: str = ""
    """The file that gives a student without a name his."""


class PaperBuilder:
    """Collects the answers of one student."""

    def __init__(self) -> None:
        self.answers: dict[Key, Any] = {}
        self.marks: dict[Key, Mark] = {}

    def enter(self, key: Key, value: Any, mark: Mark) -> None:  # noqa: ANN401
        """Add an answer; two different answers to one question are refused."""
        if key in self.answers and text_of(self.answers[key]) != text_of(value):
            value = refuse_two_answers(self.answers[key], value, self.marks[key])
        self.answers[key] = value
        self.marks[key] = mark

    def paper(self, student: str, **more: Any) -> Paper:  # noqa: ANN401
        """Return the paper of a student."""
        return Paper(student, self.answers, self.marks, **more)


def refuse_two_answers(first: Any, second: Any, mark: Mark | None) -> Refused:  # noqa: ANN401
    """Refuse two answers to one question."""
    if isinstance(first, Refused):
        return first
    place = f", in line {mark.line}" if mark else ""
    given = f"{text_of(first)} and {text_of(second)}"
    return Refused(given, f"it is answered twice, first with {text_of(first)}{place}: strike one")
