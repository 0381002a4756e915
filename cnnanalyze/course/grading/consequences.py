"""Consequences: answers that are right for what a student had answered before.

An answer can follow from an earlier one if it uses it: a layer comes after another one, a sum or a
ratio is made of answers, a step of the working was asked for, or the data of a question are the
answer to another. The later answer is then worked out again, by the same rules, from the value that
the student had. The data of a question are printed with it. A student who uses an earlier answer in
their place had the right value at hand, and so that is no consequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.grading.answer_comparison import Interpretation
from cnnanalyze.course.grading.earlier_answers import EarlierAnswer, Key, quantity_of
from cnnanalyze.course.grading.step_answers import RECURRENT, with_doubled_macs, with_steps
from cnnanalyze.course.misconceptions.solution import Nested, Solution, is_expression
from cnnanalyze.course.sheets.questions.changed_network import with_sizes
from cnnanalyze.course.sheets.questions.combination import combine
from cnnanalyze.course.sheets.questions.network import solve_network
from cnnanalyze.course.sheets.questions.network_selection import NetworkSelection
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.course.sheets.questions.topics import TOPICS
from cnnanalyze.course.sheets.sheet import CombinationBasis, NetworkBasis, TopicBasis
from cnnanalyze.course.sheets.solve import SolvedAnswer
from cnnanalyze.errors import CnnError
from cnnanalyze.graph.node import NodeId

MOST_SINGLE = 12
"""How many earlier answers, the latest, are tried one by one; others are tried together."""


class ConsequenceFinder:
    """Finds which answers follow from earlier ones; each case is worked out once per class."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Nested, ...]] = {}

    def origin(
        self,
        key: Key,
        solved: SolvedAnswer,
        earlier: Sequence[EarlierAnswer],
        reading: Interpretation,
    ) -> tuple[EarlierAnswer, ...]:
        """Return the earlier answers from which one follows exactly; none if it follows from none.

        Single answers are tried first, the latest before the others, then all together. An answer
        whose right value is printed in the question is left out: see :meth:`passed_over`.
        """
        return self._first(key, solved, [e for e in earlier if not is_given(solved, e)], reading)

    def passed_over(
        self,
        key: Key,
        solved: SolvedAnswer,
        earlier: Sequence[EarlierAnswer],
        reading: Interpretation,
    ) -> tuple[EarlierAnswer, ...]:
        """Return the earlier answers that were used though the question prints the right value."""
        return self._first(key, solved, [e for e in earlier if is_given(solved, e)], reading)

    def _first(
        self,
        key: Key,
        solved: SolvedAnswer,
        earlier: Sequence[EarlierAnswer],
        reading: Interpretation,
    ) -> tuple[EarlierAnswer, ...]:
        chained = [e for e in earlier if can_follow(key, solved, e)]
        tries: list[tuple[EarlierAnswer, ...]] = [(e,) for e in chained[: -MOST_SINGLE - 1 : -1]]
        if len(chained) > 1:
            tries.append(tuple(chained))
        for chosen in tries:
            if any(map(reading.matches, self._again(key, solved, chosen))):
                return chosen
        return ()

    def within(self, key: Key, solved: SolvedAnswer, reading: Interpretation) -> dict[int, int]:
        """Return from which earlier entry each wrong entry of a list of layers follows."""
        source, trees = solved.selection, solved.solution.worked
        if source is None or not source.layers or not isinstance(trees, tuple):
            return {}
        earlier: list[EarlierAnswer] = []
        found: dict[int, int] = {}
        for place in reading.wrong:
            right, had = solved.solution.value[place], reading.value[place]
            entry = solved._replace(
                solution=Solution(
                    right,
                    trees=lambda t=trees[place]: t,  # type: ignore[misc]  # bound here
                    contexts=solved.solution.contexts,
                ),
                selection=replace(source, layer=source.layers[place], layers=()),
            )
            own = (*key, str(place))
            alone = reading._replace(matches=reading.entries[place])
            if before := self.origin(own, entry, earlier, alone):
                found[place] = int(before[-1].key[-1])
            earlier.append(EarlierAnswer(own, "", "", entry, had))
        return found

    def _again(
        self, key: Key, solved: SolvedAnswer, chosen: tuple[EarlierAnswer, ...]
    ) -> tuple[Nested, ...]:
        """Return what comes out with these answers, if it is not right."""
        case = (key, *((e.key, repr(e.value)) for e in chosen))
        if case not in self._known:
            try:
                found = tuple(_recomputed(solved, chosen))
            except (CnnError, ArithmeticError, ValueError):  # no answer follows from it
                found = ()
            of_nothing = any(e.value == 0 for e in chosen)  # a 0 from a 0 proves nothing
            self._known[case] = tuple(
                v for v in found if v != solved.solution.value and not (of_nothing and v == 0)
            )
        return self._known[case]


