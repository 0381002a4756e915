"""Questions of facts, answered by the package itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Sequence_
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from typing import NamedTuple

from cnnanalyze.auditing.tables import read_table, refuse_unknown_layer
from cnnanalyze.core.binding import Section, bind, place_of
from cnnanalyze.core.diagnostics import Faults, quoted, show_tree
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Sequence, Tree, plain, text_of
from cnnanalyze.course.lectures.networks import PARTS, NetworkCache, Settings
from cnnanalyze.course.lectures.quantities import Answer, quantity, simplified, solution
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder, Topic
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.crosscheck.claims import number_of
from cnnanalyze.errors import CnnError, Fault, SpecError, UsageError

_NETWORK = ("spec", "set", *PARTS, "flip", "layer", "quantity", "each", "find", "where")
"""What a question about a network is made of."""


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
    kinds = [k for k in ask.keys() if k in KINDS]  # noqa: SIM118 - a tree, no dict
    try:
        if kinds:
            _refuse_others(ask, kinds[:1])
            found = KINDS[kinds[0]](ask, networks)
        elif (topic := topic_of(ask)) is not None:
            found = topic.answer(_named(ask), wanted)
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


def _refuse_others(ask: Mapping, known: Sequence_[str]) -> None:
    for key, _ in ask.entries:
        if key.text not in known:
            options = (*known, *KINDS, *TOPICS)
            raise SpecError(
                Fault(f"a question has no '{key.text}'{nearest(key.text, options)}", key.mark)
            )


class SheetQuestion(NamedTuple):
    """A question of homework sheets about given numbers, not about a network."""

    topic: Topic
    section: Section
    given: Mapping

    def answer(self, quantity: str, wanted: tuple[str, ...]) -> Answer:
        """Return the answer, or several by name."""
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
    _refuse_others(ask, (word, "quantity"))
    topic, given = TOPICS[word], _part(ask, word)
    faults = Faults()
    if not isinstance(given, Mapping):
        raise SpecError(Fault(f"'{word}' must be a mapping, not {show_tree(given)}", given.mark))
    topic.check(word, given, faults)
    section = bind(topic.renamed(given), topic.section, f"'{word}'", faults)
    faults.raise_if_any()
    assert section is not None
    return SheetQuestion(topic, section, given)


def _named(ask: Mapping) -> str:
    """Return the one quantity that is named, or nothing."""
    tree = ask.get("quantity")
    if tree is not None and not text_of(tree):
        raise SpecError(Fault(f"'quantity' must name one, not {show_tree(tree)}", tree.mark))
    return text_of(tree)


def listed(value: Answer) -> Answer:
    """Return nested tuples as nested lists."""
    return list(map(listed, value)) if isinstance(value, tuple) else simplified(value)


def solutions(
    ask: Mapping, networks: NetworkCache, wanted: tuple[str, ...]
) -> Iterator[tuple[str, Solution]]:
    """Yield the answers for which homework knows mistakes, each with its quantity."""
    named = ask.get("quantity")
    names = (text_of(named),) if text_of(named) else wanted
    topic = topic_of(ask)
    if topic is None and any(ask.get(key) is not None for key in (*KINDS, "each", "find")):
        return
    for name in names or ("",):
        try:
            if topic is not None:
                yield name, topic.solution(name)
            elif name:
                yield name, solution(networks.analysis(ask), text_of(ask.get("layer")), name)
        except UsageError:  # a quantity of facts alone
            continue


def _of_network(ask: Mapping, networks: NetworkCache, wanted: tuple[str, ...]) -> Answer:
    _refuse_others(ask, _NETWORK)
    each, find, where = (ask.get(key) for key in ("each", "find", "where"))
    if each is not None and find is not None:
        raise SpecError(Fault("a question has either 'each' or 'find', not both", find.mark))
    if (find is None) != (where is None):
        place = find if where is None else where
        assert place is not None
        words = "'find' looks for values 'where' the answer is the wanted one: give both"
        raise SpecError(Fault(words, place.mark))
    if find is not None and where is not None:
        return [
            value
            for value, settings in _settings(find)
            if plain(where) == _shown(_asked(ask, networks, settings, ()))
        ]
    if each is not None:
        return [_asked(ask, networks, settings, wanted) for _, settings in _settings(each)]
    return _asked(ask, networks, {}, wanted)


def _shown(found: Answer) -> Answer:
    return found if isinstance(found, bool | int | list) else str(found)


def _settings(tree: Tree) -> list[tuple[Answer, Settings]]:
    """Return every value that a parameter of the spec takes, and the settings for it."""
    if not isinstance(tree, Mapping) or len(tree.entries) != 1:
        raise SpecError(Fault("name one parameter and its values: {size: [32, 64]}", tree.mark))
    (key, values) = tree.entries[0]
    if not isinstance(values, Sequence):
        raise SpecError(Fault(f"a list of values is needed, not {show_tree(values)}", values.mark))
    return [(plain(item), {key.text: plain(item)}) for item in values.items]


def _asked(
    ask: Mapping, networks: NetworkCache, settings: Settings, wanted: tuple[str, ...]
) -> Answer:
    analysis = networks.analysis(ask, settings)
    layer, named = text_of(ask.get("layer")), ask.get("quantity")
    if (told := ask.get("layer")) is not None and not layer:
        raise SpecError(Fault(f"'layer' must name one layer, not {show_tree(told)}", told.mark))
    if named is None and wanted:
        return {name: quantity(analysis, layer, name) for name in wanted}
    if isinstance(named, Sequence):
        return [quantity(analysis, layer, str(plain(item))) for item in named.items]
    if not text_of(named):
        raise SpecError(Fault("the question names no 'quantity'", ask.mark))
    return quantity(analysis, layer, text_of(named))


# --- questions that are not about one network -----------------------------------------------------


def _asks(tree: Tree) -> list[Mapping]:
    if not isinstance(tree, Sequence):
        raise SpecError(Fault(f"a list of questions is needed, not {show_tree(tree)}", tree.mark))
    for item in tree.items:
        if not isinstance(item, Mapping):
            raise SpecError(Fault(f"a question is a mapping, not {show_tree(item)}", item.mark))
    return [item for item in tree.items if isinstance(item, Mapping)]


def _part(ask: Mapping, key: str) -> Tree:
    found = ask.get(key)
    if found is None:
        raise SpecError(Fault(f"the question needs '{key}'", ask.mark))
    return found


def _same(ask: Mapping, networks: NetworkCache) -> bool:
    """Whether several questions have one answer."""
    if len(_asks(_part(ask, "same"))) < 2:  # noqa: PLR2004 - one is the same as itself
        raise SpecError(Fault("'same' compares two questions or more", _part(ask, "same").mark))
    first, *others = (answer(part, networks) for part in _asks(_part(ask, "same")))
    return all(_alike(first, other) for other in others)


def _alike(one: Answer, other: Answer) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return bool(abs(one - other) < CLOSE * max(1, abs(one)))
    return bool(one == other)


CLOSE = 1e-9
"""Two runs that differ by less have the same result."""


def _ratio(ask: Mapping, networks: NetworkCache) -> Answer:
    found = _numbers(ask, "ratio", networks)
    if len(found) != 2 or not found[1]:  # noqa: PLR2004 - a pair
        raise SpecError(
            Fault("'ratio' takes two numbers, the second not 0", _part(ask, "ratio").mark)
        )
    above, below = found
    return simplified(Fraction(above) / Fraction(below))


def _sum(ask: Mapping, networks: NetworkCache) -> Answer:
    return sum(_numbers(ask, "sum", networks))


def _numbers(ask: Mapping, key: str, networks: NetworkCache) -> list[Answer]:
    """Return numbers as they are printed, or the answers of questions."""
    items = _part(ask, key)
    if not isinstance(items, Sequence):
        raise SpecError(Fault(f"'{key}' takes a list, not {show_tree(items)}", items.mark))
    return [_number(item, networks) for item in items.items]


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


def _list(ask: Mapping, networks: NetworkCache) -> Answer:
    return [answer(part, networks) for part in _asks(_part(ask, "list"))]


def _filter(ask: Mapping, _: NetworkCache) -> Answer:
    tree = _part(ask, "filter")
    word = text_of(tree)
    if word not in FILTERS:
        raise SpecError(
            Fault(f"there is no filter '{word}'{nearest(word, tuple(FILTERS))}", tree.mark)
        )
    return [[simplified(v) if isinstance(v, Fraction) else v for v in row] for row in FILTERS[word]]


def _terms(ask: Mapping, _: NetworkCache) -> Answer:
    """Return the part of every class in a cross-entropy."""
    from cnnanalyze.course.worked_steps.activations import cross_entropy  # noqa: PLC0415 - where asked
    from cnnanalyze.course.worked_steps.volume import vector  # noqa: PLC0415

    tree = _part(ask, "loss_terms")
    if not isinstance(tree, Mapping):
        raise SpecError(Fault("give the prediction and the label, a list each", tree.mark))
    _refuse_others(tree, ("prediction", "label"))
    prediction, label = (_listed_numbers(_part(tree, key)) for key in ("prediction", "label"))
    found = cross_entropy(vector(prediction), label)
    return [float(row[-1]) for row in found.working.rows]


def _network_table(ask: Mapping, networks: NetworkCache) -> Answer:
    """Return the numbers that the row of a table of networks should have, as it counts them."""
    tree = _part(ask, "board")
    if not isinstance(tree, Mapping):
        raise SpecError(Fault("name the table and the row: {table: mine, row: 3}", tree.mark))
    _refuse_others(tree, ("table", "row"))
    number = text_of(tree.get("row"))
    path = networks.table(text_of(tree.get("table")), tree)
    row = next((r for r in read_table(path).rows if r.number == number), None)
    if row is None:
        raise SpecError(Fault(f"'{path.stem}' has no row {number}", tree.mark))
    found: dict[str, Answer] = {}
    for claim in row.claims:
        analysis = networks.of_file(row.path, dict(claim.settings))
        refuse_unknown_layer(claim, analysis.network)
        found[claim.quantity] = number_of(claim, analysis)
    return found


def _is_decreasing(ask: Mapping, _: NetworkCache) -> bool:
    """Whether numbers are listed from the largest to the smallest."""
    numbers = _listed_numbers(_part(ask, "falling"))
    return bool(numbers == sorted(numbers, reverse=True))


def _listed_numbers(tree: Tree) -> list[float]:
    numbers = plain(tree)
    if not isinstance(numbers, list) or not all(type(n) in {int, float} for n in numbers):
        raise SpecError(Fault(f"a list of numbers is needed, not {show_tree(tree)}", tree.mark))
    return numbers


KINDS: dict[str, Callable[[Mapping, NetworkCache], Answer]] = {
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
