"""Answers: papers of students from YAML, JSON or CSV, one student per file or many.

Every answer keeps its place, so that what cannot be meant is said where it stands; the marking of
the others goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.files import printable, read_text
from cnnanalyze.core.json import read_json
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, is_empty
from cnnanalyze.course.grading.answer_tables import read_table
from cnnanalyze.course.grading.answer_trees import read_yaml
from cnnanalyze.course.grading.paper import Paper, PaperBuilder
from cnnanalyze.course.grading.written_papers import (
    STUDENT,
    ClosedPaper,
    OpenPaper,
    Student,
    StudentsFile,
)
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
    tree = read_json(source, is_literal=True) if ending == ".json" else read_yaml(source)
    return _PaperReader(source).read(tree, stem)


# --- YAML and JSON --------------------------------------------------------------------------------


class _PaperReader:
    """Reads papers from a tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults = Faults()

    def read(self, tree: Tree, stem: str) -> tuple[Paper, ...]:
        found = list(self._papers(tree, stem))
        if not found:
            self.faults.raise_if_any(UsageError)
        elif self.faults:
            found[0] = found[0]._replace(faults=(*self.faults.sorted(), *found[0].faults))
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
        if not isinstance(tree.get("students"), Mapping | Sequence):
            yield self._named(tree, stem)
            return
        file = bind(tree, StudentsFile, "a file of answers", self.faults)
        assert file is not None
        if isinstance(file.students, Sequence):
            yield from self._papers(file.students, stem)
            return
        for key, answers in file.students.entries:
            if not isinstance(answers, Mapping):
                message = f"the answers of '{key.text}' must be a mapping from questions to answers"
                fault = Fault(f"{message}, not {show_tree(answers)}", answers.mark)
                yield PaperBuilder().paper(key.text, faults=(fault,), mark=key.mark)
            else:
                yield _paper(key.text, answers, mark=key.mark)

    def _named(self, tree: Mapping, stem: str) -> Paper:
        """Return the paper of a student who is named in it, or else by the file."""
        tree = Mapping(tuple((_plain_word(key), value) for key, value in tree.entries), tree.mark)
        is_closed = (told := tree.get("answers")) is not None and not is_empty(told)
        paper = bind(tree, ClosedPaper if is_closed else OpenPaper, "a paper", self.faults)
        words = [(key, word) for key, _ in tree.entries if (word := _word(paper, key.text))]
        student = ", ".join(word for _, word in words) or stem
        more: dict[str, Any] = {"mark": words[0][0].mark if words else tree.mark}
        more |= {} if words else {"file": self.source.name}
        own = tuple(e for e in tree.entries if e[0].text not in STUDENT)
        answers = Mapping(own, tree.mark)
        if isinstance(paper, ClosedPaper):
            answers = paper.answers or Mapping((), tree.mark)
        return _paper(student, answers, **more)


def _plain_word(key: Scalar) -> Scalar:
    """Return a key, or the word for a student that differs from it in case alone."""
    word = key.text.lower()
    return Scalar(word, word, key.plain, key.mark) if word in STUDENT else key


def _word(paper: Student | None, key: str) -> str:
    return str(getattr(paper, key)) if paper is not None and key in STUDENT else ""


def _paper(student: str, tree: Mapping, **more: Any) -> Paper:  # noqa: ANN401
    found = PaperBuilder()
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