def can_follow(key: Key, later: SolvedAnswer, earlier: EarlierAnswer) -> bool:
    """Whether an answer can follow from an earlier one at all."""
    before, after = earlier.solved.request.basis, later.request.basis
    match before, after:
        case _, CombinationBasis(_, names):
            return earlier.key[0] == key[0] and earlier.key[1] in names
        case NetworkBasis(), NetworkBasis():
            return _is_upstream(earlier, later) or _gives_input(earlier, later)
        case TopicBasis(), NetworkBasis():
            return _gives_input(earlier, later)
        case TopicBasis(topic, _, section), TopicBasis(other, quantity, second):
            is_step = (topic, section) == (other, second) and quantity_of(earlier) != quantity
            return is_step or bool(_given_answers(earlier, second))
        case _, TopicBasis(_, _, section):
            return bool(_given_answers(earlier, section))
        case _:
            return False


def is_given(later: SolvedAnswer, earlier: EarlierAnswer) -> bool:
    """Whether the right value of an earlier answer is among the data of a later question.

    The data of a question are printed with it, so the student had the right value at hand.
    """
    before, after = earlier.solved.request.basis, later.request.basis
    match before, after:
        case TopicBasis(topic, _, section), TopicBasis(other, _, second) if topic == other:
            return section != second and bool(_given_answers(earlier, second))
        case _, TopicBasis(_, _, section):
            return bool(_given_answers(earlier, section))
        case _, NetworkBasis():
            return not _is_upstream(earlier, later) and _gives_input(earlier, later)
        case _:
            return False


def _is_upstream(earlier: EarlierAnswer, later: SolvedAnswer) -> bool:
    """Whether an answer about the same network can occur in the working of another."""
    one, other = earlier.solved.selection, later.selection
    if one is None or other is None or one.network is not other.network:
        return False
    return quantity_of(earlier) in {"output", *additive_quantities(), *RECURRENT}


def _recomputed(solved: SolvedAnswer, chosen: Sequence[EarlierAnswer]) -> Iterator[Nested]:
    """Yield the answer that follows from these earlier answers."""
    builder = ExplanationBuilder(solved.request.notation)
    match solved.request.basis:
        case CombinationBasis(word, names):
            had = {e.key[1]: e.value for e in chosen}
            parts = {n: solved.parts[n] for n in names}
            mixed = {n: replace(s, value=had.get(n, s.value)) for n, s in parts.items()}
            yield combine(word, names, mixed, builder).value
        case NetworkBasis(quantity, _):
            yield from with_steps(solved, chosen)
            yield from with_doubled_macs(solved, chosen)
            selection = _sized(solved.selection, chosen)
            if selection is not None:
                yield solve_network(selection, quantity, builder).value
        case TopicBasis(topic, quantity, section):
            yield from with_steps(solved, chosen)
            update = {k: v for e in chosen for k, v in _given_answers(e, section).items()}
            if update:
                other = section.model_copy(update=update)
                yield TOPICS[topic].solve(quantity, other, builder).value


# --- a layer comes after another one --------------------------------------------------------------


def _sized(
    selection: NetworkSelection | None, chosen: Sequence[EarlierAnswer]
) -> NetworkSelection | None:
    """Return the selection with the sizes that the student had for some of its maps."""
    if selection is None:
        return None
    sizes: dict[str, Shape] = {}
    for earlier in chosen:
        other = earlier.solved.selection
        if other is not None and other.network is selection.network:
            sizes.update(_maps_of(earlier, other))
        elif _is_input(earlier, selection):
            (name,) = _inputs_like(earlier, selection)
            sizes[name] = _as_input(earlier.value, selection.network.inputs[name].shape)
    asked = selection.layers or (selection.layer,)
    if not sizes or set(sizes) >= set(asked):
        return None
    return replace(selection, network=with_sizes(selection.network, sizes))


