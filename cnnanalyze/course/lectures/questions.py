"""Questions of facts, answered by the package itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

from cnnanalyze.auditing.tables import read_table, refuse_unknown_layer
from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults, place_of, quoted, show_tree
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Section
from cnnanalyze.core.tree import Mapping, Tree, plain
from cnnanalyze.course.lectures.networks import NetworkCache, Settings
from cnnanalyze.course.lectures.quantities import Answer, quantity, simplified, solution
from cnnanalyze.course.lectures.question_data import (
    LossTerms,
    NetworkQuestion,
    TableRow,
    Varied,
    read_form,
    read_network_question,
)
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder, Topic
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.crosscheck.claims import number_of
from cnnanalyze.errors import CnnError, Fault, SpecError, UsageError


def answer(
    ask: Mapping,
    networks: NetworkCache,
    at: tuple[int, ...] = (),
    wanted: tuple[str, ...] = (),
) -> Answer:
    """Answer a question.

    Parameters
    ----------
    ask
        The question.
    networks
        Where networks are looked for.
    at
        The place in the answer that is meant, counted from 1; without it, all of it.
    wanted
        The quantities that are asked for, if the question names none.

    Raises
    ------
    SpecError
        If there is no such question, or it has no answer.
    """
    word = next((k for k in ask.keys() if k in KINDS), "")  # noqa: SIM118 - a tree, no dict
    try:
        if word:
            found = KINDS[word](read_form(ask, word)[word], networks)
        elif (topic := topic_of(ask)) is not None:
            found = topic.answer(wanted)
        else:
            found = _of_network(ask, networks, wanted)
    except CnnError as error:
        if all(f.mark and f.mark.source is ask.mark.source for f in error.faults):
            raise
        raise SpecError(
            *(Fault(f.message, place_of(ask, f.message), f.help) for f in error.faults)
        ) from None
    for place in at:
        if not isinstance(found, list) or place > len(found):
            raise SpecError(Fault(f"the answer has no place {list(at)}", ask.mark))
        found = found[place - 1]
    return found


class SheetQuestion(NamedTuple):
    """A question of homework sheets about given numbers, not about a network."""

    topic: Topic
    section: Section
    given: Mapping
    quantity: str = ""
    """The one that is asked for, if the question names one."""

    def answer(self, wanted: tuple[str, ...]) -> Answer:
        """Return the answer, or several by name."""
        quantity = self.quantity
        self._refuse_idle((quantity,) if quantity else wanted or (self.topic.default,))
        if wanted and not quantity:
            return {name: listed(self.solution(name).value) for name in wanted}
        return listed(self.solution(quantity).value)

    def _refuse_idle(self, names: tuple[str, ...]) -> None:
        """Refuse what affects none of the quantities."""
        idle = set.intersection(*(set(self.topic.idle(n, self.section)) for n in names))
        for key, _ in self.given.entries:
            if self.topic.word(key.text) in idle:
                words = f"'{key.text}' does not affect {quoted(names)} here"
                raise SpecError(Fault(words, key.mark))

    def solution(self, quantity: str = "") -> Solution:
        """Return the worked answer."""
        name = quantity or self.topic.default
        if name not in self.topic.quantities:
            known = tuple(self.topic.quantities)
            raise UsageError(f"there is no quantity '{name}'{nearest(name, known)}")
        found: Solution = self.topic.quantities[name].solve(self.section, ExplanationBuilder())
        return found


def topic_of(ask: Mapping) -> SheetQuestion | None:
    """Return the question of a homework sheet that this is, if it is one."""
    word = next((k for k in ask.keys() if k in TOPICS), "")  # noqa: SIM118 - a tree, no dict
    if not word:
        return None
    found = read_form(ask, word)
    topic, given = TOPICS[word], found[word]
    faults = Faults()
    topic.check(word, given, faults)
    section = bind(topic.renamed(given), topic.section, f"'{word}'", faults)
    faults.raise_if_any()
    assert section is not None
    return SheetQuestion(topic, section, given, found.get("quantity", ""))


def listed(value: Answer) -> Answer:
    """Return nested tuples as nested lists."""
    return list(map(listed, value)) if isinstance(value, tuple) else simplified(value)


def solutions(
    ask: Mapping, networks: NetworkCache, wanted: tuple[str, ...]
) -> Iterator[tuple[str, Solution]]:
    """Yield the answers for which homework knows mistakes, each with its quantity."""
    topic = topic_of(ask)
    if topic is None and any(ask.get(key) is not None for key in (*KINDS, "each", "find")):
        return
    question = None if topic is not None else read_network_question(ask)
    named = topic.quantity if topic is not None else question.quantity if question else ""
    names = (named,) if isinstance(named, str) and named else wanted
    for name in names or ("",):
        try:
            if topic is not None:
                yield name, topic.solution(name)
            elif question is not None and name:
                yield name, solution(networks.analysis(question), question.layer, name)
        except UsageError:  # a quantity of facts alone
            continue


def _of_network(ask: Mapping, networks: NetworkCache, wanted: tuple[str, ...]) -> Answer:
    question = read_network_question(ask)
    if question.find is not None and question.where is not None:
        sought = plain(question.where)
        return [
            value
            for value, settings in _settings(question.find)
            if sought == _shown(_asked(question, networks, settings, ()))
        ]
    if question.each is not None:
        each = _settings(question.each)
        return [_asked(question, networks, settings, wanted) for _, settings in each]
    return _asked(question, networks, {}, wanted)


def _shown(found: Answer) -> Answer:
    return found if isinstance(found, bool | int | list) else str(found)


def _settings(varied: Varied) -> list[tuple[Answer, Settings]]:
    """Return every value that a parameter of the spec takes, and the settings for it."""
    return [(value, {varied.parameter: value}) for value in varied.values]


def _asked(
    question: NetworkQuestion, networks: NetworkCache, settings: Settings, wanted: tuple[str, ...]
) -> Answer:
    analysis = networks.analysis(question, settings)
    layer, named = question.layer, question.quantity
    if isinstance(named, tuple):
        return [quantity(analysis, layer, name) for name in named]
    if named:
        return quantity(analysis, layer, named)
    if wanted:
        return {name: quantity(analysis, layer, name) for name in wanted}
    raise SpecError(Fault("the question names no 'quantity'", question.tree.mark))


# --- questions that are not about one network -----------------------------------------------------


def _same(questions: tuple[Mapping, ...], networks: NetworkCache) -> bool:
    """Whether several questions have one answer."""
    first, *others = (answer(part, networks) for part in questions)
    return all(_alike(first, other) for other in others)


def _alike(one: Answer, other: Answer) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return bool(abs(one - other) < CLOSE * max(1, abs(one)))
    return bool(one == other)


CLOSE = 1e-9
"""Two runs that differ by less have the same result."""


def _ratio(items: tuple[Tree, ...], networks: NetworkCache) -> Answer:
    above, below = (_number(item, networks) for item in items)
    if not below:
        raise SpecError(Fault("the second number of a 'ratio' must not be 0", items[1].mark))
    return simplified(Fraction(above) / Fraction(below))


def _sum(items: tuple[Tree, ...], networks: NetworkCache) -> Answer:
    return sum(_number(item, networks) for item in items)


def _number(item: Tree, networks: NetworkCache) -> Answer:
    found = answer(item, networks) if isinstance(item, Mapping) else plain(item)
    if isinstance(found, str):
        with suppress(ValueError, ZeroDivisionError):
            found = Fraction(found)
    is_number = isinstance(found, int | float | Fraction) and not isinstance(found, bool)
    if not is_number or not isfinite(found):
        given = "the answer to it" if isinstance(item, Mapping) else show_tree(item)
        raise SpecError(Fault(f"a number is needed here, and {given} is none", item.mark))
    return Fraction(str(found)) if isinstance(found, float) else found


def _list(questions: tuple[Mapping, ...], networks: NetworkCache) -> Answer:
    return [answer(part, networks) for part in questions]


def _filter(word: str, _: NetworkCache) -> Answer:
    return [[simplified(v) if isinstance(v, Fraction) else v for v in row] for row in FILTERS[word]]


def _terms(terms: LossTerms, _: NetworkCache) -> Answer:
    """Return the part of every class in a cross-entropy."""
    from cnnanalyze.course.worked_steps.softmax import cross_entropy  # noqa: PLC0415 - where asked
    from cnnanalyze.course.worked_steps.volume import vector  # noqa: PLC0415

    found = cross_entropy(vector(terms.prediction), terms.label)
    rows = found.working.rows if found.working is not None else ()
    return [float(row[-1]) for row in rows]


def _network_table(asked: TableRow, networks: NetworkCache) -> Answer:
    """Return the numbers that the row of a table of networks should have, as it counts them."""
    path = networks.table(asked.table)
    row = next((r for r in read_table(path).rows if r.number == asked.row), None)
    if row is None:
        raise UsageError(f"'{path.stem}' has no row {asked.row}")
    found: dict[str, Answer] = {}
    for claim in row.claims:
        analysis = networks.of_file(row.path, dict(claim.settings))
        refuse_unknown_layer(claim, analysis.network)
        found[claim.quantity] = number_of(claim, analysis)
    return found


def _is_decreasing(numbers: list[float], _: NetworkCache) -> bool:
    """Whether numbers are listed from the largest to the smallest."""
    return bool(numbers == sorted(numbers, reverse=True))


KINDS: dict[str, Callable[[Any, NetworkCache], Answer]] = {
    "same": _same,
    "ratio": _ratio,
    "sum": _sum,
    "list": _list,
    "filter": _filter,
    "loss_terms": _terms,
    "board": _network_table,
    "falling": _is_decreasing,
}
"""Questions that are not about one network, by the word that says which."""
