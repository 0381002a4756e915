"""Reading how answers are written and marked: notation, tolerance, decimals, units, points."""

from __future__ import annotations

from fractions import Fraction

from cnnanalyze.core.binding import Keys
from cnnanalyze.core.diagnostics import Faults, said
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.course.explanations.notation import NOTATIONS
from cnnanalyze.course.sheets.sheet import AnswerFormat
from cnnanalyze.course.written_answers.units import BYTES, NAMED

MANNER = ("tolerance", "decimals", "units", "per_entry")
LARGEST_POINTS = 10_000
MOST_DECIMALS = 12
LARGEST_TOLERANCE = Fraction(1, 2)
"""A wider one would accept halves and doubles, which are typical mistakes; all of it, even zero."""


class MannerReader:
    """Reads what a sheet, a question or an answer says of how answers are written and marked."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def text(self, keys: Keys, key: str) -> str:
        """Return a text, or nothing."""
        value = keys.get(key)
        if value is None:
            return ""
        if not isinstance(value, Scalar) or value.value is None:
            self.faults.add(f"'{key}' must be a text, not {said(value)}", value.mark)
            return ""
        return value.text.strip()

    def notation(self, keys: Keys, default: str) -> str:
        """Return the name of a notation."""
        name = self.text(keys, "notation") or default
        value = keys.get("notation")
        if name not in NOTATIONS and value is not None:
            self.faults.add(
                f"there is no notation '{name}'; the notations are {', '.join(NOTATIONS)}"
                f"{nearest(name, tuple(NOTATIONS))}",
                value.mark,
            )
            return default
        return name

    def amount(self, value: Tree | None, what: str, most: int | Fraction) -> Fraction | None:
        """Read points, or a share: a whole number, a decimal, a fraction 1/3 or a percentage."""
        if value is None:
            return None
        text = value.text.strip() if isinstance(value, Scalar) else ""
        try:
            number = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            self.faults.add(f"{what} must be a number, not {said(value)}", value.mark)
            return None
        if not 0 <= number <= most:
            limit = f"{most:,}" if isinstance(most, int) else str(most)
            self.faults.add(f"{what} must be between 0 and {limit}, not {number}", value.mark)
            return None
        return number

    def read(self, keys: Keys, manner: AnswerFormat, *, is_one: bool = False) -> AnswerFormat:
        """Return how answers are written and marked, over what holds already.

        Parameters
        ----------
        keys
            The mapping of a sheet, a question or an answer.
        manner
            What holds already.
        is_one
            Whether it is said of one answer, and not of several.
        """
        if (
            share := self.amount(keys.get("tolerance"), "'tolerance'", LARGEST_TOLERANCE)
        ) is not None:
            manner = manner._replace(tolerance=share, is_of_counts=is_one)
        if (decimals := keys.get("decimals")) is not None:
            manner = manner._replace(decimals=self._decimals(decimals))
        if (units := keys.get("units")) is not None:
            manner = manner._replace(units=self._units(units, is_one=is_one), own_unit=is_one)
        if (each := keys.get("per_entry")) is not None:
            if isinstance(each, Scalar) and isinstance(each.value, bool):
                manner = manner._replace(per_entry=each.value)
            else:
                self.faults.add(f"'per_entry' must be true or false, not {said(each)}", each.mark)
        return manner

    def _decimals(self, tree: Tree) -> int | None:
        text = tree.text if isinstance(tree, Scalar) else ""
        if text.isdecimal() and len(text) < len("000") and int(text) <= MOST_DECIMALS:
            return int(text)
        self.faults.add(
            f"'decimals' must be a whole number from 0 to {MOST_DECIMALS}, not {said(tree)}",
            tree.mark,
        )
        return None

    def _units(self, tree: Tree, *, is_one: bool) -> tuple[str, ...]:
        known = tuple(n for n, (counted, _) in NAMED.items() if is_one or counted == BYTES)
        found: list[str] = []
        for item in tree.items if isinstance(tree, Sequence) else (tree,):
            name = item.text if isinstance(item, Scalar) else ""
            if name in known:
                found.append(name)
            elif name in NAMED:
                self.faults.add(
                    f"'{name}' does not suit every answer, so it is said of one answer alone",
                    item.mark,
                    help=f"for several answers at once there are {', '.join(known)}",
                )
            else:
                self.faults.add(
                    f"there is no unit {said(item)}; there are {', '.join(known)}"
                    f"{_alike(name, known)}",
                    item.mark,
                )
        return tuple(found)


def _alike(name: str, known: tuple[str, ...]) -> str:
    """Return a hint at the unit that is meant; case makes no difference to what is alike."""
    same = next((k for k in known if k.lower() == name.lower()), "")
    return f"; did you mean '{same}'?" if same else nearest(name, known)
