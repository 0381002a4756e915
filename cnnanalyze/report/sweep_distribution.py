"""Distributions of a sweep: the share of its networks below each number, as curves and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cnnanalyze.characters import cells
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.character_plot import framed
from cnnanalyze.report.document import Block, Figure, Heading, Paragraph, Tabular
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.sweep_scatter import ROWS, WIDEST, Axis, across, frame, up
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.terminal import Line
from cnnanalyze.sweeping.distribution import Distribution

MARKS = "●○■□▲△"
COLOURS = ("#1f5fa8", "#b5521b", "#1f7a3a", "#7a3aa8", "#8a6d00", "#a81f4c")
"""Curves are told apart by their marks and colours; after so many they begin again."""
STEPS = 200
"""How many steps of a curve a page shows."""
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
HEIGHTS = Axis("share of the networks", 0.0, 1.0, is_logarithmic=False)


def blocks(distributions: Sequence[Distribution]) -> Iterator[Block]:
    """Yield what is said of the distributions of one number, one for each spec."""
    title = distributions[0].title
    yield Heading(f"Distribution of {title}", SECTION)
    some = [one for one in distributions if one.count]
    if not some:
        yield Paragraph("No point that is kept has such a number.")
        return
    words = f"share of the networks of which {title} is at most so much"
    yield Figure(lambda: svg(some), words, lambda width: outline(some, width))
    yield Tabular(table(some))
    if any(one.count > len(one.values) for one in some):
        kept = max(len(one.values) for one in some)
        yield Paragraph(f"Shares are those of {exact(kept)} points of each spec, drawn by lot.")


def table(distributions: Sequence[Distribution]) -> Table:
    """Return the numbers that shares of the points do not exceed."""
    names = ("least", "5 %", "25 %", "median", "75 %", "95 %", "most")
    return Table(
        (
            Column("spec", "spec", "left"),
            Column("points", "points", "right"),
            *(Column(f"q{100 * s:g}", n, "right") for s, n in zip(SHARES, names, strict=True)),
        ),
        tuple(
            cells_of(one.spec, one.count, *(_cell(one.quantile(share)) for share in SHARES))
            for one in distributions
        ),
    )


def _cell(value: float) -> Cell:
    if value.is_integer():
        return Cell(int(value), exact(int(value)))
    return Cell(Fraction(value), f"{value:.6g}")


def _axis(distributions: Sequence[Distribution]) -> Axis:
    ends = [one.quantile(share) for one in distributions for share in (0.0, 1.0)]
    return Axis.of(distributions[0].title, ends)


def outline(distributions: Sequence[Distribution], width: int) -> Iterator[Line]:
    """Yield the curves for a terminal."""
    axis = _axis(distributions)
    rows = {ROWS - 1 - round(at * (ROWS - 1)): words for at, words in HEIGHTS.ticks()}
    margin = max(cells(words) for words in rows.values()) + 1
    wide = max(min(width, WIDEST) - margin - 1, 1)
    paper = [[(" ", "")] * wide for _ in range(ROWS)]
    for place, one in enumerate(distributions):
        mark = MARKS[place % len(MARKS)]
        # What lies at the end of a cell lies within it, although logarithms round.
        ends = [axis.value((k + 0.5) / max(wide - 1, 1)) for k in range(wide)]
        for column, share in enumerate(one.shares(ends)):
            paper[ROWS - 1 - round(share * (ROWS - 1))][column] = (mark, "cyan")
    columns = ((round(at * (wide - 1)), words) for at, words in axis.ticks())
    yield from framed(paper, margin, rows, columns, (axis.title, HEIGHTS.title))
    if len(distributions) > 1:
        said = (f"{MARKS[k % len(MARKS)]} {one.spec}" for k, one in enumerate(distributions))
        yield [("  ".join(said), "dim")]


def svg(distributions: Sequence[Distribution]) -> str:
    """Return the curves as a picture."""
    from cnnanalyze.report.page.svg import element  # noqa: PLC0415 - for pages only

    axis = _axis(distributions)
    marks = []
    for place, one in enumerate(distributions):
        count = min(STEPS, len(one.values))
        shares = [k / count for k in range(count + 1)]
        steps = [(across(axis.at(one.quantile(share))), up(share)) for share in shares]
        path = f"M{steps[0][0]:.1f} {up(0):.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in steps)
        name = f"{one.spec}: {count_of(one.count, 'point')}"
        marks.append(
            element(
                "path",
                element("title", name),
                d=path,
                fill="none",
                stroke=COLOURS[place % len(COLOURS)],
                stroke_width=2,
            )
        )
        if len(distributions) > 1:
            marks.append(
                element(
                    "text",
                    one.spec,
                    x=across(0.02),
                    y=up(0.95) + 16 * place,
                    font_size=12,
                    fill=COLOURS[place % len(COLOURS)],
                )
            )
    words = f"Distribution of {axis.title} over {', '.join(one.spec for one in distributions)}"
    return frame(axis, HEIGHTS, words, marks)
