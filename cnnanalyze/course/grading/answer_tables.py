"""Answer tables: a column or a row per student, or a line per answer.

A spreadsheet makes dates of answers such as 7/3; what it made of them is refused, since nobody can
tell what was written.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

from cnnanalyze.course.grading.paper import Paper, PaperBuilder, Refused
from cnnanalyze.course.grading.written_papers import STUDENT
from cnnanalyze.errors import Fault, Mark, Source, UsageError

QUESTION = frozenset({"question", "id", "answer to", "part"})
ANSWER = frozenset({"answer", "value", "given"})


class AnswerCell(NamedTuple):
    """One cell of a table, and where it begins."""

    text: str
    mark: Mark


Row = list[AnswerCell]


def read_table(source: Source, stem: str) -> tuple[Paper, ...]:
    r"""Read the papers of a table.

    Examples
    --------
    >>> papers = read_table(Source("x.csv", "student,A1\nAnn,4\nBen,3-Jul\n"), "x")
    >>> papers[0].answers, papers[1].answers["A1", ""].given
    ({('A1', ''): '4'}, '3-Jul')
    """
    return _AnswerTable(source, stem).papers()


class _AnswerTable:
    """A table, with the faults found in it."""

    def __init__(self, source: Source, stem: str) -> None:
        self.source = source
        self.stem = stem
        self.faults: list[Fault] = []
        rows = list(_rows(source))
        if not rows:
            raise UsageError(f"{source.name} is empty: there are no answers in it")
        self.head, *self.body = rows
        self.words = [cell.text.lower() for cell in self.head]
        self.who = [n for n, w in enumerate(self.words) if w in STUDENT]

    def papers(self) -> tuple[Paper, ...]:
        answer = next((n for n, w in enumerate(self.words) if w in ANSWER), None)
        what = next((n for n, w in enumerate(self.words) if w in QUESTION), None)
        if what is not None and answer is None and self.who:
            if self.words[what] != "id":
                raise UsageError(
                    Fault(
                        f"a table with a column '{self.head[what].text}' and a column "
                        f"'{self.head[self.who[0]].text}' needs a column 'answer'",
                        self.head[what].mark,
                    )
                )
            self.who.append(what)  # the number of a student
            what = None
        if what is not None and answer is not None:
            found = self.by_lines(what, answer)
        elif what is not None:
            found = self.by_columns(what)
        elif self.who:
            found = self.by_rows()
        else:
            raise UsageError(
                f"{self.source.name} has no column 'question' and none 'student'",
                help="head the table 'question,answer', 'question,Ann,Ben' or "
                "'student,A1.p0,A1.p1'",
            )
        if self.faults and not found:
            raise UsageError(*self.faults)
        if self.faults:
            found[0] = found[0]._replace(faults=tuple(self.faults))
        return tuple(found)

    def by_columns(self, what: int) -> list[Paper]:
        """Read a table with a column for each student."""
        columns = {n: PaperBuilder() for n, cell in enumerate(self.head) if n != what}
        for row in self.body:
            self.check(row, what)
            for n, found in columns.items():
                if n < len(row) and what < len(row) and row[what].text:
                    found.enter((row[what].text, ""), _value(row[n]), row[what].mark)
        return [
            found.paper(self.head[n].text, mark=self.head[n].mark)
            for n, found in columns.items()
            if self.head[n].text
        ]

    def by_rows(self) -> list[Paper]:
        """Read a table with a row for each student."""
        papers: list[Paper] = []
        for number, row in enumerate(self.body, start=1):
            self.check(row)
            found = PaperBuilder()
            for n, (head, cell) in enumerate(zip(self.head, row, strict=False)):
                if n not in self.who and head.text:
                    found.enter((head.text, ""), _value(cell), head.mark)
            name = self.student(row)
            file = {} if name else {"file": self.source.name}
            papers.append(found.paper(name or f"{self.stem} {number}", mark=row[0].mark, **file))
        return papers

    def by_lines(self, what: int, answer: int) -> list[Paper]:
        """Read a table with a line for each answer."""
        for n, cell in enumerate(self.head):
            if n not in {what, answer, *self.who} and cell.text:
                self.faults.append(Fault(f"the column '{cell.text}' is not read", cell.mark))
        papers: dict[str, PaperBuilder] = {}
        places: dict[str, Mark] = {}
        for row in self.body:
            self.check(row, what)
            if max(what, answer) >= len(row) or not row[what].text:
                continue
            name = self.student(row)
            if self.who and not name:
                self.faults.append(Fault("this line names no student", row[0].mark))
                continue
            name = name or self.stem
            places.setdefault(name, row[self.who[0] if self.who else 0].mark)
            cell = row[answer]
            entries = papers.setdefault(name, PaperBuilder())
            entries.enter((row[what].text, ""), _value(cell), row[what].mark)
        file = {} if self.who else {"file": self.source.name}
        return [
            found.paper(student, mark=places[student], **file) for student, found in papers.items()
        ]

    def student(self, row: Row) -> str:
        """Return the name of the student in a row, from all columns that have it."""
        return ", ".join(row[n].text for n in self.who if n < len(row) and row[n].text)

    def check(self, row: Row, what: int | None = None) -> None:
        """Record the cells of a row that belong to no answer."""
        for n, cell in enumerate(row):
            if not cell.text:
                continue
            if n >= len(self.head):
                words = (
                    f"this is cell {n + 1} of its row, but the table has {len(self.head)} columns"
                )
                self.faults.append(Fault(words, cell.mark, "an answer with a comma needs quotes"))
                return
            if not self.head[n].text:
                self.faults.append(Fault("the column of this cell has no heading", cell.mark))
                return
        if (
            what is not None
            and any(c.text for c in row)
            and not (what < len(row) and row[what].text)
        ):
            self.faults.append(Fault("this line names no question", row[0].mark))


def _rows(source: Source) -> Iterator[Row]:
    """Yield the rows of a table that are not empty, each cell with its place."""
    text = source.text.lstrip("\ufeff")
    sample = text.splitlines()[0]
    apart = max((",", ";", "\t"), key=sample.count)
    lines = source.lines
    reader = csv.reader(StringIO(text), delimiter=apart, skipinitialspace=True)
    first = 1
    try:
        for row in reader:
            places = _starts(lines[first - 1] if first <= len(lines) else "", apart)
            if any(cell.strip() for cell in row):
                yield [
                    AnswerCell(
                        cell.strip(),
                        Mark(source, first, *(places[n] if n < len(places) else (1, 1))),
                    )
                    for n, cell in enumerate(row)
                ]
            first = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{source.name} is not a table: {error}") from None


def _starts(line: str, apart: str) -> list[tuple[int, int]]:
    """Return where the cells of a line begin, counted from 1, and how long they are."""
    found: list[tuple[int, int]] = []
    start, quoted = 0, False
    for place, character in enumerate(f"{line}{apart}"):
        if character == '"':
            quoted = not quoted
        elif (character == apart and not quoted) or place == len(line):
            lead = len(line[start:place]) - len(line[start:place].lstrip())
            found.append((start + lead + 1, max(1, len(line[start:place].strip()))))
            start = place + 1
    return found


_MONTH = r"(?:jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäé]{0,7}\.?"
_DATE = re.compile(
    rf"""[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?:[ T][0-9:.]{{4,12}})?
    |[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.](?:[0-9]{{4}}|[0-9]{{2}})(?:[ ][0-9:.]{{4,12}})?
    |[0-9]{{1,2}}\.?[-/ .]{{0,2}}{_MONTH}(?:[-/ .]{{1,2}}[0-9]{{2,4}})?
    |{_MONTH}[-/ .]{{1,2}}[0-9]{{1,4}}
    |[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}(?:[ ]?[ap]m)?""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 32


def _value(cell: AnswerCell) -> str | Refused:
    """Return the text of a cell, or refuse a date that a spreadsheet made of it."""
    if len(cell.text) <= _LONGEST and _DATE.fullmatch(cell.text):
        return Refused(
            cell.text,
            "this is a date, which a spreadsheet makes of answers such as 7/3 or 3-7: "
            "format the column as text, and enter the answer again",
            cell.mark,
        )
    return cell.text
