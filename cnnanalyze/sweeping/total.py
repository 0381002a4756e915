"""Totals of many networks at once: what the table of quantities reads, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnanalyze.core.conventions import convention as weigh
from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.columns import Numbers
from cnnanalyze.sweeping.part import SUMS, Asked, Measures, Part

LARGEST_SUM = 2**60
"""The largest number of a network: what a part adds to it still fits into 64 bits."""


@dataclass
class ColumnTotal:
    """What the networks of some points have together: a total with an array for each number.

    Rows of the table of quantities read it as they read
    :class:`~cnnanalyze.analysis.result.Total`.
    """

    measures: Measures
    sums: Numbers
    """For each point what its parts add up to."""
    live: Numbers
    """For each point the most activations that are alive at a time."""
    depth: Numbers
    """For each point the layers with weights on the longest path."""
    most: Numbers
    """For each point the quantities that do not add up."""
    through: Numbers
    """For each point the layers with weights on the longest path to its end, so far."""
    is_partial: Numbers
    """For each point whether some number is only the least that it can be."""

    @classmethod
    def empty(cls, measures: Measures, nothing: Part, count: int) -> ColumnTotal:
        """Return the totals of networks without layers."""
        return cls(
            measures,
            np.zeros((count, len(nothing.sums)), np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.zeros((count, len(nothing.most)), np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, bool),
        )

    def add(self, parts: list[Part], codes: Numbers, here: Numbers) -> None:
        """Add parts to some points.

        Parameters
        ----------
        parts
            The parts.
        codes, here
            For each point that has one, which part, and which point it is.
        """

        def each(numbers: list[Any]) -> Numbers:
            return np.array(numbers, np.int64)[codes]

        self.sums[here] += each([part.sums for part in parts])
        self.live[here] = np.maximum(self.live[here], each([part.live for part in parts]))
        within = self.through[here] + each([part.within for part in parts])
        self.depth[here] = np.maximum(self.depth[here], within)
        self.through[here] += each([part.through for part in parts])
        self.is_partial[here] |= each([part.is_partial for part in parts]).astype(bool)
        if self.most.shape[1]:
            most = each([part.most for part in parts])
            self.most[here] = np.maximum(self.most[here], most)

    def beyond(self, points: Numbers) -> Numbers:
        """Return which points have a number that further parts might carry beyond 64 bits."""
        return np.asarray((self.sums[points] > LARGEST_SUM).any(axis=1))

    @property
    def _largest(self) -> int:
        """The largest number that memory is worked out from."""
        return int(max(self.stored.max(initial=0), self.live.max(initial=0)))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - one of the sums
        if name not in SUMS:
            raise AttributeError(name)
        return self.sums[:, SUMS.index(name)]

    @property
    def stored(self) -> Numbers:
        """All numbers that are held."""
        found: Numbers = self.trainable + self.non_trainable
        return found

    def operations(self, convention: str = "mac") -> Numbers:
        """Return the operations under a convention."""
        found = self.sums[:, len(SUMS) + self.measures.conventions.index(convention)]
        return found // 2 if weigh(convention).halves else found

    def measure(self, asked: Asked) -> Numbers:
        """Return a quantity of every point that is no receptive field."""
        quantity, terms = asked.quantity, asked.terms
        if quantity.is_memory and self._largest * terms.batch * terms.bytes > LARGEST_SUM:
            raise UsageError(
                f"with a batch of {terms.batch:,} the {quantity.title} of some point goes beyond "
                f"2^{LARGEST_SUM.bit_length() - 1} bytes, the bound of a sweep",
                help="choose a smaller batch",
            )
        if quantity.of_layers is not None:
            found: Any = quantity.of_layers(self, terms)
            return np.asarray(found)
        if quantity.adds_up:
            place = len(SUMS) + len(self.measures.conventions) + self.measures.sums.index(asked)
            return self.sums[:, place]
        return self.most[:, self.measures.largest.index(asked)]
