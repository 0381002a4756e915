"""Spelling: which known word a misspelt one may stand for, how words are listed and counted.

A file may hold tens of thousands of names and as many faults, so a look for the nearest word must
not go through all names: words are found by the pairs of letters that they share, and only the few
that share most are compared letter by letter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise

MOST_CANDIDATES = 12
"""How many words are compared letter by letter."""
MOST_SHARING = 64
"""How many words of one pair of letters are looked at; a pair that more have tells little."""
LONGEST = 100
"""The longest word that somebody may have misspelt."""
MOST_BEGINNING = 3
"""How many words with one beginning are named."""
MOST_LISTED = 20
"""How many known words a message lists."""
ALIKE = 0.6
"""What part of two words must agree, as :mod:`difflib` measures it."""


def listed(known: Sequence[str]) -> str:
    """Return known words as a message lists them: the first of many.

    Examples
    --------
    >>> listed(["a", "b"]), listed([str(n) for n in range(22)])[-9:]
    ('a, b', ', 19, ...')
    """
    more = ", ..." if len(known) > MOST_LISTED else ""
    return ", ".join(islice(known, MOST_LISTED)) + more


def offered(verb: str, known: Sequence[str], what: str) -> str:
    """Say what there is instead of an unknown word; where there is nothing, what there is none of.

    Examples
    --------
    >>> offered("it takes", ["a", "b"], "attributes"), offered("it takes", [], "attributes")
    ('it takes a, b', 'it takes no attributes')
    """
    return f"{verb} {listed(known) if known else f'no {what}'}"


def noun_for(number: float | Fraction, singular: str, plural: str = "") -> str:
    """Return the form of a noun that goes with a number.

    Examples
    --------
    >>> noun_for(1, "layer"), noun_for(1.5, "pixel"), noun_for(0, "axis", "axes")
    ('layer', 'pixels', 'axes')
    """
    return singular if number == 1 else plural or f"{singular}s"


def count_of(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count_of(1, "layer"), count_of(1200, "layer"), count_of(2, "entry", "entries")
    ('1 layer', '1,200 layers', '2 entries')
    """
    return f"{number:,} {noun_for(number, singular, plural)}"


class Spelling:
    """Known words, such that looking for one costs the same however many there are.

    Examples
    --------
    >>> Spelling(f"layer{n}" for n in range(10_000)).nearest("layxr7")
    'layer7'
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.words = tuple(known)
        self._sharing: dict[str, list[str]] | None = None
        self._sorted: list[str] | None = None

    @staticmethod
    def of(known: Collection[str]) -> Spelling:
        """Return the words as such, made once for the same ones."""
        return _made(known if isinstance(known, tuple) else tuple(known))

    def nearest(self, word: str) -> str | None:
        """Return the known word that is most like this one, if any is."""
        if len(word) > LONGEST:
            return None
        from difflib import get_close_matches  # noqa: PLC0415 - needed for faults only

        word = word.lower()
        if len(self.words) <= MOST_CANDIDATES:
            found = get_close_matches(word, self.words, n=1, cutoff=ALIKE)
        else:
            found = get_close_matches(word, self._candidates(word), n=1, cutoff=ALIKE)
        return found[0] if found else None

    def hint(self, word: str) -> str:
        """Return the nearest known word as the end of a message, or nothing.

        Examples
        --------
        >>> Spelling(["conv", "dense"]).hint("covn")
        "; did you mean 'conv'?"
        """
        found = self.nearest(word)
        return "" if found is None else f"; did you mean '{found}'?"

    def beginning(self, word: str) -> tuple[str, ...]:
        """Return the first known words that begin with this one and go on.

        Examples
        --------
        >>> Spelling(["class2", "conv1", "class1", "class"]).beginning("class")
        ('class1', 'class2')
        """
        if self._sorted is None:
            self._sorted = sorted(set(self.words))
        at = bisect_right(self._sorted, word)
        some = self._sorted[at : at + MOST_BEGINNING]
        return tuple(known for known in some if known.startswith(word))

    def _candidates(self, word: str) -> list[str]:
        """Return the words that share most pairs of letters with this one."""
        if self._sharing is None:
            self._sharing = self._index()
        shared: Counter[str] = Counter()
        for pair in _pairs(word):
            shared.update(self._sharing.get(pair, ()))
        return [
            name
            for name, _ in sorted(
                shared.items(), key=lambda item: (-item[1], abs(len(item[0]) - len(word)))
            )[:MOST_CANDIDATES]
        ]

    def _index(self) -> dict[str, list[str]]:
        sharing: dict[str, list[str]] = {}
        for known in dict.fromkeys(self.words):
            if len(known) <= 2 * LONGEST:
                for pair in _pairs(known):
                    others = sharing.setdefault(pair, [])
                    if len(others) < MOST_SHARING:
                        others.append(known)
        return sharing


def _pairs(word: str) -> set[str]:
    """Return the pairs of neighbouring letters, the ends included."""
    return {f"{a}{b}" for a, b in pairwise(f"\0{word}\0")}


_made = lru_cache(maxsize=16)(Spelling)
