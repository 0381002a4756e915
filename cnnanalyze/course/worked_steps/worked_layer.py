"""Worked layers: the inputs, the output and the working of one layer on given numbers."""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow


class WorkingTable(NamedTuple):
    """The working for each number, in columns from left to right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]
    facts: tuple[tuple[str, Number], ...] = ()
    """What belongs to all rows: a sum, a mean."""
    total: int = 0
    """The rows there are; the first alone are kept."""

    @property
    def left_out(self) -> int:
        """How many rows are not kept."""
        return self.total - len(self.rows)


class WorkedLayer(NamedTuple):
    """One layer, worked out."""

    name: str
    kind: str
    title: str
    """What is done, in words."""
    before: tuple[Volume, ...]
    after: Volume
    sliding_window: SlidingWindow | None = None
    formula: str = ""
    working: WorkingTable | None = None
    remarks: tuple[str, ...] = ()
