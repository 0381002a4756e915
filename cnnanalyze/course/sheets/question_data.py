"""Question data: the numbers, matrices and networks of a question, as they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.section import Section
from cnnanalyze.core.tree import Mapping, plain
from cnnanalyze.course.explanations.symbolic_layer import describe
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import NetworkBasis, TopicBasis, words_of
from cnnanalyze.course.sheets.solve import SolvedAnswer, SolvedQuestion
from cnnanalyze.graph.network import Network, shapes_in
from cnnanalyze.graph.node import Node


class QuestionDatum(NamedTuple):
    """One datum of a question."""

    word: str
    text: str = ""
    """What it is, if that fits into a line."""
    rows: tuple[tuple[str, ...], ...] = ()
    """A matrix, its numbers written out."""
    lines: tuple[str, ...] = ()
    """The layers of a network."""


DataList = tuple[QuestionDatum, ...]


class QuestionData(NamedTuple):
    """The data of a question: those of all its answers, and those of each."""

    common: DataList
    own: dict[str, DataList]


def question_data(question: SolvedQuestion) -> QuestionData:
    """Return the data of a question; data of all answers once.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.course.sheets.sheet_reading import read_sheet
    >>> from cnnanalyze.course.sheets.solve import solve
    >>> question = "{window: {n: 6, f: 3}, ask: {a: output, b: {find: output, p: 1}}}"
    >>> sheet = read_sheet(Source("here", f"{{sheet: 1, questions: [{question}]}}"))
    >>> found = question_data(solve(sheet)["1"])
    >>> [(g.word, g.text) for g in found.common], [(g.word, g.text) for g in found.own["b"]]
    ([('input', '6'), ('kernel', '3')], [('padding', '1')])
    """
    subjects: dict[str, list[str]] = {}
    for name, solved in question.answers.items():
        subjects.setdefault(_subject(solved), []).append(name)
    subjects.pop("", None)  # what is made of other answers
    most = max(subjects.values(), key=len, default=[])
    if len(most) == 1 and len(subjects) > 1:
        most = []  # each answer has data of its own
    full = [tuple(_data(question.answers[name], whole=True)) for name in most]
    common = tuple(g for g in full[0] if all(g in other for other in full)) if full else ()
    own = {
        name: tuple(g for g in _data(solved) if name not in most or g not in common)
        for name, solved in question.answers.items()
    }
    return QuestionData(common, own)


def _subject(solved: SolvedAnswer) -> str:
    """Return the subject of an answer; answers of one subject may share data."""
    basis = solved.request.basis
    if isinstance(basis, TopicBasis):
        return basis.topic
    return "a network" if isinstance(basis, NetworkBasis) else ""


def _data(solved: SolvedAnswer, *, whole: bool = False) -> Iterator[QuestionDatum]:
    """Yield the data of an answer: the ``whole``, or what affects the answer."""
    match solved.request.basis:
        case TopicBasis(topic, quantity, section):
            yield from _of_section(section, () if whole else TOPICS[topic].idle(quantity, section))
        case NetworkBasis(_, tree) if solved.selection is not None:
            yield from _of_network(solved.selection.network, tree)


# --- numbers --------------------------------------------------------------------------------------


def _of_section(section: Section, idle: Sequence[str]) -> Iterator[QuestionDatum]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if name in section.model_fields_set and name not in idle and value is not None:
            yield from _of_value(name.replace("_", " "), value)


def _of_value(word: str, value: Any) -> Iterator[QuestionDatum]:  # noqa: ANN401 - whatever a section holds
    if not isinstance(value, tuple):
        yield QuestionDatum(word, _said(value))
    elif isinstance(value[0], tuple) and isinstance(value[0][0], tuple):
        for number, matrix in enumerate(value, start=1):
            named = f"{word} of plane {number}" if len(value) > 1 else word
            yield QuestionDatum(named, _name_of(matrix), _rows(matrix))
    else:
        yield QuestionDatum(word, ", ".join(map(_said, value)))


def _said(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value = Fraction(str(value))
    return _exactly(value) if isinstance(value, int | Fraction) else str(value)


def _exactly(value: int | Fraction) -> str:
    """Return a number with all its digits or as a fraction, to compute with."""
    text = short_number(value)
    if Fraction(text.replace(",", "")) == value:
        return text
    number = Fraction(value)
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    if below > 1:
        return str(number)
    digits = len(str(number.denominator)) * 4
    return f"{float(number):.{min(digits, 17)}f}".rstrip("0") if digits < _DIGITS else str(number)


_DIGITS = 40


def _rows(matrix: Any) -> tuple[tuple[str, ...], ...]:  # noqa: ANN401
    return tuple(tuple(_exactly(v) for v in row) for row in matrix)


def _name_of(matrix: Any) -> str:  # noqa: ANN401
    """Return the name of a filter, if it is one that has a name."""
    return next((name for name, known in FILTERS.items() if known == matrix), "")


# --- networks -------------------------------------------------------------------------------------


def _of_network(network: Network, tree: Mapping) -> Iterator[QuestionDatum]:
    if tree.get("spec") is not None:
        yield QuestionDatum("network", network.name)
    several = len(network.inputs) > 1
    yield QuestionDatum("inputs" if several else "input", shapes_in(network))
    for name, given in network.inputs.items():
        if given.values is not None:
            of = name if several else "the input"
            yield QuestionDatum(f"numbers of {of}", _nested(given.values))
    first = next(iter(network.inputs)) if not several else ""
    yield QuestionDatum("layers", lines=tuple(_lines(network.nodes, first)))
    settings = tree.get("set")
    if isinstance(settings, Mapping):
        yield QuestionDatum(
            "with", ", ".join(f"{k.text} = {plain(v)}" for k, v in settings.entries)
        )
    for word, key in (("gradient by the output", "gradient"), ("label", "label")):
        if (given_numbers := tree.get(key)) is not None:
            yield QuestionDatum(word, _nested(plain(given_numbers)))
    if (classes := tree.get("classes")) is not None:
        yield QuestionDatum("classes", str(plain(classes)))
    for word, key in (("trained layers", "trains"), ("layers added up", "over")):
        if tree.get(key) is not None:
            yield QuestionDatum(word, ", ".join(map(str, words_of(tree.get(key)))))
    layer = tree.get("layer")
    if layer is not None and isinstance(plain(layer), list) and (names := words_of(layer)):
        yield QuestionDatum("for each of", ", ".join(map(str, names)))


def _lines(nodes: Sequence[Node], before: str) -> Iterator[str]:
    """Yield a line for each layer and each block, repeats once.

    What stands before the first layer need not be said to be what it reads; of several inputs
    nothing does.
    """
    for top, group in groupby(nodes, key=lambda n: n.id.split("/")[0]):
        members = list(group)
        inner = [
            (part, tuple(_layer(n, last, pairs[0][1], f"{top}/{part}/") for n, last in pairs))
            for part, pairs in _parts(members, before)
        ]
        said: list[str] = []
        for labels, run in groupby(inner, key=lambda one: one[1]):
            count = len(list(run))
            text = ", ".join(labels)
            said.append(f"{count} × [{text}]" if count > 1 else text)
        yield f"{top}: {', '.join(said)}"
        before = members[-1].id


def _parts(members: list[Node], before: str) -> list[tuple[str, list[tuple[Node, str]]]]:
    """Return the members of a block by its own blocks, each with the layer in front of it."""
    fronts = [before, *(n.id for n in members[:-1])]
    pairs = list(zip(members, fronts, strict=True))
    return [
        (part, list(group))
        for part, group in groupby(pairs, key=lambda pair: "/".join(pair[0].id.split("/")[1:2]))
    ]


def _layer(node: Node, before: str, front: str, lead: str) -> str:
    """Return a layer with its attributes, and where it reads if not from the one before it.

    Parameters
    ----------
    node
        The layer.
    before
        The one before it.
    front
        The one in front of its block.
    lead
        What the names inside of its block begin with.
    """
    words = [describe(node.layer)] if describe(node.layer) else []
    words += [f"{given.role} {_nested(given.values)}" for given in node.given]
    text = f"{node.kind} ({', '.join(words)})" if words else node.kind
    if node.share is not None:
        text = f"{text} with the weights of {node.share}"
    if node.inputs == (before,):
        return text
    names = ["its input" if i == front else i.removeprefix(lead) for i in node.inputs]
    return f"{text} of {' and '.join(names)}"


def _nested(values: Any) -> str:  # noqa: ANN401 - nested tuples of numbers
    if isinstance(values, tuple | list) and len(values) == 1:
        return _nested(values[0])  # an axis of one number tells nothing
    if isinstance(values, tuple | list):
        return f"[{', '.join(map(_nested, values))}]"
    return _said(values)
