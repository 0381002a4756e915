"""Answers: what students handed in, from YAML, JSON or CSV, one student a file or many."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.errors import UsageError
from cnnanalyze.spec.reader import DEEPEST, MOST_NODES

ENDINGS = (".yaml", ".yml", ".json", ".csv", ".tsv")
STUDENT = frozenset({"student", "name", "matriculation", "who"})
QUESTION = frozenset({"question", "id", "answer to", "part"})
ANSWER = frozenset({"answer", "value", "given"})
BETWEEN = (".", "/", ":", " ")
"""What may stand between the id of a question and the name of an answer."""


class Paper(NamedTuple):
    """What one student handed in: answers by question and name, as they are written."""

    student: str
    answers: dict[tuple[str, str], Any]
    """By the id of the question and the name of the answer; no name where there is but one."""
    remarks: tuple[str, ...] = ()


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
    ending = Path(name).suffix.lower()
    stem = "answers" if name == "<stdin>" else Path(name).stem.removesuffix(".answers")
    if ending in {".csv", ".tsv"}:
        return _tabular(text, name, stem)
    data = _read_json(text, name) if ending == ".json" else _read_yaml(text, name)
    return tuple(_papers(data, name, stem))


# --- YAML and JSON --------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """A mapping as it is written, with what is there twice."""


def _read_json(text: str, name: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_Pairs,
        )
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise UsageError(f"{place}: this is no JSON: {error.msg}") from None
    except RecursionError:
        raise UsageError(f"{name} is nested too deep") from None


def _read_yaml(text: str, name: str) -> Any:  # noqa: ANN401
    """Read YAML with every word as it is written: 010 stays 010, and 1_000 is no number yet."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        node = yaml.compose(text, Loader=loader)
        return _Grown().grow(node, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(
            f"{name}{place}: this is no YAML: {error.problem or error.context}",
            help="an answer with a colon, a bracket or a # inside needs quotes",
        ) from None
    except yaml.YAMLError as error:
        raise UsageError(f"{name} is no YAML: {error}") from None
    except (_TooMuch, RecursionError):
        raise UsageError(f"{name} holds too much, or is nested too deep") from None


class _TooMuch(Exception):  # noqa: N818 - never seen outside
    """Raised where aliases repeat themselves without end."""


class _Grown:
    """Makes plain data of YAML nodes, within bounds."""

    def __init__(self) -> None:
        self.count = 0

    def grow(self, node: Any, depth: int) -> Any:  # noqa: ANN401 - PyYAML's nodes are not typed
        self.count += 1
        if self.count > MOST_NODES or depth > DEEPEST:
            raise _TooMuch
        if node is None:
            return ""
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.grow(n, depth + 1) for n in node.value]
        return _Pairs((str(getattr(k, "value", k)), self.grow(v, depth + 1)) for k, v in node.value)


def _papers(data: Any, name: str, stem: str) -> Iterator[Paper]:  # noqa: ANN401
    if isinstance(data, list) and not isinstance(data, _Pairs):
        for number, item in enumerate(data, start=1):
            yield from _papers(item, name, f"{stem} {number}")
        return
    if not isinstance(data, _Pairs):
        raise UsageError(
            f"{name} must be a mapping from questions to answers",
            help="write A1: 4 on a line, or A1: {p0: 4, p1: 6}",
        )
    known = dict(data)
    if isinstance(students := known.get("students"), _Pairs):
        for student, answers in students:
            yield _paper(student, answers)
        return
    if isinstance(students, list):
        for number, item in enumerate(students, start=1):
            yield from _papers(item, name, f"{stem} {number}")
        return
    student = next((str(v) for k, v in data if k.lower() in STUDENT), stem)
    answers = known.get("answers")
    if answers is None:
        answers = _Pairs((k, v) for k, v in data if k.lower() not in STUDENT)
    yield _paper(student, answers)


