"""Names of layers near to those that a source has, each of them once."""

from __future__ import annotations

import re
from collections import Counter

from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.graph.node import INPUT

_ROOM = 8
"""Characters that are left for the number of a name that comes again."""


class FreeNames:
    """The names of a network on its way, none of which is given twice.

    Examples
    --------
    >>> names = FreeNames()
    >>> [names.near(word) for word in ("conv/1", "conv/1", "input", "conv/1")]
    ['conv_1', 'conv_1_2', 'layer', 'conv_1_3']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: Counter[str] = Counter()
        """By name: how many more than one had it."""

    def near(self, wanted: str) -> str:
        """Return a free name near to what a source says, which may be no name at all."""
        found = re.sub(r"[^\w.-]+", "_", wanted).lstrip("._-")[: LONGEST_NAME - _ROOM]
        return self.free(found if is_name(found) and found != INPUT else "layer")

    def free(self, name: str) -> str:
        """Return the name, or with a number the next one that is free."""
        free = name
        while free in self._taken:
            self._numbers[name] += 1
            free = f"{name[: LONGEST_NAME - _ROOM]}_{self._numbers[name] + 1}"
        self._taken.add(free)
        return free
