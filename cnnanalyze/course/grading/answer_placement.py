"""Answer placement: which request of the sheet each answer is for, and which papers count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cnnanalyze.core.registry import nearest
from cnnanalyze.course.grading.answers import alike, split
from cnnanalyze.course.grading.paper import Key, Paper, refuse_two_answers
from cnnanalyze.course.sheets.solve import SolvedSheet
from cnnanalyze.course.written_answers.parser import is_empty, text_of
from cnnanalyze.errors import Fault


class PlacedAnswers(NamedTuple):
    """The answers of a paper by question and name, and the faults of the others."""

    answers: dict[Key, Any]
    faults: tuple[Fault, ...]


def place_answers(paper: Paper, sheet: SolvedSheet) -> PlacedAnswers:
    """Return the answers of a paper under the ids of the sheet."""
    ids = tuple(q.question.id for q in sheet.questions)
    found: dict[Key, Any] = {}
    first: dict[Key, Key] = {}
    faults = list(paper.faults)
    for key, value in paper.answers.items():
        meant = _meant(key, ids, sheet)
        mark = paper.marks.get(key)
        if isinstance(meant, str):
            if not is_empty(value):
                faults.append(Fault(meant, mark))
        elif meant in found and text_of(found[meant]) != text_of(value):
            found[meant] = refuse_two_answers(found[meant], value, paper.marks.get(first[meant]))
        else:
            found[meant] = value
            first[meant] = key
    return PlacedAnswers(found, tuple(faults))


def _meant(key: Key, ids: tuple[str, ...], sheet: SolvedSheet) -> Key | str:
    """Return the request that an answer is for, or why there is none."""
    given, name = key
    question, found = split(given, ids)
    name = name or found
    if question not in ids:
        same = [i for i in ids if i.casefold() == given.partition(".")[0].casefold()]
        if len(same) > 1:
            return f"'{given}' may be {' or '.join(same)}, which differ in case alone"
        asked = given.partition(".")[0]
        return f"the sheet has no question '{given}'{nearest(asked, ids)}"
    answers = tuple(sheet[question].answers)
    if not name and len(answers) == 1:
        return question, answers[0]
    if not name:
        return f"question '{question}' asks for {', '.join(answers)}: say which is answered"
    known = alike(name, answers)
    if known is None:
        return (
            f"question '{question}' has no answer '{name}'; it has {', '.join(answers)}"
            f"{nearest(name, answers)}"
        )
    return question, known


def one_paper_each(papers: Iterable[Paper]) -> tuple[tuple[Paper, ...], tuple[Fault, ...]]:
    """Return one paper per student, and a fault for each further one.

    Students without a name of their own are called after their file, with its folder if another
    file is called like it.
    """
    given = list(papers)
    seen: dict[str, list[Paper]] = {}
    for paper in given:
        seen.setdefault(_plain(paper.student), []).append(paper)
    kept: list[Paper] = []
    faults: list[Fault] = []
    first: dict[str, Paper] = {}
    for paper in given:
        if paper.file and len(seen[_plain(paper.student)]) > 1:
            paper = paper._replace(student=f"{paper.student} ({paper.file})")  # noqa: PLW2901
        known = first.setdefault(_plain(paper.student), paper)
        if known is paper:
            kept.append(paper)
            continue
        where = f", first at {known.mark}" if known.mark else ""
        faults.append(
            Fault(
                f"'{paper.student}' appears twice{where}; this paper is not marked",
                paper.mark,
                "give one of both another name, or hand in one paper",
            )
        )
    return tuple(kept), tuple(faults)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
