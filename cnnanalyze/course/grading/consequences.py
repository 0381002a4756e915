"""Consequences: answers that are right for what a student had answered before.

Two answers are chained where the later one uses the earlier: a layer stands behind another one, a
sum or a ratio is made of answers, a step of the working was asked for, or what is given is the
answer to another question. The later one is then worked out again, by the same rules, from what the
student had. What a question gives is printed with it: whoever takes an answer from before instead
had the right value before their eyes, and that is no consequence.
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
"""So many earlier answers are tried one by one, the latest ones; the others only together."""


class ConsequenceFinder:
    """Which answers of a sheet follow from which; each worked out once for the whole class."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[Nested, ...]] = {}

    def origin(
        self,
        key: Key,
        solved: SolvedAnswer,
        earlier: Sequence[EarlierAnswer],
        reading: Interpretation,
    ) -> tuple[EarlierAnswer, ...]:
        """Return the earlier answers from which one follows exactly; nothing if it does not.

        One alone is looked for first, the latest before the others; then all together. Whose right
        value stands in the question itself leads to no consequence: see :meth:`passed_over`.
        """
        return self._first(key, solved, [e for e in earlier if not is_given(solved, e)], reading)

    def passed_over(
        self,
        key: Key,
        solved: SolvedAnswer,
        earlier: Sequence[EarlierAnswer],
        reading: Interpretation,
    ) -> tuple[EarlierAnswer, ...]:
        """Return the earlier answers that were used though the question says what is right."""
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
            if any(map(reading.fits, self._again(key, solved, chosen))):
                return chosen
        return ()

    def within(self, key: Key, solved: SolvedAnswer, reading: Interpretation) -> dict[int, int]:
        """Return which wrong entries of a list of layers follow from which before them."""
        source, trees = solved.source, solved.solution.worked
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
                    scene=solved.solution.scene,
                ),
                source=replace(source, layer=source.layers[place], layers=()),
            )
            own = (*key, str(place))
            alone = reading._replace(fits=reading.entries[place])
            if before := self.origin(own, entry, earlier, alone):
                found[place] = int(before[-1].key[-1])
            earlier.append(EarlierAnswer(own, "", "", entry, had))
        return found

    def _again(
        self, key: Key, solved: SolvedAnswer, chosen: tuple[EarlierAnswer, ...]
    ) -> tuple[Nested, ...]:
        """Return what comes out with these, if it is not the right answer."""
        case = (key, *((e.key, repr(e.value)) for e in chosen))
        if case not in self._known:
            try:
                found = tuple(_recomputed(solved, chosen))
            except (CnnError, ArithmeticError, ValueError):  # what somebody had leads nowhere
                found = ()
            of_nothing = any(e.value == 0 for e in chosen)  # 0 made of 0 shows no work
            self._known[case] = tuple(
                v for v in found if v != solved.solution.value and not (of_nothing and v == 0)
            )
        return self._known[case]


def can_follow(key: Key, later: SolvedAnswer, earlier: EarlierAnswer) -> bool:
    """Whether an answer may be made of an earlier one at all."""
    before, after = earlier.solved.ask.about, later.ask.about
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
    """Whether the right value of an earlier answer is among what a later question gives.

    All that is given is printed with the question, so it was before the student's eyes.
    """
    before, after = earlier.solved.ask.about, later.ask.about
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
    """Whether an answer about the same network may stand in the working of another."""
    one, other = earlier.solved.source, later.source
    if one is None or other is None or one.network is not other.network:
        return False
    return quantity_of(earlier) in {"output", *additive_quantities(), *RECURRENT}


def _recomputed(solved: SolvedAnswer, chosen: Sequence[EarlierAnswer]) -> Iterator[Nested]:
    """Yield what an answer comes to for somebody who had these before."""
    asking = ExplanationBuilder(solved.ask.notation)
    match solved.ask.about:
        case CombinationBasis(word, names):
            had = {e.key[1]: e.value for e in chosen}
            parts = {n: solved.parts[n] for n in names}
            mixed = {n: replace(s, value=had.get(n, s.value)) for n, s in parts.items()}
            yield combine(word, names, mixed, asking).value
        case NetworkBasis(quantity, _):
            yield from with_steps(solved, chosen)
            yield from with_doubled_macs(solved, chosen)
            about = _sized(solved.source, chosen)
            if about is not None:
                yield solve_network(about, quantity, asking).value
        case TopicBasis(topic, quantity, section):
            yield from with_steps(solved, chosen)
            update = {k: v for e in chosen for k, v in _given_answers(e, section).items()}
            if update:
                other = section.model_copy(update=update)
                yield TOPICS[topic].solve(quantity, other, asking).value


