"""Recomputation: every fact of a lecture, computed again and compared with what is printed."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.tree import Mapping, Tree
from cnnanalyze.course.lectures.agreement import agrees, named_quantities
from cnnanalyze.course.lectures.facts import Fact, Lecture
from cnnanalyze.course.lectures.networks import NetworkCache
from cnnanalyze.course.lectures.questions import answer, listed, solutions
from cnnanalyze.course.lectures.verdict import FactResult, LectureResult
from cnnanalyze.course.misconceptions.diagnosis import diagnose
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.errors import CnnError


def recompute_lecture(lecture: Lecture) -> LectureResult:
    """Recompute the facts of a lecture.

    Raises
    ------
    SpecError
        If a question of the file has no answer.
    """
    networks = NetworkCache(lecture.folder)
    return LectureResult(lecture, tuple(recompute(fact, networks) for fact in lecture.facts))


def recompute(fact: Fact, networks: NetworkCache) -> FactResult:
    """Recompute one fact, and look for the mistake if it is wrong."""
    if fact.ask is None or fact.printed is None:
        return FactResult(fact, None, "not checked")
    computed = answer(fact.ask, networks, fact.at, named_quantities(fact.printed))
    if agrees(fact.printed, computed, fact.within):
        outcome = "right though marked wrong" if fact.verdict == "wrong" else "holds"
        return FactResult(fact, computed, outcome)
    if fact.verdict == "holds":
        return FactResult(fact, computed, "fails", tuple(_mistakes(fact, networks)))
    if fact.right is None or not agrees(fact.right, computed):
        return FactResult(fact, computed, "explained wrongly")
    if fact.slip is None:
        return FactResult(fact, computed, "wrong", tuple(_mistakes(fact, networks)))
    instead = answer(
        fact.slip.ask, networks, fact.slip.at or fact.at, named_quantities(fact.printed)
    )
    if not agrees(fact.printed, instead):
        return FactResult(fact, computed, "explained wrongly")
    return FactResult(fact, computed, "wrong", (fact.slip.words,))


def _mistakes(fact: Fact, networks: NetworkCache) -> Iterator[str]:
    """Yield the mistakes of students that give what is printed, each once."""
    assert fact.ask is not None
    assert fact.printed is not None
    found = {}
    for name, worked in solutions(fact.ask, networks, named_quantities(fact.printed)):
        printed = fact.printed.get(name) if isinstance(fact.printed, Mapping) else fact.printed
        if printed is not None and (words := _mistake(worked, printed)):
            found[words] = name
    yield from found


def _mistake(worked: Solution, printed: Tree) -> str:
    if agrees(printed, listed(worked.value)):
        return ""
    try:
        mistakes = diagnose(worked, lambda value: agrees(printed, listed(value)))
    except (CnnError, ArithmeticError):
        return ""
    return mistakes[0].words if mistakes else ""
