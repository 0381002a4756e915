"""Size domains: for which sizes of its input the closed forms of a network hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from math import lcm

from cnnanalyze.core.symbolic_number import Condition

MOST_CHECKS = 200_000
"""So many conditions are checked at most, sizes times conditions, to find where all hold."""
_PERIODS = 4
"""So many periods beyond the assumed size are tried, so that what repeats is seen to repeat."""
_LISTED = 8
"""So many remainders are written out."""


@dataclass(frozen=True)
class Sizes:
    """The sizes that one symbol may have.

    Examples
    --------
    >>> str(Sizes("H", 33)), str(Sizes("H", 64, 32, (0,))), str(Sizes("W", 5, 4, (1, 2)))
    ('H ≥ 33', 'H a multiple of 32, H ≥ 64', 'W mod 4 is 1 or 2, W ≥ 5')
    >>> 96 in Sizes("H", 64, 32, (0,)), 32 in Sizes("H", 64, 32, (0,))
    (True, False)
    """

    name: str
    least: int = 1
    divisor: int = 1
    remainders: tuple[int, ...] = (0,)
    """What may remain when a size is divided by the divisor."""
    most: int | None = None
    """The largest size; nothing if there is none."""

    def __contains__(self, size: int) -> bool:
        is_large = size >= self.least and (self.most is None or size <= self.most)
        return is_large and size % self.divisor in self.remainders

    def after(self, size: int) -> Iterator[int]:
        """Yield the sizes that are larger than one."""
        start = max(size + 1, self.least)
        following = count(start) if self.most is None else range(start, self.most + 1)
        return (n for n in following if n in self)

    def __str__(self) -> str:
        if self.most == self.least:
            return f"{self.name} = {self.least}"
        words = []
        if self.divisor > 1:
            words.append(
                f"{self.name} a multiple of {self.divisor}"
                if self.remainders == (0,)
                else f"{self.name} mod {self.divisor} is {_listed(self.remainders)}"
            )
        if self.most is not None:
            words.append(f"{self.least} ≤ {self.name} ≤ {self.most}")
        elif self.least > 1 or not words:
            words.append(f"{self.name} ≥ {self.least}")
        return ", ".join(words)


def _listed(numbers: tuple[int, ...]) -> str:
    *others, last = map(str, numbers)
    if len(others) >= _LISTED:
        return f"{', '.join(others[:_LISTED])}, ..."
    return f"{', '.join(others)} or {last}" if others else last


@dataclass(frozen=True)
class SizeDomain:
    """What is required of the sizes: of each by itself, and of several together."""

    sizes: tuple[Sizes, ...]
    together: tuple[Condition, ...] = ()

    def __contains__(self, given: Mapping[str, int]) -> bool:
        return all(given[one.name] in one for one in self.sizes) and all(
            condition.holds(given) for condition in self.together
        )

    def samples(self, number: int) -> Iterator[dict[str, int]]:
        """Yield sizes of the domain, from the least up, unlike ones for unlike symbols."""
        columns = [
            list(islice(one.after(one.least - 1), number + i)) for i, one in enumerate(self.sizes)
        ]
        for i in range(number):
            given = {
                one.name: column[(i * (2 * place + 1)) % len(column)]
                for place, (one, column) in enumerate(zip(self.sizes, columns, strict=True))
            }
            if given in self:
                yield given

    def __str__(self) -> str:
        return "; ".join((*map(str, self.sizes), *map(str, self.together)))


def find(assumed: Mapping[str, int], conditions: Sequence[Condition]) -> SizeDomain:
    """For which sizes do all conditions hold?

    Parameters
    ----------
    assumed
        The size that was assumed for each symbol; it is one that holds.
    conditions
        What was asked of the sizes, and how it came out.

    Examples
    --------
    >>> from cnnanalyze.core.closed_form import unknown
    >>> even = Condition(unknown("H").floor_divide(2) * 2 - unknown("H"), "=")
    >>> str(find({"H": 32}, [even, Condition(unknown("H") - 7, "≥")]))
    'H a multiple of 2, H ≥ 8'
    """
    alone: dict[str, list[Condition]] = {name: [] for name in assumed}
    together = []
    for condition in conditions:
        names = condition.form.symbols
        if len(names) == 1:
            alone[next(iter(names))].append(condition)
        else:
            together.append(condition)
    return SizeDomain(
        tuple(_find(name, assumed[name], found) for name, found in alone.items()), tuple(together)
    )


def _find(name: str, assumed: int, conditions: list[Condition]) -> Sizes:
    period = 1
    for condition in conditions:
        period = lcm(period, condition.form.period)
    most = MOST_CHECKS // max(len(conditions), 1)
    tried = min(max(2 * assumed, assumed + _PERIODS * period), most)
    holds = [all(c.holds({name: n}) for c in conditions) for n in range(1, tried + 1)]
    last = holds[-period:]
    if tried < assumed + period or not any(last):
        return _around(name, assumed, holds)
    divisor = next(d for d in range(1, period + 1) if period % d == 0 and _repeats(last, d))
    remainders = {n % divisor for n, is_held in enumerate(last, tried - period + 1) if is_held}
    start = tried
    while start and holds[start - 1] == (start % divisor in remainders):
        start -= 1
    least = next(n for n in range(start + 1, tried + 1) if holds[n - 1])
    return Sizes(name, least, divisor, tuple(sorted(remainders)))


def _repeats(period: list[bool], divisor: int) -> bool:
    """Whether a period consists of equal parts of this length."""
    return period == period[:divisor] * (len(period) // divisor)


def _around(name: str, assumed: int, holds: list[bool]) -> Sizes:
    """Return the sizes around the assumed one that hold without a gap."""
    least = most = assumed
    while 1 < least <= len(holds) and holds[least - 2]:
        least -= 1
    while most < len(holds) and holds[most]:
        most += 1
    return Sizes(name, least, most=most)
