"""Roofline: how much work each operation does for a byte, and how fast a target can be at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10

from cnnanalyze.deployment.deploy import Deployment
from cnnanalyze.report.character_plot import framed
from cnnanalyze.report.cost_scatter import LogAxis
from cnnanalyze.report.numbers import short
from cnnanalyze.report.terminal import Line

WIDEST, ROWS = 100, 14
MARGIN = 0.3
"""The room beyond the outermost operations, in powers of ten."""
ONE, SEVERAL, ROOF = "●", "◉", "·"


@dataclass(frozen=True, slots=True)
class RooflinePoint:
    """An operation below the roof."""

    name: str
    intensity: float
    """Multiply-accumulates for each byte that moves."""
    rate: float
    """Multiply-accumulates each second, at best."""
    bound: str


@dataclass(frozen=True)
class Roofline:
    """A target's roof, and the operations of a network on it.

    Examples
    --------
    >>> roofline = Roofline(1e9, 1e8, (RooflinePoint("conv1", 2.0, 2e8, "memory"),))
    >>> roofline.ridge, roofline.roof(2.0), roofline.roof(100.0)
    (10.0, 200000000.0, 1000000000.0)
    >>> roofline.text
    'a roof of 1 G MACs/s from 10 MACs per byte on; 1 of 1 operations lies left of that, bound by \
memory'
    """

    peak: float
    """Multiply-accumulates each second."""
    bandwidth: float
    """Bytes each second."""
    points: tuple[RooflinePoint, ...]

    @property
    def ridge(self) -> float:
        """The intensity from which on arithmetic binds."""
        return self.peak / self.bandwidth

    def roof(self, intensity: float) -> float:
        """Return the highest rate at an intensity."""
        return min(self.peak, intensity * self.bandwidth)

    @property
    def text(self) -> str:
        """What the picture shows, in words."""
        left = sum(point.bound == "memory" for point in self.points)
        lies = "lies" if left == 1 else "lie"
        return (
            f"a roof of {short(round(self.peak))} MACs/s from {self.ridge:.3g} MACs per byte on; "
            f"{left} of {len(self.points)} operations {lies} left of that, bound by memory"
        )

    @property
    def across(self) -> tuple[float, float]:
        """The powers of ten between which intensities are drawn, the ridge among them."""
        values = [log10(i) for i in (self.ridge, *(p.intensity for p in self.points))]
        return min(values) - MARGIN, max(values) + MARGIN

    @property
    def upwards(self) -> tuple[float, float]:
        """The powers of ten between which rates are drawn."""
        least, _ = self.across
        return floor(log10(self.roof(10**least))), ceil(log10(self.peak) + MARGIN)


def roofline_of(deployment: Deployment) -> Roofline | None:
    """Return the roofline of a deployment; nothing where the target says no rates.

    Operations without multiply-accumulates, such as pooling, have no place on it.
    """
    target = deployment.target
    peak: float | None = getattr(target.macs_per_second, deployment.numbers.name)
    if peak is None or target.bandwidth is None:
        return None
    points = tuple(
        RooflinePoint(
            row.operation.name,
            row.traffic.intensity,
            min(peak, row.traffic.intensity * target.bandwidth),
            row.time.bound,
        )
        for row in deployment.rows
        if row.traffic.intensity and row.time is not None
    )
    return Roofline(peak, target.bandwidth, points) if points else None


def powers(least: float, most: float) -> Iterator[tuple[float, str]]:
    """Yield the powers of ten within bounds that are given as exponents, with their words.

    Examples
    --------
    >>> [words for _, words in powers(-1.2, 3.5)]
    ['0.1', '1', '10', '100', '1 k']
    """
    for power in range(ceil(least), floor(most) + 1):
        yield 10.0**power, short(10**power) if power >= 0 else f"{10.0**power:g}"


def outline(roofline: Roofline, width: int) -> Iterator[Line]:
    """Yield the picture in characters: the roof in dots, the operations upon it."""
    margin = 8
    wide = max(min(width, WIDEST) - margin - 1, 1)
    x, y = LogAxis(*roofline.across, wide), LogAxis(*roofline.upwards, ROWS)
    paper: list[list[tuple[str, str]]] = [[(" ", "")] * wide for _ in range(ROWS)]
    step = (x.most - x.least) / max(wide - 1, 1)
    for column in range(wide):
        rate = roofline.roof(10 ** (x.least + column * step))
        paper[ROWS - 1 - y.at(rate)][column] = (ROOF, "dim")
    for point in roofline.points:
        row, column = ROWS - 1 - y.at(point.rate), x.at(point.intensity)
        mark = SEVERAL if paper[row][column][0] in {ONE, SEVERAL} else ONE
        paper[row][column] = (mark, "yellow" if point.bound == "memory" else "cyan")
    rows = {ROWS - 1 - y.at(value): words for value, words in powers(y.least, y.most)}
    columns = ((x.at(value), words) for value, words in powers(x.least, x.most))
    yield from framed(paper, margin, rows, columns, ("MACs per byte", "MACs/s"))
    yield [(f"{ONE} one operation  {SEVERAL} several; {roofline.text}", "dim")]