def _maps_of(earlier: EarlierAnswer, selection: NetworkSelection) -> dict[str, Shape]:
    basis = earlier.solved.request.basis
    if not isinstance(basis, NetworkBasis) or basis.quantity != "output" or selection.over:
        return {}
    several = bool(selection.layers)
    layers, values = (
        (selection.layers, earlier.value) if several else ((selection.layer,), (earlier.value,))
    )
    found = {}
    for layer, value in zip(layers, values, strict=False):
        if layer in selection.network and (shape := _shape(value)) is not None:
            found[layer] = shape
    return found


def _shape(value: Nested) -> Shape | None:
    extents = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(n, int) and n > 0 for n in extents):
        return None
    return Shape(extents[:-1], extents[-1])


def _gives_input(earlier: EarlierAnswer, later: SolvedAnswer) -> bool:
    return later.selection is not None and _is_input(earlier, later.selection)


def _is_input(earlier: EarlierAnswer, selection: NetworkSelection) -> bool:
    """Whether the input of the network has the shape or size of an earlier answer."""
    asked = earlier.solved.request.basis
    if isinstance(asked, CombinationBasis) or asked.quantity != "output":
        return False
    return not _was_given(earlier, earlier.solved.solution.value) and bool(
        _inputs_like(earlier, selection)
    )


def _inputs_like(earlier: EarlierAnswer, selection: NetworkSelection) -> tuple[NodeId, ...]:
    """Return the input with the shape or size of an answer; nothing if several have it."""
    right, asked = earlier.solved.solution.value, earlier.solved.request.basis
    is_size = isinstance(asked, TopicBasis) and asked.topic == "window"

    def matches(shape: Shape) -> bool:
        if isinstance(right, tuple):
            return bool(shape.size) and right == shape.extents
        return is_size and bool(shape.size) and set(shape.size) == {right}

    found = tuple(name for name, one in selection.network.inputs.items() if matches(one.shape))
    return found if len(found) == 1 else ()


def _as_input(value: Nested, shape: Shape) -> Shape:
    found = value if isinstance(value, tuple) else (value,) * shape.rank + (shape.channels,)
    made = _shape(found)
    if made is None or made.rank != shape.rank:
        raise ArithmeticError("no map has such a size")
    return made


# --- the data of a question are the answer to another ---------------------------------------------


def _given_answers(earlier: EarlierAnswer, section: Any) -> dict[str, Any]:  # noqa: ANN401 - any section
    """Return the data that are an earlier answer, with the value that the student had."""
    right, had = earlier.solved.solution.value, earlier.value
    found: dict[str, Any] = {}
    if _was_given(earlier, right):
        return found
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(right, tuple) and isinstance(had, tuple):
            if _alike(value, right):
                found[key] = had
            elif isinstance(value, tuple) and len(value) == 1 and _alike(value[0], right):
                found[key] = (had,)  # the one plane of an image
        elif _NUMBERS.get(key) == quantity_of(earlier) and value == right and isinstance(had, int):
            found[key] = had
    return found


def _was_given(earlier: EarlierAnswer, right: Nested) -> bool:
    """Whether an answer is among the data of its own question, so that both may share data."""
    basis, selection = earlier.solved.request.basis, earlier.solved.selection
    if isinstance(basis, TopicBasis):
        values = [getattr(basis.section, key) for key in type(basis.section).model_fields]
        return right in values or (right,) in values
    return selection is not None and any(
        right == given.shape.extents for given in selection.network.inputs.values()
    )


_NUMBERS = {"input": "output", "samples": "training_samples"}
"""Data that may be answers, each with the quantity that it may be the answer to."""


CLOSE = Fraction(1, 1000)
"""How far a rounded number may be from the answer that it repeats."""


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - nested numbers
    """Whether two lists, or two matrices, hold the same numbers, one of them rounded."""
    if isinstance(one, tuple) and isinstance(other, tuple) and not is_expression(one):
        return len(one) == len(other) > 0 and all(map(_alike, one, other))
    is_number = isinstance(one, int | Fraction) and isinstance(other, int | Fraction)
    return is_number and abs(Fraction(one) - Fraction(other)) < CLOSE
