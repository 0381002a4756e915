"""Agreement: whether a computed answer could have been printed like this."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from cnnanalyze.core.printed_number import PrintedNumber
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, SpecError


def agrees(printed: Tree, computed: Any, within: float = 0) -> bool:  # noqa: ANN401 - any answer
    """Whether a printed number is the computed one, to the digits that are printed.

    With ``within``, a number may be off by that share of it.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> def check(text, computed):
    ...     return agrees(read(Source("here", text)), computed)
    >>> check("14M", 14450688), check("7.9", 7.8904), check("[5, -4]", [5, 4])
    (True, True, False)
    >>> check("7/3", Fraction(7, 3)), check("4x4x2", Shape((4, 4), 2)), check("true", False)
    (True, True, False)
    """
    if isinstance(printed, Mapping):
        return isinstance(computed, dict) and all(
            key.text in computed and agrees(tree, computed[key.text], within)
            for key, tree in printed.entries
        )
    if isinstance(printed, Sequence):
        return (
            isinstance(computed, list)
            and len(printed.items) == len(computed)
            and all(agrees(p, c, within) for p, c in zip(printed.items, computed, strict=True))
        )
    if isinstance(computed, list | dict):
        return False
    if computed is None:
        return printed.text.strip().lower() == "none"
    if isinstance(computed, bool) or isinstance(printed.value, bool):
        return printed.value is computed
    if isinstance(computed, str | Shape):
        return printed.text == str(computed)
    return _is(printed, computed, within)


def _is(printed: Scalar, computed: float | Fraction, within: float) -> bool:
    """Compare numbers; the place value of the last printed digit is the tolerance."""
    text = printed.text.strip()
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if (quotient := _QUOTIENT.fullmatch(digits)) is not None:
        return sign * Fraction(int(quotient[1]), int(quotient[2])) == computed
    try:
        figure = PrintedNumber.parse(digits)
    except ValueError as error:
        raise SpecError(Fault(str(error), printed.mark)) from None
    exactly = Fraction(computed)
    slack = figure.step / 2 if figure.step != 1 else Fraction(0)
    if figure.about:
        slack += figure.step
    slack = max(slack, Fraction(within) * abs(exactly))
    return abs(exactly - sign * figure.value) <= slack + QUOTIENT_TOLERANCE * (
        isinstance(computed, float)
    )


_QUOTIENT = re.compile(r"([0-9]{1,30})/([1-9][0-9]{0,29})")

QUOTIENT_TOLERANCE = Fraction(1, 10**9)
"""What a computation with floating point may add to that."""


def named_quantities(printed: Tree | None) -> tuple[str, ...]:
    """Return the quantities that are printed, if they are printed by name."""
    return printed.keys() if isinstance(printed, Mapping) else ()
