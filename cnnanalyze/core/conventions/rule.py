"""Rules of a convention: what layers of a kind count, if they have certain attributes.

A table maps *selectors* to sums of terms. A selector is a kind, or a kind with conditions on what
its layer says: ``resize[method=bilinear,rank=2]``. ``rank`` is the number of spatial axes,
``inputs`` that of inputs; an attribute alone (``resize[size]``) must be given, whatever it is. Of
the rules that hold for a layer the one with most conditions is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from cnnanalyze.core.conventions.formula import TERMS, Formula, parse

UNKNOWN = "?"
"""Stands for what a convention does not say: a count with such a layer in it is partial."""

Conditions = tuple[tuple[str, str], ...]
"""Names of attributes with what they must be; nothing if any value will do."""


class CountingRule(NamedTuple):
    """What layers of a kind count under some conditions; no formula if nobody knows."""

    conditions: Conditions
    formula: Formula | None

    def holds(self, traits: Mapping[str, str]) -> bool:
        """Whether a layer that says this of itself is meant."""
        return all(
            name in traits and (not value or traits[name] == value)
            for name, value in self.conditions
        )


_SELECTOR = re.compile(r"(?P<kind>[^\[\]]+)(\[(?P<conditions>[^\[\]]+)\])?")


def select(text: str) -> tuple[str, Conditions]:
    """Read a selector.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> select("relu"), select("resize[method=bilinear,size]")
    (('relu', ()), ('resize', (('method', 'bilinear'), ('size', ''))))
    >>> select("resize[method")
    Traceback (most recent call last):
    ...
    ValueError: 'resize[method' is neither a kind nor one with conditions, as in resize[rank=2]
    """
    found = _SELECTOR.fullmatch(text)
    if found is None:
        raise ValueError(
            f"'{text}' is neither a kind nor one with conditions, as in resize[rank=2]"
        )
    pairs = (part.partition("=") for part in (found["conditions"] or "").split(",") if part)
    return found["kind"], tuple((name.strip(), value.strip()) for name, _, value in pairs)


def spread(table: Mapping[str, str]) -> dict[str, tuple[CountingRule, ...]]:
    """Return the rules of a table by kind, those with most conditions first.

    Examples
    --------
    >>> rules = spread({"relu elu": "input", "elu[rank=1]": "?"})["elu"]
    >>> [(rule.conditions, rule.formula is None) for rule in rules]
    [((('rank', '1'),), True), ((), False)]
    """
    rules: dict[str, dict[Conditions, CountingRule]] = {}
    for kinds, text in table.items():
        formula = None if text.strip() == UNKNOWN else parse(text, TERMS)
        for selector in kinds.split():
            kind, conditions = select(selector)
            # The last one holds.
            rules.setdefault(kind, {})[conditions] = CountingRule(conditions, formula)
    return {
        kind: tuple(sorted(found.values(), key=lambda rule: -len(rule.conditions)))
        for kind, found in rules.items()
    }
