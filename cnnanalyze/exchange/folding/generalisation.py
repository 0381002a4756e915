"""Generalisation: several lists of one form as one list with parameters.

What is equal in all of them stays a number. What differs is looked for among what is known already:
parameters, the channels that come in, and simple ratios of them. What is still left becomes a
parameter. For a step that some of the lists lack, a condition is looked for that tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from cnnanalyze.exchange.folding.step import (
    ENTRY,
    NONE,
    Branch,
    Expression,
    Step,
    default_of,
    expressions_in,
    nested,
    parameters_in,
)

Aligned = tuple["Step | None", ...]
"""A list, in which nothing stands where others have a step."""
Places = Sequence[Any]
"""What stands at one place of every list: a step, nothing, or no matter."""


class Unfit(Exception):  # noqa: N818 - no fault: another way is tried
    """Lists cannot be written as one."""


_ABSENT: Any = object()
"""The value of an attribute of a step that is not there, and a step where its join is not there."""
_FIRST = ("filters", "units", "kernel", "stride")
_CLASSES = (
    frozenset({"filters", "units", "groups", "channels", "start", "stop"}),
    frozenset({"kernel", "padding"}),
)
"""Attributes that one number may stand for."""
_MOST_CONDITIONS = 24
"""So many conditions are tried in pairs."""
_Condition = tuple[str, list[bool]]
"""A condition, and for which lists it holds."""
_DIVISORS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64)


@dataclass
class Generalisation:
    """What several lists have in common, while it is found.

    Examples
    --------
    >>> found = Generalisation(entries=[8, 8])
    >>> convs = [[Step("conv", (("filters", n), ("padding", 1)))] for n in (16, 32)]
    >>> (step,) = found.steps(convs)
    >>> step.values, found.params
    ((('filters', '$filters'), ('padding', 1)), {'filters': [16, 32]})
    """

    entries: Sequence[int]
    """The channels that come in, for each list."""
    is_block: bool = False
    """Whether it is the body of a block, which can ask what comes in; rows of a table cannot."""
    asks_channels: bool = True
    """Whether numbers of channels may be parts or multiples of those that come in."""
    taken: Collection[str] = ()
    """Names that parameters cannot have."""
    params: dict[str, list[Any]] = field(default_factory=dict)
    """For each parameter its value in each list."""
    channels: dict[str, list[int]] = field(default_factory=dict)
    """Expressions that give numbers of channels, with their values."""

    def steps(self, lists: Sequence[Aligned | list[Step]]) -> tuple[Step, ...]:
        """Return the lists as one.

        Raises
        ------
        Unfit
            If that cannot be written.
        """
        self._run(lists, self.entries)
        found = self._run(lists, self.entries)  # now that all is known that conditions may name
        used = {name for step in nested(found) for name in parameters_in(step)}
        self.params = {name: values for name, values in self.params.items() if name in used}
        for name, values in self.params.items():
            known = [v for v in values if v is not _ABSENT]
            common = max(known, key=known.count)
            self.params[name] = [common if v is _ABSENT else v for v in values]
        return found

    def _run(
        self, lists: Sequence[Aligned | list[Step]], entries: Sequence[int]
    ) -> tuple[Step, ...]:
        current = list(entries)
        found: list[Step] = []
        for places in zip(*lists, strict=True):
            model = next(step for step in places if _is_there(step))
            reads = [s.read if _is_there(s) else c for s, c in zip(places, current, strict=True)]
            step = self._step(places, model, reads)
            if None in places:
                step = replace(step, when=self._condition(places, reads, step.word))
            found.append(step)
            current = [s.made if _is_there(s) else c for s, c in zip(places, current, strict=True)]
        return tuple(found)

    def _step(self, places: Places, model: Step, reads: list[int]) -> Step:
        asked = self.asks_channels
        if any(_is_there(s) and s.repeat != 1 and s.read != s.made for s in places):
            self.asks_channels = False  # what comes in is not the same each time
        try:
            return self._same_step(places, model, reads)
        finally:
            self.asks_channels = asked

    def _same_step(self, places: Places, model: Step, reads: list[int]) -> Step:
        names = dict.fromkeys(name for s in places if _is_there(s) for name, _ in s.values)
        values = []
        for name in sorted(names, key=_rank):
            default = default_of(model.word, name)
            vector = [
                dict(s.values).get(name, default) if _is_there(s) else _ABSENT for s in places
            ]
            value = self._value(name, vector, reads)
            if value != default or default is None:
                values.append((name, value))
        repeats = [s.repeat if _is_there(s) else _ABSENT for s in places]
        branches: list[Branch] = []
        for k, branch in enumerate(model.branches):
            if isinstance(branch, str):
                branches.append(branch)
                continue
            width = len(branch)
            inner = [s.branches[k] if _is_there(s) else (_ABSENT,) * width for s in places]
            branches.append(self._run(inner, reads))
        return replace(
            model,
            values=tuple(values),
            branches=tuple(branches),
            repeat=self._value("count", repeats, reads),
        )

    # --- values ----------------------------------------------------------------------------------

    def _value(self, name: str, vector: list[Any], reads: list[int]) -> Any:  # noqa: ANN401
        known = [v for v in vector if v is not _ABSENT]
        if all(v == known[0] and type(v) is type(known[0]) for v in known):
            return known[0]
        if any(v is None or any(expressions_in(v)) for v in known):
            raise Unfit
        if NONE in known and any(type(v) is int for v in known):
            vector = [0 if v == NONE else v for v in vector]
        if (listed := self._list(name, vector, reads)) is not None:
            return listed
        found = self._expression(name, vector, reads)
        if found is None:
            found = self._new(name, vector)
        if _kind(name) == 0 and "$in" not in found:
            self.channels.setdefault(found, vector)
        return found

    def _list(self, name: str, vector: list[Any], reads: list[int]) -> tuple[Any, ...] | None:
        """Return lists as one, if each element is known or follows from what is known."""
        known = [v for v in vector if v is not _ABSENT]
        if not all(isinstance(v, tuple) and len(v) == len(known[0]) for v in known):
            return None
        found: list[Any] = []
        new: list[Any] | None = None
        for k in range(len(known[0])):
            own = [v[k] for v in known]
            elements = [v if v is _ABSENT else v[k] for v in vector]
            if all(v == own[0] for v in own):
                found.append(own[0])
            elif (element := self._expression(name, elements, reads)) is not None:
                found.append(element)
            elif new is None and all(type(v) is int for v in own):
                new = elements
                found.append(None)
            else:
                return None
        if new is not None:
            found[found.index(None)] = self._new(name, new)
        return tuple(found)

    def _expression(self, name: str, vector: list[Any], reads: list[int]) -> Expression | None:
        for param, values in self.params.items():
            if _alike(param, name) and _equal(vector, values):
                return Expression(f"${param}")
        if not all(type(v) is int for v in vector if v is not _ABSENT):
            return None
        for param, values in self.params.items():
            if _alike(param, name) and (found := _ratio(vector, values, f"${param}")):
                return found
        if _kind(name) == 0 and self.asks_channels:
            if found := _ratio(vector, reads, "$in"):
                return found
            if self.is_block and (found := _ratio(vector, self.entries, f"${ENTRY}.channels")):
                return found
        return None

    def _new(self, name: str, vector: list[Any]) -> Expression:
        base = name.rstrip("0123456789")
        number = 1
        while (param := base if number == 1 else f"{base}{number}") in self.params or (
            param in self.taken
        ):
            number += 1
        self.params[param] = vector
        return Expression(f"${param}")

    # --- conditions ------------------------------------------------------------------------------

    def _condition(self, places: Places, reads: list[int], word: str) -> str:
        """Return what holds exactly for the lists that have a step."""
        there = [step if step is _ABSENT else step is not None for step in places]
        simple = list(self._simple_conditions(reads))
        # Of those that hold wherever they have to, two may hold nowhere else together.
        wide = [c for c in simple if not _differ(c[1], there, of=True)]
        narrow = [c for c in simple if not _differ(c[1], there, of=False)]
        for text, holds in (*wide, *_pairs(wide, "and", all), *_pairs(narrow, "or", any)):
            if not (_differ(holds, there, of=True) or _differ(holds, there, of=False)):
                return text
        known = (n for n, values in self.params.items() if values == there)
        flag = next(known, None)
        plain = re.match(r"\w*", word.replace(".", "_"))
        assert plain is not None
        return f"${flag}" if flag else self._new(f"with_{plain[0] or 'part'}", there)

    def _simple_conditions(self, reads: list[int]) -> Iterator[_Condition]:
        bases = [(f"${ENTRY}.channels", list(self.entries)), ("$in", reads)]
        if list(self.entries) == reads:
            bases = [("$in", reads)]
        known = {n: v for n, v in self.params.items() if _ABSENT not in v}
        for name, values in known.items():
            if name.startswith("stride"):
                yield from _comparisons(f"${name}", values, 1)
        for text, values in self.channels.items():
            if _ABSENT in values:
                continue
            for base, read in bases if self.is_block else bases[-1:]:
                yield f"{base} != {text}", [a != b for a, b in zip(read, values, strict=True)]
                yield f"{base} == {text}", [a == b for a, b in zip(read, values, strict=True)]
        for name, values in known.items():
            for value in dict.fromkeys(v for v in values if type(v) is int):
                if not name.startswith("stride") and _kind(name) != 0:
                    yield from _comparisons(f"${name}", values, value)


def _is_there(step: Any) -> bool:  # noqa: ANN401 - what stands at a place
    return step is not None and step is not _ABSENT


def _comparisons(text: str, values: list[Any], value: int) -> Iterator[_Condition]:
    yield f"{text} != {value}", [v != value for v in values]
    yield f"{text} == {value}", [v == value for v in values]


def _differ(holds: list[bool], there: list[Any], *, of: bool) -> bool:
    """Whether a condition is another one where a step is, or is not, there."""
    return any(
        held is not of for held, is_there in zip(holds, there, strict=True) if is_there is of
    )


def _pairs(
    simple: list[_Condition], word: str, together: Callable[[Iterable[bool]], bool]
) -> Iterator[_Condition]:
    for (one, holds), (other, also) in combinations(simple[:_MOST_CONDITIONS], 2):
        yield f"{one} {word} {other}", [together(p) for p in zip(holds, also, strict=True)]


def _rank(name: str) -> tuple[int, str]:
    base = name.rstrip("0123456789")
    return (_FIRST.index(base) if base in _FIRST else len(_FIRST), "")


def _kind(name: str) -> int:
    base = name.rstrip("0123456789")
    return next((k for k, names in enumerate(_CLASSES) if base in names), -1)


def _alike(one: str, other: str) -> bool:
    """Whether one number may stand for both attributes."""
    if one.rstrip("0123456789") == other.rstrip("0123456789"):
        return True
    return _kind(one) == _kind(other) >= 0


def _equal(vector: list[Any], values: Sequence[Any]) -> bool:
    return all(
        v is _ABSENT or (v == p and type(v) is type(p)) for v, p in zip(vector, values, strict=True)
    )


def _ratio(vector: list[Any], values: Sequence[Any], base: str) -> Expression | None:
    """Return a vector as a multiple or a part of another one, if it is one."""
    pairs = [(v, p) for v, p in zip(vector, values, strict=True) if v is not _ABSENT]
    if any(type(p) is not int or p < 1 for _, p in pairs) or len({p for _, p in pairs}) == 1:
        return None
    first, of = pairs[0]
    if all(v == p for v, p in pairs):
        return Expression(base)
    if first > of and first % of == 0 and all(v == first // of * p for v, p in pairs):
        return Expression(f"{first // of} * {base}")
    for divisor in _DIVISORS:
        if all(v == p // divisor for v, p in pairs):
            return Expression(f"{base} // {divisor}")
    return None