def _paper(student: str, answers: Any) -> Paper:  # noqa: ANN401
    found: dict[tuple[str, str], Any] = {}
    remarks: list[str] = []

    def enter(key: tuple[str, str], value: Any) -> None:  # noqa: ANN401
        if key in found:
            remarks.append(f"'{'.'.join(filter(None, key))}' is answered twice; the last counts")
        found[key] = value

    if not isinstance(answers, _Pairs):
        return Paper(student, {}, ("these are no answers: a mapping from questions was expected",))
    for question, value in answers:
        if isinstance(value, _Pairs):
            for part, inner in value:
                enter((question, part), _plain(inner))
        else:
            enter((question, ""), _plain(value))
    return Paper(student, found, tuple(remarks))


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, _Pairs):
        return str({k: _plain(v) for k, v in value})
    return [_plain(v) for v in value] if isinstance(value, list) else value


# --- tables ---------------------------------------------------------------------------------------


def _tabular(text: str, name: str, stem: str) -> tuple[Paper, ...]:
    """Read a table: a column or a row for each student, or a line for each answer."""
    rows = [[c.strip() for c in row] for row in _rows(text, name) if any(map(str.strip, row))]
    if not rows:
        raise UsageError(f"{name} is empty: there are no answers in it")
    head, *body = rows
    words = [h.lower().lstrip("\ufeff") for h in head]
    who = next((n for n, w in enumerate(words) if w in STUDENT), None)
    what = next((n for n, w in enumerate(words) if w in QUESTION), None)
    answer = next((n for n, w in enumerate(words) if w in ANSWER), None)
    if what is not None and answer is not None:
        return _by_lines(body, who, what, answer, stem)
    if what is not None:
        return tuple(
            _of_cells(student, ((r[what], r[n]) for r in body if n < len(r) and what < len(r)))
            for n, student in enumerate(head)
            if n != what and student
        )
    if who is not None:
        return tuple(
            _of_cells(
                row[who] or f"{stem} {number}",
                ((h, c) for n, (h, c) in enumerate(zip(head, row, strict=False)) if n != who),
            )
            for number, row in enumerate(body, start=1)
            if who < len(row)
        )
    raise UsageError(
        f"{name} has no column 'question' and none 'student'",
        help="head the table 'question,answer', 'question,Ann,Ben' or 'student,A1.p0,A1.p1'",
    )


def _rows(text: str, name: str) -> Iterable[list[str]]:
    sample = text.splitlines()[0]
    mark = max((",", ";", "\t"), key=sample.count)
    try:
        return list(csv.reader(StringIO(text), delimiter=mark, skipinitialspace=True))
    except csv.Error as error:
        raise UsageError(f"{name} is no table: {error}") from None


def _by_lines(
    body: Sequence[list[str]], who: int | None, what: int, answer: int, stem: str
) -> tuple[Paper, ...]:
    papers: dict[str, list[tuple[str, str]]] = {}
    for row in body:
        if max(what, answer) >= len(row):
            continue
        student = row[who] if who is not None and who < len(row) and row[who] else stem
        papers.setdefault(student, []).append((row[what], row[answer]))
    return tuple(_of_cells(student, cells) for student, cells in papers.items())


def _of_cells(student: str, cells: Iterable[tuple[str, str]]) -> Paper:
    return _paper(student, _Pairs((key, value) for key, value in cells if key))


def split(key: str, known: Iterable[str]) -> tuple[str, str]:
    """Split the heading of a cell into question and answer: ``A1.p0``, ``A1 p0``, ``A1/p0``.

    Examples
    --------
    >>> split("A1.p0", ["A1"]), split("B7-shape", ["B7-shape"]), split("2 b", ["2"])
    (('A1', 'p0'), ('B7-shape', ''), ('2', 'b'))
    >>> split("a1.p0", ["A1"])
    ('A1', 'p0')
    """
    ids = {k.lower(): k for k in known}
    if key.lower() in ids:
        return ids[key.lower()], ""
    for mark in BETWEEN:
        head, found, tail = key.partition(mark)
        while found:
            if head.lower() in ids:
                return ids[head.lower()], tail.strip()
            more, found, tail = tail.partition(mark)
            head = f"{head}{mark}{more}"
    return key, ""
