"""Sheet reading: every question with its place, and all faults in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults, quoted
from cnnanalyze.core.tree import Mapping
from cnnanalyze.core.tree import Sequence as ListTree
from cnnanalyze.core.usage import Usage
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.request_reading import RequestReader
from cnnanalyze.course.sheets.sheet import (
    ONLY_ANSWER,
    AnswerFormat,
    AnswerRequest,
    Question,
    Sheet,
    find_sheet,
)
from cnnanalyze.course.sheets.sheet_file import (
    MOST_QUESTIONS,
    NETWORK_KEYS,
    SheetFile,
    WrittenAnswer,
    WrittenQuestion,
)
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.yaml import open_source, read

MOST_ANSWERS = 200
"""Of one question."""


def load_sheet(name: Path | str) -> Sheet:
    """Read a sheet from a file, or a bundled one (``zoo:NAME``).

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    path = find_sheet(name)
    return read_sheet(open_source(path), path.parent)


def read_sheet(source: Source, folder: Path | None = None) -> Sheet:
    """Read a sheet from a text.

    Examples
    --------
    >>> sheet = read_sheet(Source("here", "{sheet: 1, questions: [{window: {n: 6, f: 3}}]}"))
    >>> sheet.questions[0].id, sheet.questions[0].requests[0].basis.quantity
    ('1', 'output')
    """
    faults = Faults()
    if not source.text.strip():
        raise UsageError(f"{source.name} is empty", help="a sheet begins with 'sheet: 1'")
    tree = read(source)
    sheet: Sheet | None = None
    if isinstance(tree, Mapping) and tree.get("cnn") is not None and tree.get("sheet") is None:
        faults.add(
            "this is the spec of a network, not a sheet",
            tree.mark,
            help="a sheet begins with 'sheet: 1'; 'cnnanalyze explain' works out a network",
        )
    elif (written := bind(tree, SheetFile, "a sheet", faults)) is not None:
        sheet = _SheetReader(source, folder, faults).read(written)
    faults.raise_if_any()
    assert sheet is not None
    return sheet


class _SheetReader:
    """Reads a sheet and records all faults."""

    def __init__(self, source: Source, folder: Path | None, faults: Faults) -> None:
        self.source = source
        self.folder = folder
        self.faults = faults

    def read(self, written: SheetFile) -> Sheet:
        found = tuple(self.questions(written))
        self.check_ids(found)
        return Sheet(
            written.title or Path(self.source.name).stem,
            found,
            self.source,
            self.folder,
            written.about,
            written.given_credit(),
            written.source,
        )

    def check_ids(self, questions: Sequence[Question]) -> None:
        """Record a fault for ids that are not unique."""
        seen: dict[str, Mark] = {}
        for question in questions:
            first = seen.setdefault(question.id, question.mark)
            if first is not question.mark:
                self.faults.add(
                    f"duplicate question '{question.id}'; first in line {first.line}",
                    question.mark,
                    help="give one of both another id",
                )
        for question in questions:
            for request in question.requests:
                label = f"{question.id}.{request.name}"
                if request.name != ONLY_ANSWER and label in seen:
                    self.faults.add(
                        f"'{label}' is the answer '{request.name}' of question '{question.id}', "
                        f"and also a question, in line {seen[label].line}",
                        request.mark,
                        help="give one of both another name",
                    )

    def questions(self, written: SheetFile) -> Iterator[Question]:
        place = written.tree.get("questions") or written.tree
        count = len(place.items) if isinstance(place, ListTree) else 0
        if count > MOST_QUESTIONS:
            message = f"a sheet may have at most {MOST_QUESTIONS:,} questions, not {count:,}"
            self.faults.add(message, place.mark)
            return
        notation = written.notation or "plain"
        answer_format = written.over(AnswerFormat(), self.faults)
        for number, item in enumerate(written.questions, start=1):
            yield from self.question(number, item, notation, answer_format)

    def question(
        self, number: int, written: WrittenQuestion, notation: str, answer_format: AnswerFormat
    ) -> Iterator[Question]:
        before, tree = len(self.faults), written.tree
        id_ = written.id or str(number)
        topics = [k for k in written.about if k in TOPICS]
        about = [k for k in written.about if k in NETWORK_KEYS]
        if len(topics) > 1 or (topics and about):
            self.faults.add(
                f"question '{id_}' is about {quoted([*topics, *about])} at once",
                tree.mark,
                help="ask for the other thing in an answer of its own, or in another question",
            )
            return
        usage = Usage(tree, (*TOPICS, *NETWORK_KEYS), self.faults)
        requests = list(self.requests(written, usage, notation, answer_format))
        if len(self.faults) == before:
            usage.finish(
                f"by any answer of question '{id_}'",
                help="remove it, or ask for something that depends on it",
            )
        if requests:
            mark = (tree.get("id") or tree).mark
            if written.points is not None:
                requests = [a._replace(points=written.points / len(requests)) for a in requests]
            yield Question(id_, written.text, tuple(requests), mark, written.source)

    def requests(
        self, written: WrittenQuestion, usage: Usage, notation: str, answer_format: AnswerFormat
    ) -> Iterator[AnswerRequest]:
        wanted, find = written.ask, written.find
        notation = written.notation or notation
        answer_format = written.over(answer_format, self.faults, is_one=wanted is None)
        reader = RequestReader(usage, notation, answer_format, written.points is not None)
        if wanted is None:
            only = find or WrittenAnswer(tree=Mapping((), written.tree.mark))
            yield from reader.read(ONLY_ANSWER, only, ())
        elif find is not None:
            return  # told with its keys
        elif len(wanted) > MOST_ANSWERS:
            place = written.tree.get("ask") or written.tree
            message = f"a question may ask for at most {MOST_ANSWERS} things"
            self.faults.add(message, place.mark)
        else:
            known: list[str] = []
            for name, answer in wanted.items():
                yield from reader.read(name, answer, tuple(known))
                known.append(name)
        reader.finish()
