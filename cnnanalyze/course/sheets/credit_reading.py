"""What a sheet says of credit: shares for slips and consequences, and the slips that earn any."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from cnnanalyze.core.binding import Keys
from cnnanalyze.core.diagnostics import Faults, said
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.course.misconceptions.catalogue import NAMES
from cnnanalyze.course.sheets.sheet import Credit

SHARES = ("one_slip", "two_slips", "consequential")
SLIPS = "slips"
KEYS = (*SHARES, SLIPS)

Amount = Callable[[Tree | None, str, int], Fraction | None]
"""Reads a number up to a largest one, and notes what is wrong with it."""


def read_credit(section: Tree, faults: Faults, amount: Amount) -> Credit:
    """Read the credit of a sheet; one number is the share for one slip and for two."""
    if not isinstance(section, Mapping):
        both = amount(section, "'credit'", 1) or Fraction(0)
        return Credit(both, both)
    keys = Keys(section, "'credit'", KEYS, faults)
    one, two, consequential = (amount(keys.get(k), f"'{k}'", 1) for k in SHARES)
    usual = Credit()
    return Credit(
        usual.one_slip if one is None else one,
        usual.two_slips if two is None else two,
        usual.consequential if consequential is None else consequential,
        _slips(keys.get(SLIPS), faults),
    )


def _slips(tree: Tree | None, faults: Faults) -> tuple[str, ...] | None:
    """Read the names of the slips that earn credit; nothing where the sheet does not list them."""
    if tree is None:
        return None
    if not isinstance(tree, Sequence):
        faults.add(
            f"'slips' must be a list of mistakes, not {said(tree)}",
            tree.mark,
            help="slips: [bias forgotten, padding forgotten]",
        )
        return None
    found = []
    for item in tree.items:
        name = item.text.strip() if isinstance(item, Scalar) else ""
        if name in NAMES:
            found.append(name)
            continue
        faults.add(
            f"there is no mistake {said(item)}{nearest(name, list(NAMES))}",
            item.mark,
            help="the names are those in the summary of a class; the guide on homework lists them",
        )
    return tuple(found)
