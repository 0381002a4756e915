"""The question of a fact, answered by the package itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Sequence_
from fractions import Fraction
from typing import NamedTuple

from pydantic import ValidationError

from cnnanalyze.audit.tables import read_table
from cnnanalyze.core.filters import FILTERS
from cnnanalyze.core.registry import nearest
from cnnanalyze.crosscheck.claims import number_of
from cnnanalyze.errors import CnnError, Fault, SpecError, UsageError
from cnnanalyze.homework.questions.asking import Asking, Topic
from cnnanalyze.homework.questions.topics import TOPICS
from cnnanalyze.homework.solution import Solution
from cnnanalyze.lectures.networks import PARTS, Networks, Settings
from cnnanalyze.lectures.quantities import Answer, quantity, simple, solution
from cnnanalyze.spec.faults import complaint, said
from cnnanalyze.spec.sections import Section
from cnnanalyze.spec.tree import Mapping, Sequence, Tree, plain, text_of

_NETWORK = ("spec", "set", *PARTS, "flip", "layer", "quantity", "each", "find", "where")
"""What a question about a network is made of."""


def answer(
    ask: Mapping,
    networks: Networks,
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
            found = topic.answer(text_of(ask.get("quantity")), wanted)
        else:
            found = _of_network(ask, networks, wanted)
    except CnnError as error:
        if all(f.mark and f.mark.source is ask.mark.source for f in error.faults):
            raise
        raise SpecError(*(Fault(f.message, ask.mark, f.help) for f in error.faults)) from None
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


class Asked(NamedTuple):
    """A question that homework sheets know: about given numbers, not about a network."""

    topic: Topic
    section: Section

    def solution(self, quantity: str = "") -> Solution:
        """Return the worked answer."""
        name = quantity or self.topic.default
        if name not in self.topic.quantities:
            known = tuple(self.topic.quantities)
            raise UsageError(f"there is no quantity '{name}'{nearest(name, known)}")
        found: Solution = self.topic.quantities[name].solve(self.section, Asking())
        return found

    def answer(self, quantity: str, wanted: tuple[str, ...]) -> Answer:
        """Return the answer, or several by name."""
        if wanted and not quantity:
            return {name: listed(self.solution(name).value) for name in wanted}
        return listed(self.solution(quantity).value)


def topic_of(ask: Mapping) -> Asked | None:
    """Return the question of a homework sheet that this is, if it is one."""
    word = next((k for k in ask.keys() if k in TOPICS), "")  # noqa: SIM118 - a tree, no dict
    if not word:
        return None
    _refuse_others(ask, (word, "quantity"))
    try:
        return Asked(TOPICS[word], TOPICS[word].section.model_validate(plain(_part(ask, word))))
    except ValidationError as error:
        one = error.errors()[0]
        where = ".".join(map(str, one["loc"]))
        raise SpecError(Fault(f"'{where}' {complaint(one)}", ask.mark)) from None


def listed(value: Answer) -> Answer:
    """Return nested tuples as nested lists."""
    return list(map(listed, value)) if isinstance(value, tuple) else simple(value)


def solutions(
    ask: Mapping, networks: Networks, wanted: tuple[str, ...]
) -> Iterator[tuple[str, Solution]]:
    """Yield the answers that homework knows how to get wrong, each with its quantity."""
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


def _of_network(ask: Mapping, networks: Networks, wanted: tuple[str, ...]) -> Answer:
    _refuse_others(ask, _NETWORK)
    each, find = ask.get("each"), ask.get("find")
    if find is not None:
        where = ask.get("where")
        return [
            value
            for value, settings in _settings(find)
            if where is not None and plain(where) == _shown(_asked(ask, networks, settings, ()))
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
        raise SpecError(Fault(f"a list of values is needed, not {said(values)}", values.mark))
    return [(plain(item), {key.text: plain(item)}) for item in values.items]


def _asked(ask: Mapping, networks: Networks, settings: Settings, wanted: tuple[str, ...]) -> Answer:
    analysis = networks.analysis(ask, settings)
    layer, named = text_of(ask.get("layer")), ask.get("quantity")
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
        raise SpecError(Fault(f"a list of questions is needed, not {said(tree)}", tree.mark))
    for item in tree.items:
        if not isinstance(item, Mapping):
            raise SpecError(Fault(f"a question is a mapping, not {said(item)}", item.mark))
    return [item for item in tree.items if isinstance(item, Mapping)]


def _part(ask: Mapping, key: str) -> Tree:
    found = ask.get(key)
    if found is None:
        raise SpecError(Fault(f"the question needs '{key}'", ask.mark))
    return found


def _same(ask: Mapping, networks: Networks) -> bool:
    """Whether several questions have one answer."""
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


def _ratio(ask: Mapping, networks: Networks) -> Answer:
    above, below = _numbers(ask, "ratio", networks)
    return simple(Fraction(above) / Fraction(below))


def _sum(ask: Mapping, networks: Networks) -> Answer:
    return sum(_numbers(ask, "sum", networks))


def _numbers(ask: Mapping, key: str, networks: Networks) -> list[Answer]:
    """Return numbers as they are printed, or the answers of questions."""
    items = _part(ask, key)
    if not isinstance(items, Sequence):
        raise SpecError(Fault(f"'{key}' takes a list, not {said(items)}", items.mark))
    return [
        answer(item, networks) if isinstance(item, Mapping) else Fraction(str(plain(item)))
        for item in items.items
    ]


def _list(ask: Mapping, networks: Networks) -> Answer:
    return [answer(part, networks) for part in _asks(_part(ask, "list"))]


def _filter(ask: Mapping, _: Networks) -> Answer:
    tree = _part(ask, "filter")
    word = text_of(tree)
    if word not in FILTERS:
        raise SpecError(
            Fault(f"there is no filter '{word}'{nearest(word, tuple(FILTERS))}", tree.mark)
        )
    return [[simple(v) if isinstance(v, Fraction) else v for v in row] for row in FILTERS[word]]


def _terms(ask: Mapping, _: Networks) -> Answer:
    """Return the part of every class in a cross-entropy."""
    from cnnanalyze.homework.hand.pointwise import cross_entropy  # noqa: PLC0415 - where asked
    from cnnanalyze.homework.hand.volume import vector  # noqa: PLC0415

    tree = _part(ask, "loss_terms")
    if not isinstance(tree, Mapping):
        raise SpecError(Fault("give the prediction and the label, a list each", tree.mark))
    prediction, label = (plain(_part(tree, key)) for key in ("prediction", "label"))
    found = cross_entropy(vector(prediction), label)
    return [float(row[-1]) for row in found.working.rows]


def _board(ask: Mapping, networks: Networks) -> Answer:
    """Return what the row of a table of networks should print, each figure as it is counted."""
    tree = _part(ask, "board")
    if not isinstance(tree, Mapping):
        raise SpecError(Fault("name the table and the row: {table: mine, row: 3}", tree.mark))
    number = text_of(tree.get("row"))
    path = networks.table(text_of(tree.get("table")), tree)
    row = next((r for r in read_table(path).rows if r.number == number), None)
    if row is None:
        raise SpecError(Fault(f"'{path.stem}' has no row {number}", tree.mark))
    found: dict[str, Answer] = {}
    for claim in row.claims:
        analysis = networks.of_file(row.path, dict(claim.settings))
        found[claim.quantity] = number_of(claim, analysis)
    return found


def _falling(ask: Mapping, _: Networks) -> bool:
    """Whether numbers are listed from the largest to the smallest."""
    numbers = plain(_part(ask, "falling"))
    return bool(numbers == sorted(numbers, reverse=True))


KINDS: dict[str, Callable[[Mapping, Networks], Answer]] = {
    "same": _same,
    "ratio": _ratio,
    "sum": _sum,
    "list": _list,
    "filter": _filter,
    "loss_terms": _terms,
    "board": _board,
    "falling": _falling,
}
"""Questions that are not about one network, by the word that says which."""
