"""What files of answers say, before it is known which questions are answered."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from cnnanalyze.core.diagnostics import show_tree
from cnnanalyze.core.section import Others, Reader, Section, Text
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree

ANSWERS: dict[str, Any] = {"type": "object"}
"""The schema of answers by question: ``A1: 4``, or ``A1: {p0: 4, p1: 6}``."""


def _answers(tree: Tree) -> Mapping:
    if isinstance(tree, Mapping):
        return tree
    raise ValueError(f"must be a mapping from questions to answers, not {show_tree(tree)}")


def _students(tree: Tree) -> Mapping | Sequence:
    assert not isinstance(tree, Scalar)  # which would be the answer to a question of that name
    return tree


class Student(Section):
    """What calls a student; where there are several words, all of them do."""

    wrong_code = missing_code = ""

    student: Text = Field(default="", description="who handed in")
    name: Text = ""
    matriculation: Text = ""
    who: Text = ""


STUDENT = tuple(Student.model_fields)


class OpenPaper(Student):
    """Answers by question, 'A1: 4' or 'A1: {p0: 4}', beside the student's name."""

    answers: Annotated[dict[str, Tree], Others(dict, is_open=True)] = Field(default_factory=dict)


class ClosedPaper(Student):
    """Answers by question under a key of their own, beside the student's name."""

    needs = (("answers",),)

    answers: Annotated[Mapping, Reader(_answers, ANSWERS)] | None = None

    @classmethod
    def unknown(cls, what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:  # noqa: ARG003
        """Say where all answers stand."""
        return f"'{word}' is not read beside 'answers'", "write it under 'answers'"


class StudentsFile(Section):
    """The papers of several students, by name or in a list."""

    wrong_code = missing_code = ""

    students: Annotated[
        Mapping | Sequence,
        Reader(
            _students,
            {
                "anyOf": [
                    {"$ref": "#/$defs/papers"},
                    {"type": "object", "additionalProperties": ANSWERS},
                ]
            },
        ),
    ]

    @classmethod
    def unknown(cls, what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:  # noqa: ARG003
        """Say where all answers stand."""
        return f"'{word}' is not read beside 'students'", "write it under 'students'"
