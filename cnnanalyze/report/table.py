"""Tables as data: headings, rows, a foot. Every format writes the same ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from cnnanalyze.analysis.field_text import BESIDE
from cnnanalyze.characters import cells, legible
from cnnanalyze.report.columns import Align, Column, Value, column, offered
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.receptive_field_text import NOTE
from cnnanalyze.report.view import LayerRow, View

Role = Literal["value", "group", "remark", "status"]


class Heading(NamedTuple):
    """One column of a table."""

    key: str
    title: str
    align: Align
    priority: int = 0
    """In a narrow table the column with the largest is left out first; 0 is never left out."""
    is_code: bool = False
    """Whether its cells are code: words of a language."""
    formula: Formula | None = None
    """The title as a formula, where it is one."""
    role: Role = "value"
    """In a terminal without room for a column, a ``group`` becomes a line above the rows that share
    it, and a ``remark`` is below its row. On a page a ``group`` always is such a line, and a
    ``status``, which says in words what became of what the row is about, has its sign and tone."""
    is_plotted: bool = False
    """Whether pages show the numbers as dots, too, all on one scale that begins at nothing."""


class Cell(NamedTuple):
    """One cell: the exact value, and how it is printed for people."""

    value: Value
    text: str
    formula: Formula | None = None
    """The text as a formula, where it is one."""


def cells_of(*values: str | int | Cell) -> tuple[Cell, ...]:
    """Return cells of a row or a column: texts as they are, numbers with thousands separators.

    Examples
    --------
    >>> [cell.text for cell in cells_of("conv1", 1450, Cell(None, "?"))]
    ['conv1', '1,450', '?']
    """
    return tuple(
        v if isinstance(v, Cell) else Cell(v, v if isinstance(v, str) else exact(v)) for v in values
    )


class Status(NamedTuple):
    """What became of that which a row is about: a layer was added, a figure is wrong."""

    key: str
    """The word by which rows of this status are found."""
    sign: str = ""
    """One character for it, as colours alone say nothing to many."""
    tone: str = ""
    """``good``, ``warn``, ``bad``, ``faint`` or nothing."""


class Table(NamedTuple):
    """A table of layers, of networks or of anything else."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    families: tuple[str, ...] = ()
    """The category of the layer of each row, for colours; empty where there are none."""
    note: str = ""
    """What explains a mark in the cells, in a line below."""
    is_chosen: bool = False
    """Whether somebody chose the columns: none of them is ever left out."""
    statuses: tuple[Status, ...] = ()
    """What became of that which each row is about; empty where nothing did."""

    def only(self, keep: Callable[[Heading], bool]) -> Table:
        """Return the table without the columns that are not to be kept."""
        if all(map(keep, self.headings)):
            return self
        chosen = [i for i, heading in enumerate(self.headings) if keep(heading)]

        def pick(row: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(row[i] for i in chosen) if row else ()

        return self._replace(
            headings=pick(self.headings),
            rows=tuple(pick(row) for row in self.rows),
            foot=pick(self.foot),
        )

    def column(self, role: Role) -> int | None:
        """Return the place of the first column of a role; nothing if there is none."""
        return next((i for i, heading in enumerate(self.headings) if heading.role == role), None)

    def signed(self, role: Role = "value") -> Table:
        """Return the table with the signs of its rows before what a column of a role says.

        Where there is no such column, they stand before what the first value of each row says.

        Examples
        --------
        >>> table = Table(
        ...     (
        ...         Heading("layer", "layer", "left"),
        ...         Heading("new", "status", "left", role="status"),
        ...     ),
        ...     (cells_of("conv1", "added"),),
        ...     statuses=(Status("added", "+", "good"),),
        ... )
        >>> [cell.text for cell in table.signed().rows[0]]
        ['+ conv1', 'added']
        >>> [cell.text for cell in table.signed("status").rows[0]]
        ['conv1', '+ added']
        """
        at = self.column(role)
        at = self.column("value") if at is None else at
        if not self.statuses or at is None:
            return self
        rows = (
            (
                *row[:at],
                row[at]._replace(text=f"{status.sign} {row[at].text}".strip()),
                *row[at + 1 :],
            )
            for row, status in zip(self.rows, self.statuses, strict=True)
        )
        return self._replace(rows=tuple(rows))

    def records(self) -> Iterator[dict[str, Value]]:
        """Yield the exact values of each row, by the keys of their columns."""
        keys = [heading.key for heading in self.headings]
        for row in self.rows:
            yield dict(zip(keys, (cell.value for cell in row), strict=True))

    def texts(self, role: Role) -> tuple[str, ...]:
        """Return what the column of a role says in each row; nothing if there is none."""
        at = self.column(role)
        return () if at is None else tuple(row[at].text for row in self.rows)

    def title(self, role: Role) -> str:
        """Return the title of the column of a role."""
        return next((heading.title for heading in self.headings if heading.role == role), "")

    def widths(self) -> tuple[int, ...]:
        """Return the cells of a terminal that each column needs."""
        lines = [*self.rows, self.foot] if self.foot else list(self.rows)
        return tuple(
            max(cells(heading.title), *(cells(legible(line[i].text)) for line in lines), 0)
            for i, heading in enumerate(self.headings)
        )


def tabulate(view: View, columns: Sequence[tuple[Column, int]] | None = None) -> Table:
    """Return the table of a view with the columns that its options ask for."""
    chosen = offered(view.options) if columns is None else columns
    ordered = in_order(view)
    return Table(
        tuple(Heading(c.key, c.heading(view.options), c.align, p) for c, p in chosen),
        tuple(_rows(view, ordered, [c for c, _ in chosen])),
        tuple(
            Cell("total", "total") if i == 0 else _foot(c, view) for i, (c, _) in enumerate(chosen)
        ),
        tuple(family(row) for row in ordered),
        is_chosen=bool(view.options.columns),
    )


def _rows(
    view: View, ordered: Sequence[LayerRow], columns: Sequence[Column]
) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of each row; layers that are alike share all that are not of their place."""
    of_place = [(i, c) for i, c in enumerate(columns) if c.of_place]
    known: dict[object, list[Cell]] = {}
    for row in ordered:
        like = row.only.likeness if row.only else None
        if (cells := known.get(like)) is None:
            cells = [_cell(c, c.get(row, view)) for c in columns]
            if like is not None:
                known[like] = cells
        else:
            for i, c in of_place:
                cells[i] = _cell(c, c.get(row, view))
        yield tuple(cells)


def _cell(column: Column, value: Value) -> Cell:
    return Cell(value, column.text(value))


def _foot(column: Column, view: View) -> Cell:
    return Cell("", "") if column.total is None else _cell(column, column.total(view))


def explained(table: Table) -> Table:
    """Return a table with a line that explains the mark, if a cell has it."""
    shown = any(cell.text.endswith((BESIDE, f"{BESIDE})")) for row in table.rows for cell in row)
    return table._replace(note=f"{BESIDE}: {NOTE}") if shown else table


def in_order(view: View) -> tuple[LayerRow, ...]:
    """Return the rows sorted by the column that the options name: numbers from the largest down."""
    if not view.options.sort:
        return view.rows
    key = column(view.options.sort)
    return tuple(sorted(view.rows, key=lambda row: sort_key(key.get(row, view))))


def sort_key(value: Value) -> tuple[int, Any]:
    """Return what puts large numbers first, then texts from A to Z, then what is not known."""
    if value is None:
        return (2, 0)
    if isinstance(value, str):
        head = LEADING.match(value)
        return (0, -int(head[0])) if head else (1, value)
    return (0, -value)


LEADING = re.compile(r"[0-9]+(?=$|[x+])")
"""The number that a shape or a field begins with."""


def family(row: LayerRow) -> str:
    """Return the category of a row's kind, or ``group``."""
    if row.main is not None:
        return row.main.node.layer.category
    if len({f.node.kind for f in row.facts}) > 1:
        return "group"
    return row.facts[0].node.layer.category
