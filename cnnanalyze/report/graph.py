"""Architectures in a terminal: the outline of a drawing, for the width at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.outline import outline
from cnnanalyze.report.terminal import Lines, Stretch


class Graphs(Lines):
    """The outlines of some networks, each with an empty line before it."""

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self.analyses = analyses

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out the outlines."""
        for analysis in self.analyses:
            yield []
            if len(self.analyses) > 1:
                yield [(analysis.network.name, "bold")]
            yield from outline(analysis, width=width)