# --- a layer stands behind another one ------------------------------------------------------------


def _sized(
    about: NetworkSelection | None, chosen: Sequence[EarlierAnswer]
) -> NetworkSelection | None:
    """Return what a question is about, with the sizes that somebody had for some of its maps."""
    if about is None:
        return None
    sizes: dict[str, Shape] = {}
    for earlier in chosen:
        source = earlier.solved.source
        if source is not None and source.network is about.network:
            sizes.update(_maps_of(earlier, source))
        elif _is_input(earlier, about):
            (name,) = _inputs_like(earlier, about)
            sizes[name] = _as_input(earlier.value, about.network.inputs[name].shape)
    asked = about.layers or (about.layer,)
    if not sizes or set(sizes) >= set(asked):
        return None
    return replace(about, network=with_sizes(about.network, sizes))


def _maps_of(earlier: EarlierAnswer, source: NetworkSelection) -> dict[str, Shape]:
    about = earlier.solved.ask.about
    if not isinstance(about, NetworkBasis) or about.quantity != "output" or source.over:
        return {}
    several = bool(source.layers)
    layers, values = (
        (source.layers, earlier.value) if several else ((source.layer,), (earlier.value,))
    )
    found = {}
    for layer, value in zip(layers, values, strict=False):
        if layer in source.network and (shape := _shape(value)) is not None:
            found[layer] = shape
    return found


def _shape(value: Nested) -> Shape | None:
    extents = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(n, int) and n > 0 for n in extents):
        return None
    return Shape(extents[:-1], extents[-1])


def _gives_input(earlier: EarlierAnswer, later: SolvedAnswer) -> bool:
    return later.source is not None and _is_input(earlier, later.source)


def _is_input(earlier: EarlierAnswer, about: NetworkSelection) -> bool:
    """Whether the network begins where an earlier answer ended: with its shape, or its size."""
    asked = earlier.solved.ask.about
    if isinstance(asked, CombinationBasis) or asked.quantity != "output":
        return False
    return not _was_given(earlier, earlier.solved.solution.value) and bool(
        _inputs_like(earlier, about)
    )


def _inputs_like(earlier: EarlierAnswer, about: NetworkSelection) -> tuple[NodeId, ...]:
    """Return the input that has the shape, or the size, that an answer gives; none of several."""
    right, asked = earlier.solved.solution.value, earlier.solved.ask.about
    is_size = isinstance(asked, TopicBasis) and asked.topic == "window"

    def fits(shape: Shape) -> bool:
        if isinstance(right, tuple):
            return bool(shape.size) and right == shape.extents
        return is_size and bool(shape.size) and set(shape.size) == {right}

    found = tuple(name for name, one in about.network.inputs.items() if fits(one.shape))
    return found if len(found) == 1 else ()


def _as_input(value: Nested, shape: Shape) -> Shape:
    found = value if isinstance(value, tuple) else (value,) * shape.rank + (shape.channels,)
    made = _shape(found)
    if made is None or made.rank != shape.rank:
        raise ArithmeticError("no map has such a size")
    return made


# --- what is given is the answer to another question ----------------------------------------------


def _given_answers(earlier: EarlierAnswer, section: Any) -> dict[str, Any]:  # noqa: ANN401 - any section
    """Return what of the given numbers is an earlier answer, with what somebody had for it."""
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
    """Whether an answer stood in its own question, so that both may just begin with the same."""
    about, source = earlier.solved.ask.about, earlier.solved.source
    if isinstance(about, TopicBasis):
        values = [getattr(about.section, key) for key in type(about.section).model_fields]
        return right in values or (right,) in values
    return source is not None and any(
        right == given.shape.extents for given in source.network.inputs.values()
    )


_NUMBERS = {"input": "output", "samples": "training_samples"}
"""Given numbers that may be answers, each with the quantity whose answer it may be."""


CLOSE = Fraction(1, 1000)
"""How far a given number may be from the answer that it repeats, rounded."""


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - nested numbers
    """Whether two lists, or two matrices, hold the same numbers, one of them rounded."""
    if isinstance(one, tuple) and isinstance(other, tuple) and not is_expression(one):
        return len(one) == len(other) > 0 and all(map(_alike, one, other))
    is_number = isinstance(one, int | Fraction) and isinstance(other, int | Fraction)
    return is_number and abs(Fraction(one) - Fraction(other)) < CLOSE
