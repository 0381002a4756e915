"""Answers: papers of students from YAML, JSON or CSV, one student per file or many.

Every answer keeps its place, so that what cannot be meant is said where it stands; the marking of
the others goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.course.grading.answer_tables import read_table
from cnnanalyze.course.grading.answer_trees import read_json, read_yaml
from cnnanalyze.course.grading.paper import STUDENT, Paper, PaperBuilder
from cnnanalyze.errors import Fault, Source, UsageError

__all__ = ["ENDINGS", "Paper", "alike", "load_papers", "read_papers", "split"]

ENDINGS = (".yaml", ".yml", ".json", ".csv", ".tsv")
BETWEEN = (".", "/", ":", " ")
"""What may stand between the id of a question and the name of an answer."""


def load_papers(path: Path | str) -> tuple[Paper, ...]:
    """Read a file of answers.

    Raises
    ------
    UsageError
        If there is no such file, or nothing in it can be understood.
    """
    return read_papers(read_text(path, what="paper"), printable(path))


def read_papers(text: str, name: str) -> tuple[Paper, ...]:
    r"""Read answers from a text; the ending of the name says how it is written.

    Examples
    --------
    >>> (paper,) = read_papers("question,Ann\nA1.p0,4\n", "answers.csv")
    >>> paper.student, paper.answers
    ('Ann', {('A1.p0', ''): '4'})
    """
    if not text.strip():
        raise UsageError(f"{name} is empty: there are no answers in it")
    source = Source(name, text)
    ending = Path(name).suffix.lower()
    stem = "answers" if name == "<stdin>" else Path(name).stem.removesuffix(".answers")
    if ending in {".csv", ".tsv"}:
        return read_table(source, stem)
    tree = read_json(source) if ending == ".json" else read_yaml(source)
    return _PaperReader(source).read(tree, stem)


# --- YAML and JSON --------------------------------------------------------------------------------


class _PaperReader:
    """Reads papers from a tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def read(self, tree: Tree, stem: str) -> tuple[Paper, ...]:
        found = list(self._papers(tree, stem))
        if self.faults and not found:
            raise UsageError(*self.faults)
        if self.faults:
            found[0] = found[0]._replace(faults=(*self.faults, *found[0].faults))
        return tuple(found)

    def _papers(self, tree: Tree, stem: str) -> Iterator[Paper]:
        if isinstance(tree, Sequence):
            for number, item in enumerate(tree.items, start=1):
                yield from self._papers(item, f"{stem} {number}")
            return
        if not isinstance(tree, Mapping):
            raise UsageError(
                f"{self.source.name} must be a mapping from questions to answers",
                help="write A1: 4 on a line, or A1: {p0: 4, p1: 6}",
            )
        students = tree.get("students")
        if isinstance(students, Mapping | Sequence):
            self._refuse_others(tree, ("students",))
            if isinstance(students, Sequence):
                yield from self._papers(students, stem)
                return
            for key, answers in students.entries:
                yield self._paper(key.text, answers, mark=key.mark)
            return
        named = [(k, v) for k, v in tree.entries if k.text.lower() in STUDENT]
        words = [v.text for _, v in named if isinstance(v, Scalar) and v.text]
        more: dict[str, Any] = {"mark": named[0][0].mark if words else tree.mark}
        more |= {} if words else {"file": self.source.name}
        written: Tree = Mapping(tuple(e for e in tree.entries if e not in named), tree.mark)
        if (told := tree.get("answers")) is not None:
            written = told
            self._refuse_others(tree, ("answers", *(k.text for k, _ in named)))
        yield self._paper(", ".join(words) or stem, written, **more)

    def _refuse_others(self, tree: Mapping, read: Iterable[str]) -> None:
        known = tuple(read)
        for key, _ in tree.entries:
            if key.text not in known:
                message = f"'{key.text}' is not read beside '{known[0]}'"
                self.faults.append(Fault(message, key.mark, f"write it under '{known[0]}'"))

    def _paper(self, student: str, tree: Tree, **more: Any) -> Paper:  # noqa: ANN401
        found = PaperBuilder()
        if not isinstance(tree, Mapping):
            message = "these are no answers: a mapping from questions was expected"
            return found.paper(student, faults=(Fault(message, tree.mark),), **more)
        for key, value in tree.entries:
            if isinstance(value, Mapping):
                for part, inner in value.entries:
                    found.enter((key.text, part.text), _plain(inner), part.mark)
            else:
                found.enter((key.text, ""), _plain(value), key.mark)
        return found.paper(student, **more)


def _plain(tree: Tree) -> Any:  # noqa: ANN401
    if isinstance(tree, Mapping):
        return str({k.text: _plain(v) for k, v in tree.entries})
    if isinstance(tree, Sequence):
        return [_plain(item) for item in tree.items]
    return tree.value


def split(key: str, known: Iterable[str]) -> tuple[str, str]:
    """Split the heading of a cell into question and answer: ``A1.p0``, ``A1 p0``, ``A1/p0``.

    Case makes no difference, unless there are ids that differ in nothing else.

    Examples
    --------
    >>> split("A1.p0", ["A1"]), split("B7-shape", ["B7-shape"]), split("2 b", ["2"])
    (('A1', 'p0'), ('B7-shape', ''), ('2', 'b'))
    >>> split("a1.p0", ["A1"]), split("a1", ["A1", "a1"])
    (('A1', 'p0'), ('a1', ''))
    """
    ids = tuple(known)
    for head, tail in _cuts(key):
        if (found := alike(head, ids)) is not None:
            return found, tail
    return key, ""


def _cuts(key: str) -> Iterator[tuple[str, str]]:
    """Yield every way to cut a heading in two, the whole of it first."""
    yield key, ""
    for mark in BETWEEN:
        places = [n for n, c in enumerate(key[:LONGEST]) if c == mark]
        for place in places:
            yield key[:place], key[place + 1 :].strip()


LONGEST = 200
"""No id is longer."""


def alike(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is meant: itself, or the only one that differs in case alone.

    Examples
    --------
    >>> alike("N", ["n", "N"]), alike("P0", ["p0"]), alike("AB", ["ab", "Ab"])
    ('N', 'p0', None)
    """
    words = tuple(known)
    if word in words:
        return word
    same = [w for w in words if w.casefold() == word.casefold()]
    return same[0] if len(same) == 1 else None
