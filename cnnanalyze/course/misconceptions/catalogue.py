"""Kinds of mistakes: what each is called, how common it is, and what was done, in one row each.

The rows stand beside what they change: slips of expressions in
:mod:`cnnanalyze.course.misconceptions.variants`, networks read wrongly in
:mod:`cnnanalyze.course.sheets.questions.misread_network`, given numbers read wrongly beside
their topic.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Rank(IntEnum):
    """How common a mistake is."""

    COMMON = 1
    """Every class makes it: a bias, a depth, a padding, a rounding, a stride."""
    OCCASIONAL = 2
    """It happens."""
    RARE = 3
    """It is far-fetched, though it can be told from others by its number."""


class MistakeKind(NamedTuple):
    """One kind of mistake."""

    name: str
    """What it is called in a summary, and in the credit of a sheet."""
    words: str
    """What was done."""
    rank: Rank = Rank.COMMON


NAMES: dict[str, Rank] = {}
"""The names of all kinds that there are, with the rank of the most common of the name."""


def kind(name: str, words: str, rank: Rank = Rank.COMMON) -> MistakeKind:
    """Enter a kind of mistake.

    Examples
    --------
    >>> kind("padding forgotten", "forgot the padding").rank
    <Rank.COMMON: 1>
    """
    NAMES[name] = min(rank, NAMES.get(name, rank))
    return MistakeKind(name, words, rank)
