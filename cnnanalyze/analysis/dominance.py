"""Dominance: which of several closed forms may be the largest, whatever the sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from cnnanalyze.core.closed_form import ClosedForm, Factor, Floor, Symbol

Powers = tuple[str, ...]
Polynomial = dict[Powers, Fraction]
"""Coefficients by the excesses over the least sizes that are multiplied, sorted by name."""


def undominated(forms: Iterable[ClosedForm], least: Mapping[str, int]) -> list[ClosedForm]:
    """Return the forms of which none is known to be at most another one from the least sizes on.

    Examples
    --------
    >>> from cnnanalyze.core.closed_form import unknown
    >>> n = unknown("N")
    >>> found = undominated([n * 3, n * 3 + 1, n.floor_divide(2) * 5, n * 2 + 7], {"N": 3})
    >>> [str(form) for form in found]
    ['3·N + 1', '2·N + 7']
    """
    distinct = list(dict.fromkeys(forms))
    if len(distinct) > MOST_COMPARED:
        return distinct
    bounds = [(_bound(form, least, up=False), _bound(form, least, up=True)) for form in distinct]
    kept = list(range(len(distinct)))
    for k in range(len(distinct)):
        others = (j for j in kept if j != k)
        if any(_is_at_most(distinct[k], distinct[j], bounds[k], bounds[j], least) for j in others):
            kept.remove(k)
    return [distinct[k] for k in kept]


MOST_COMPARED = 100
"""Of more forms each may be the largest: they are not compared."""
Bounds = tuple[Polynomial | None, Polynomial | None]


def _is_at_most(
    one: ClosedForm, other: ClosedForm, ones: Bounds, others: Bounds, least: Mapping[str, int]
) -> bool:
    """Whether a form is known to be at most another one: by their difference, or their bounds."""
    most, low = ones[1], others[0]
    if most is not None and low is not None and _is_positive(_plus(low, most, -1)):
        return True
    lowest = _bound(other - one, least, up=False)
    return lowest is not None and _is_positive(lowest)


def _is_positive(polynomial: Polynomial) -> bool:
    """Whether all coefficients are at least 0, so that it is so for all excesses."""
    return all(n >= 0 for n in polynomial.values())


def _bound(form: ClosedForm, least: Mapping[str, int], *, up: bool) -> Polynomial | None:
    """Return a polynomial that is at most, or at least, a form; nothing if none is known."""
    total: Polynomial = {}
    for product, n in form.terms:
        part: Polynomial = {(): Fraction(1)}
        for factor in product:
            low = _bound_of(factor, least, up=False)
            own = low if up != (n > 0) else _bound_of(factor, least, up=True)
            # Bounds of products are products of bounds where none is below nothing.
            if own is None or low is None or not _is_positive(low):
                return None
            part = _times(part, own)
        total = _plus(total, part, n)
    return total


def _bound_of(factor: Factor, least: Mapping[str, int], *, up: bool) -> Polynomial | None:
    if isinstance(factor, Symbol):
        return {(): Fraction(least[factor.name]), (factor.name,): Fraction(1)}
    if not isinstance(factor, Floor):
        return None
    above = _bound(factor.above if up else factor.above - (factor.below - 1), least, up=up)
    if above is None:
        return None
    return {powers: n / factor.below for powers, n in above.items()}


def _plus(one: Polynomial, other: Polynomial, times: int) -> Polynomial:
    found = dict(one)
    for powers, n in other.items():
        found[powers] = found.get(powers, Fraction()) + times * n
    return found


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    found: Polynomial = {}
    for a, n in one.items():
        for b, m in other.items():
            powers = tuple(sorted((*a, *b)))
            found[powers] = found.get(powers, Fraction()) + n * m
    return found
