"""Reading sheets: every question with its place, and all that is wrong in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.homework.notation import NOTATIONS
from cnnanalyze.homework.questions.asking import Topic, lay_over
from cnnanalyze.homework.questions.combination import COMBINATIONS
from cnnanalyze.homework.questions.topics import TOPICS
from cnnanalyze.homework.sheet import (
    OF_SPEC,
    ONLY,
    Ask,
    Credit,
    OfAnswers,
    OfNetwork,
    OfTopic,
    Question,
    Sheet,
    find_sheet,
)
from cnnanalyze.spec.faults import Faults, quoted, said
from cnnanalyze.spec.reader import open_source, read
from cnnanalyze.spec.sections import read_section
from cnnanalyze.spec.tree import Mapping, Scalar, Tree
from cnnanalyze.spec.tree import Sequence as ListTree

VERSION = 1
HEADER = ("sheet", "title", "about", "source", "notation", "credit", "questions")
GENERAL = ("id", "text", "source", "points", "notation", "ask", "find")
OF_ANSWER = ("find", "points", "text", "notation", *COMBINATIONS)
OF_NETWORK = ("spec", "set", "layer", "over", "classes", "trains", *OF_SPEC)
_INSTEAD = {
    "over": ("layer",),
    "layer": ("over",),
    "spec": (*OF_SPEC, "set", "classes", "trains"),
    "layers": ("spec", "set", "classes", "trains"),
}
"""What a key of an answer takes the place of in its question, besides the key itself."""
MOST_QUESTIONS = 1_000
MOST_ANSWERS = 200
"""Of one question."""
LARGEST_POINTS = 10_000


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
        sheet = _Reader(source, folder, tree, faults).read()
    else:
        faults.add(
            f"a sheet must be a mapping with 'sheet' and 'questions', not {said(tree)}",
            tree.mark,
            help="begin the file with 'sheet: 1'",
        )
    faults.raise_if_any()
    assert sheet is not None
    return sheet


class _Reader:
    """Reads a sheet, and notes all that is wrong with it."""

    def __init__(self, source: Source, folder: Path | None, tree: Mapping, faults: Faults) -> None:
        self.source = source
        self.folder = folder
        self.tree = tree
        self.faults = faults

    def read(self) -> Sheet:
        tree = self.tree
        self.check_keys(tree, HEADER, "a sheet")
        version = tree.get("sheet")
        if version is None:
            help_ = "begin the file with 'sheet: 1', the version of the language of sheets"
            self.faults.add("this file has no 'sheet: 1'", tree.mark, help_)
        elif not isinstance(version, Scalar) or version.value is True or version.value != VERSION:
            self.faults.add(
                f"this tool reads version {VERSION} of sheets, not {said(version)}",
                version.mark,
                help=f"write 'sheet: {VERSION}'",
            )
        notation = self.notation(tree, "plain")
        questions = tree.get("questions")
        found: list[Question] = []
        if not isinstance(questions, ListTree) or not questions.items:
            self.faults.add(
                "a sheet must have a list of 'questions'",
                questions.mark if questions else tree.mark,
                help="questions: [{id: A1, text: ..., window: {n: 6, f: 3}, find: output}]",
            )
        elif len(questions.items) > MOST_QUESTIONS:
            self.faults.add(
                f"a sheet may have at most {MOST_QUESTIONS:,} questions, "
                f"not {len(questions.items):,}",
                questions.mark,
            )
        else:
            for number, item in enumerate(questions.items, start=1):
                found += self.question(number, item, notation)
        self.check_ids(found)
        title = self.text(tree, "title") or Path(self.source.name).stem
        return Sheet(
            title, tuple(found), self.source, self.folder, self.text(tree, "about"), self.credit()
        )

    def check_keys(self, tree: Mapping, known: Sequence[str], what: str) -> bool:
        """Note unknown keys."""
        good = True
        for key, _ in tree.entries:
            if key.text not in known:
                self.faults.add(
                    f"{what} has no '{key.text}'; known: {', '.join(known)}"
                    f"{nearest(key.text, tuple(known))}",
                    key.mark,
                )
                good = False
        return good

    def text(self, tree: Mapping, key: str) -> str:
        value = tree.get(key)
        if value is None:
            return ""
        if not isinstance(value, Scalar) or value.value is None:
            self.faults.add(f"'{key}' must be a text, not {said(value)}", value.mark)
            return ""
        return value.text.strip()

    def notation(self, tree: Mapping, default: str) -> str:
        name = self.text(tree, "notation") or default
        value = tree.get("notation")
        if name not in NOTATIONS and value is not None:
            self.faults.add(
                f"there is no notation '{name}'; the notations are {', '.join(NOTATIONS)}"
                f"{nearest(name, tuple(NOTATIONS))}",
                value.mark,
            )
            return default
        return name

    def amount(self, value: Tree | None, what: str, most: int) -> Fraction | None:
        """Read points, or a share: a whole number, a decimal or a fraction such as 1/3."""
        if value is None:
            return None
        try:
            number = Fraction(value.text.strip() if isinstance(value, Scalar) else "")
        except (ValueError, ZeroDivisionError):
            self.faults.add(f"{what} must be a number, not {said(value)}", value.mark)
            return None
        if not 0 <= number <= most:
            self.faults.add(f"{what} must lie between 0 and {most:,}, not {number}", value.mark)
            return None
        return number

    def credit(self) -> Credit:
        section = self.tree.get("credit")
        if section is None:
            return Credit()
        if not isinstance(section, Mapping):
            one = self.amount(section, "'credit'", 1) or Fraction(0)
            return Credit(one, one)
        self.check_keys(section, Credit._fields, "'credit'")
        found = {k: self.amount(section.get(k), f"'{k}'", 1) for k in Credit._fields}
        return Credit(**{k: v for k, v in found.items() if v is not None})

    def check_ids(self, questions: Sequence[Question]) -> None:
        seen: dict[str, Question] = {}
        for question in questions:
            first = seen.setdefault(question.id, question)
            if first is not question:
                self.faults.add(
                    f"the question '{question.id}' is there twice; first in line {first.mark.line}",
                    question.mark,
                    help="give one of both another id",
                )

    def question(self, number: int, tree: Tree, notation: str) -> Iterator[Question]:
        if not isinstance(tree, Mapping):
            self.faults.add(f"a question must be a mapping, not {said(tree)}", tree.mark)
            return
        if not self.check_keys(tree, (*GENERAL, *TOPICS, *OF_NETWORK), "a question"):
            return
        id_ = self.text(tree, "id") or str(number)
        notation = self.notation(tree, notation)
        topics = [k for k in tree.keys() if k in TOPICS]  # noqa: SIM118 - not a dict
        about = [k for k in tree.keys() if k in OF_NETWORK]  # noqa: SIM118
        if len(topics) > 1 or (topics and about):
            self.faults.add(
                f"question '{id_}' is about {quoted([*topics, *about])} at once",
                tree.mark,
                help="ask for the other thing in an answer of its own, or in another question",
            )
            return
        asks = list(self.asks(tree, topics[0] if topics else "", notation))
        if asks:
            mark = (tree.get("id") or tree).mark
            points = self.amount(tree.get("points"), "'points'", LARGEST_POINTS)
            if points is not None:
                asks = [a._replace(points=points / len(asks)) for a in asks]
            yield Question(
                id_, self.text(tree, "text"), tuple(asks), mark, self.text(tree, "source")
            )

    def asks(self, tree: Mapping, topic: str, notation: str) -> Iterator[Ask]:
        wanted = tree.get("ask")
        find = tree.get("find")
        if wanted is not None and find is not None:
            self.faults.add("a question has either 'ask' or 'find', not both", find.mark)
            return
        if wanted is None:
            item: Tree = find if find is not None else Mapping((), tree.mark)
            yield from self.one(ONLY, item, tree, topic, notation, ())
            return
        if not isinstance(wanted, Mapping) or not wanted.entries:
            self.faults.add(
                f"'ask' must name what is asked for, not {said(wanted)}",
                wanted.mark,
                help="ask: {size: output, params: parameters}",
            )
            return
        if len(wanted.entries) > MOST_ANSWERS:
            self.faults.add(f"a question may ask for at most {MOST_ANSWERS} things", wanted.mark)
            return
        known: list[str] = []
        for key, value in wanted.entries:
            yield from self.one(key.text, value, tree, topic, notation, tuple(known))
            known.append(key.text)

    def one(
        self,
        name: str,
        tree: Tree,
        question: Mapping,
        topic: str,
        notation: str,
        before: tuple[str, ...],
    ) -> Iterator[Ask]:
        """Read one thing that is asked for."""
        if isinstance(tree, Scalar):
            tree = Mapping(((Scalar("find", "find", True, tree.mark), tree),), tree.mark)
        if not isinstance(tree, Mapping):
            self.faults.add(
                f"'{name}' must be a quantity or a mapping, not {said(tree)}",
                tree.mark,
                help=f"{name}: output",
            )
            return
        points = self.amount(tree.get("points"), "'points'", LARGEST_POINTS)
        notation = self.notation(tree, notation)
        ask = Ask(
            name,
            Fraction(1) if points is None else points,
            OfAnswers("", ()),
            tree.mark,
            self.text(tree, "text"),
            notation,
        )
        if words := [k for k in tree.keys() if k in COMBINATIONS]:  # noqa: SIM118
            yield from self.combination(ask, words[0], tree, before)
            return
        own = [k for k in tree.keys() if k in TOPICS]  # noqa: SIM118
        rest = [e for e in tree.entries if e[0].text not in {*OF_ANSWER, *TOPICS}]
        find = tree.get("find")
        if topic and {"spec", "layers"} & set(tree.keys()):
            yield from self.of_network(ask, Mapping((), question.mark), find, rest)
        elif own and own[0] != topic:
            yield from self.topical(ask, own[0], find, tree.get(own[0]), rest)
        elif topic or own:
            base = question.get(topic)
            over = tree.get(topic)
            extra = [*(over.entries if isinstance(over, Mapping) else ()), *rest]
            yield from self.topical(ask, topic, find, base, extra)
        else:
            yield from self.of_network(ask, question, find, rest)

    def combination(
        self, ask: Ask, word: str, tree: Mapping, before: tuple[str, ...]
    ) -> Iterator[Ask]:
        self.check_keys(tree, (word, "points", "text"), f"a {word}")
        value = tree.get(word)
        row = COMBINATIONS[word]
        items = value.items if isinstance(value, ListTree) else ()
        names = tuple(i.text for i in items if isinstance(i, Scalar))
        if len(names) != len(items) or not row.least <= len(names) <= row.most:
            count = "two answers" if row.most == row.least else "answers"
            self.faults.add(f"'{word}' takes a list of {count}", (value or tree).mark)
            return
        for item, name in zip(items, names, strict=True):
            if name not in before:
                self.faults.add(
                    f"there is no answer '{name}' before this one{nearest(name, before)}",
                    item.mark,
                    help=f"before it come {quoted(before)}" if before else "",
                )
                return
        yield ask._replace(about=OfAnswers(word, names))

    def topical(
        self,
        ask: Ask,
        name: str,
        find: Tree | None,
        base: Tree | None,
        extra: Sequence[tuple[Scalar, Tree]],
    ) -> Iterator[Ask]:
        topic = TOPICS[name]
        quantity = self.quantity(topic, name, find, ask)
        if not isinstance(base, Mapping):
            place = base.mark if base is not None else ask.mark
            self.faults.add(f"'{name}' must be a mapping", place)
            return
        merged = lay_over(topic.renamed(base), topic.renamed(Mapping(tuple(extra), ask.mark)))
        section = read_section(topic.section, merged, name, self.faults)
        if section is not None and quantity:
            yield ask._replace(about=OfTopic(name, quantity, section))

    def quantity(self, topic: Topic, name: str, find: Tree | None, ask: Ask) -> str:
        known = tuple(topic.quantities)
        if find is None:
            if topic.default:
                return topic.default
            self.faults.add(
                f"'{name}' needs 'find': what is asked for",
                ask.mark,
                help=f"there are {', '.join(known)}",
            )
            return ""
        text = find.text if isinstance(find, Scalar) else ""
        if text not in known:
            self.faults.add(
                f"'{name}' has no quantity {said(find)}; it has {', '.join(known)}"
                f"{nearest(text, known)}",
                find.mark,
            )
            return ""
        return text

    def of_network(
        self, ask: Ask, question: Mapping, find: Tree | None, extra: Sequence[tuple[Scalar, Tree]]
    ) -> Iterator[Ask]:
        if not self.check_keys(
            Mapping(tuple(extra), ask.mark), OF_NETWORK, "an answer about a network"
        ):
            return
        own = tuple(e for e in question.entries if e[0].text in OF_NETWORK)
        keys = {k.text for k, _ in extra}
        replaced = {old for new, others in _INSTEAD.items() if new in keys for old in others}
        own = tuple(e for e in own if e[0].text not in replaced)
        merged = lay_over(Mapping(own, question.mark), Mapping(tuple(extra), ask.mark))
        if merged.get("spec") is None and merged.get("layers") is None:
            self.faults.add(
                f"nothing says what '{ask.name}' is about",
                ask.mark,
                help="name a 'spec', write 'input' and 'layers', "
                f"or take one of {', '.join(TOPICS)}",
            )
            return
        if not isinstance(find, Scalar) or find.value is None:
            self.faults.add(
                f"'{ask.name}' needs 'find': what is asked for",
                (find or ask).mark,
                help="such as output, parameters, macs, receptive_field",
            )
            return
        yield ask._replace(about=OfNetwork(find.text, merged))
