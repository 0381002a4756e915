"""Cost scatter: MACs against parameters as characters, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, log10
from typing import NamedTuple

from cnnanalyze.characters import cells, elide
from cnnanalyze.report.character_plot import framed
from cnnanalyze.report.numbers import short
from cnnanalyze.report.placement import PlacedNetwork
from cnnanalyze.report.terminal import Line

ONE, SEVERAL, OWN = "·", "○", "■"
"""One network, several in one cell, and the reader's own."""
WIDEST = 110
LEAST_ROWS, MOST_ROWS = 12, 26
CELLS_PER_ROW = 4
"""A character is twice as high as it is wide, and a picture twice as wide as it is high."""
LONGEST_NAME = 24


class LogAxis(NamedTuple):
    """A logarithmic axis: where values lie among a number of cells."""

    least: float
    most: float
    cells: int

    @classmethod
    def of(cls, values: Sequence[int], cells: int) -> LogAxis:
        """Return the axis that has room for some values."""
        low, high = log10(min(values)), log10(max(values))
        return cls(low, high if high > low else low + 1, cells)

    def at(self, value: float) -> int:
        """Return the cell of a value.

        Examples
        --------
        >>> axis = LogAxis.of([10, 100_000], 41)
        >>> axis.at(10), axis.at(1000), axis.at(100_000)
        (0, 20, 40)
        """
        return round((log10(value) - self.least) / (self.most - self.least) * (self.cells - 1))

    def ticks(self) -> Iterator[tuple[int, str]]:
        """Yield the cells of the powers of ten, with their words."""
        for power in range(floor(self.least), floor(self.most) + 1):
            if power >= self.least:
                yield self.at(10**power), short(10**power)


def scatter(networks: Sequence[PlacedNetwork], width: int) -> Iterator[Line]:
    """Yield the lines of a picture: MACs upwards, parameters to the right.

    A reader's own networks are named first, then the oldest of each family, where there is room.
    """
    shown = [n for n in networks if n.is_shown]
    if not shown:
        return
    margin = max(cells(words) for _, words in _axis(shown, "macs", 2).ticks()) + 1
    wide = max(min(width, WIDEST) - margin - 1, 1)
    high = min(max(wide // CELLS_PER_ROW, LEAST_ROWS), MOST_ROWS)
    x, y = _axis(shown, "parameters", wide), _axis(shown, "macs", high)
    paper: list[list[tuple[str, str]]] = [[(" ", "")] * wide for _ in range(high)]
    for network in sorted(shown, key=lambda n: n.is_own):  # a reader's own over what is there
        column, row = x.at(network.parameters), high - 1 - y.at(network.macs)
        mark = ONE if paper[row][column][0] == " " else SEVERAL
        paper[row][column] = (OWN, "bold red") if network.is_own else (mark, "cyan")
    for network in _by_weight(shown):
        _name(paper, network, x.at(network.parameters), high - 1 - y.at(network.macs))
    marks = {high - 1 - row: words for row, words in y.ticks()}
    yield from framed(paper, margin, marks, x.ticks(), ("parameters", "MACs"))
    own = f"  {OWN} yours" if any(n.is_own for n in shown) else ""
    yield [(f"{ONE} one network  {SEVERAL} several{own}", "dim")]


def _axis(networks: Sequence[PlacedNetwork], key: str, room: int) -> LogAxis:
    return LogAxis.of([getattr(n, key) for n in networks], room)


def _by_weight(networks: Sequence[PlacedNetwork]) -> list[PlacedNetwork]:
    """Return networks in the order in which they get names."""
    oldest: dict[str, PlacedNetwork] = {}
    for network in sorted(networks, key=lambda n: (n.year or 9999, n.macs)):
        oldest.setdefault(network.family, network)
    return [n for n in networks if n.is_own] + [
        n for n in oldest.values() if n.family and not n.is_own
    ]


def _name(
    paper: list[list[tuple[str, str]]], network: PlacedNetwork, column: int, row: int
) -> None:
    """Write a name beside its mark, to the right or to the left, where nothing else stands."""
    name = elide(network.title if network.is_own else network.name, LONGEST_NAME)
    style = "bold red" if network.is_own else "dim"
    wide = cells(name)
    if wide != len(name):  # a character of two cells would move what follows
        return
    for start in (column + 2, column - 1 - wide):
        around = range(start - 1, start + wide + 1)
        inside = range(start, start + wide)
        if inside.start < 0 or inside.stop > len(paper[row]):
            continue
        if all(paper[row][c][0] == " " for c in around if 0 <= c < len(paper[row]) and c != column):
            for c, letter in zip(inside, name, strict=True):
                paper[row][c] = (letter, style)
            return
