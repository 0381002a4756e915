"""Reading sheets: every question with its place, and all that is wrong in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cnnanalyze.core.binding import Keys
from cnnanalyze.core.diagnostics import Faults, quoted, said
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.core.tree import Sequence as ListTree
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.sheets.ask_reading import OF_NETWORK, AskReader
from cnnanalyze.course.sheets.credit_reading import read_credit
from cnnanalyze.course.sheets.format_reading import LARGEST_POINTS, MANNER, MannerReader
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import (
    ONLY,
    AnswerFormat,
    Ask,
    Credit,
    Question,
    Sheet,
    find_sheet,
)
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.yaml import open_source, read

VERSION = VERSIONS["sheet"]
HEADER = ("sheet", "title", "about", "source", "notation", "credit", *MANNER, "questions")
GENERAL = ("id", "text", "source", "points", "notation", *MANNER, "ask", "find")
MOST_QUESTIONS = 1_000
MOST_ANSWERS = 200
"""Of one question."""


def load_sheet(name: Path | str) -> Sheet:
    """Read a sheet from a file, or one that comes along (``zoo:NAME``).

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
    >>> sheet.questions[0].id, sheet.questions[0].asks[0].about.quantity
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
    elif isinstance(tree, Mapping):
        sheet = _SheetReader(source, folder, tree, faults).read()
    else:
        faults.add(
            f"a sheet must be a mapping with 'sheet' and 'questions', not {said(tree)}",
            tree.mark,
            help="begin the file with 'sheet: 1'",
        )
    faults.raise_if_any()
    assert sheet is not None
    return sheet


class _SheetReader:
    """Reads a sheet, and notes all that is wrong with it."""

    def __init__(self, source: Source, folder: Path | None, tree: Mapping, faults: Faults) -> None:
        self.source = source
        self.folder = folder
        self.tree = tree
        self.faults = faults
        self.manners = MannerReader(faults)

    def read(self) -> Sheet:
        keys = Keys(self.tree, "a sheet", HEADER, self.faults)
        self.check_version(keys.get("sheet"))
        notation = self.manners.notation(keys, "plain")
        manner = self.manners.read(keys, AnswerFormat())
        found = tuple(self.questions(keys.get("questions"), notation, manner))
        self.check_ids(found)
        title = self.manners.text(keys, "title") or Path(self.source.name).stem
        sheet = Sheet(
            title,
            found,
            self.source,
            self.folder,
            self.manners.text(keys, "about"),
            self.credit(keys.get("credit")),
            self.manners.text(keys, "source"),
        )
        keys.finish("by anything in a sheet")
        return sheet

    def check_version(self, version: Tree | None) -> None:
        if version is None:
            help_ = "begin the file with 'sheet: 1', the version of the language of sheets"
            self.faults.add("this file has no 'sheet: 1'", self.tree.mark, help_)
        elif not isinstance(version, Scalar) or version.value is True or version.value != VERSION:
            self.faults.add(
                f"this tool reads version {VERSION} of sheets, not {said(version)}",
                version.mark,
                help=f"write 'sheet: {VERSION}'",
            )

    def credit(self, section: Tree | None) -> Credit:
        if section is None:
            return Credit()
        return read_credit(section, self.faults, self.manners.amount)

    def check_ids(self, questions: Sequence[Question]) -> None:
        """Note what is called like something else, so that an answer could be meant for both."""
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
            for ask in question.asks:
                label = f"{question.id}.{ask.name}"
                if ask.name != ONLY and label in seen:
                    self.faults.add(
                        f"'{label}' is the answer '{ask.name}' of question '{question.id}', and "
                        f"also a question, in line {seen[label].line}",
                        ask.mark,
                        help="give one of both another name",
                    )

    def questions(
        self, tree: Tree | None, notation: str, manner: AnswerFormat
    ) -> Iterator[Question]:
        if not isinstance(tree, ListTree) or not tree.items:
            self.faults.add(
                "a sheet must have a list of 'questions'",
                tree.mark if tree else self.tree.mark,
                help="questions: [{id: A1, text: ..., window: {n: 6, f: 3}, find: output}]",
            )
        elif len(tree.items) > MOST_QUESTIONS:
            self.faults.add(
                f"a sheet may have at most {MOST_QUESTIONS:,} questions, not {len(tree.items):,}",
                tree.mark,
            )
        else:
            for number, item in enumerate(tree.items, start=1):
                yield from self.question(number, item, notation, manner)

    def question(
        self, number: int, tree: Tree, notation: str, manner: AnswerFormat
    ) -> Iterator[Question]:
        if not isinstance(tree, Mapping):
            self.faults.add(f"a question must be a mapping, not {said(tree)}", tree.mark)
            return
        before = len(self.faults)
        keys = Keys(tree, "a question", (*GENERAL, *TOPICS, *OF_NETWORK), self.faults)
        if len(self.faults) > before:
            return
        id_ = self.manners.text(keys, "id") or str(number)
        text, source = self.manners.text(keys, "text"), self.manners.text(keys, "source")
        topics = [k for k in tree.keys() if k in TOPICS]  # noqa: SIM118 - not a dict
        about = [k for k in tree.keys() if k in OF_NETWORK]  # noqa: SIM118
        if len(topics) > 1 or (topics and about):
            self.faults.add(
                f"question '{id_}' is about {quoted([*topics, *about])} at once",
                tree.mark,
                help="ask for the other thing in an answer of its own, or in another question",
            )
            return
        asks = list(self.asks(keys, notation, manner))
        if len(self.faults) == before:
            keys.finish(
                f"by any answer of question '{id_}'",
                help="remove it, or ask for something that depends on it",
            )
        if asks:
            mark = (tree.get("id") or tree).mark
            points = self.manners.amount(keys.get("points"), "'points'", LARGEST_POINTS)
            if points is not None:
                asks = [a._replace(points=points / len(asks)) for a in asks]
            yield Question(id_, text, tuple(asks), mark, source)

    def asks(self, question: Keys, notation: str, manner: AnswerFormat) -> Iterator[Ask]:
        wanted, find = question.get("ask"), question.get("find")
        points = question.get("points")
        notation = self.manners.notation(question, notation)
        manner = self.manners.read(question, manner, is_one=wanted is None)
        reader = AskReader(question, notation, manner, self.manners, points is not None)
        if wanted is not None and find is not None:
            self.faults.add("a question has either 'ask' or 'find', not both", find.mark)
        elif wanted is None:
            item: Tree = find if find is not None else Mapping((), question.tree.mark)
            yield from reader.read(ONLY, item, ())
        elif not isinstance(wanted, Mapping) or not wanted.entries:
            self.faults.add(
                f"'ask' must name what is asked for, not {said(wanted)}",
                wanted.mark,
                help="ask: {size: output, params: parameters}",
            )
        elif len(wanted.entries) > MOST_ANSWERS:
            self.faults.add(f"a question may ask for at most {MOST_ANSWERS} things", wanted.mark)
        else:
            known: list[str] = []
            for key, value in wanted.entries:
                yield from reader.read(key.text, value, tuple(known))
                known.append(key.text)
        reader.finish()
