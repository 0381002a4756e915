"""Tables in a terminal: where groups and remarks are, and what a narrow one leaves out."""

from __future__ import annotations

from cnnanalyze.report.grid import Grid
from cnnanalyze.report.table import Cell, Heading, Table

HEADINGS = (
    Heading("source", "source", "left", role="group"),
    Heading("figure", "figure", "left"),
    Heading("printed", "printed", "right"),
    Heading("why", "what explains it", "left", role="remark"),
)
REASON = "one bias for each layer instead of one for each filter"


def figures(*rows: tuple[str, str, str, str]) -> Grid:
    """Return a table of printed figures, each with a reason."""
    cells = tuple(tuple(Cell(text, text) for text in row) for row in rows)
    return Grid(Table(HEADINGS, cells))


TWO = figures(("table 1", "MACs", "3150", ""), ("table 1", "parameters", "101", REASON))


def test_a_group_and_a_remark_are_columns_where_there_is_room() -> None:
    assert TWO.plain(100) == (
        "source   figure      printed  what explains it\n"
        "───────  ──────────  ───────  ──────────────────────────────────────────────────────\n"
        "table 1  MACs           3150\n"
        f"table 1  parameters      101  {REASON}\n"
    )


def test_without_room_a_remark_is_below_its_row() -> None:
    assert TWO.plain(60) == (
        "source   figure      printed\n"
        "───────  ──────────  ───────\n"
        "table 1  MACs           3150\n"
        "table 1  parameters      101\n"
        "    one bias for each layer instead of one for each filter\n"
    )


def test_without_room_a_group_is_above_the_rows_that_share_it() -> None:
    assert TWO.plain(25) == (
        "  figure      printed\n"
        "  ──────────  ───────\n"
        "table 1\n"
        "  MACs           3150\n"
        "  parameters      101\n"
        "      one bias for each\n"
        "        layer instead of\n"
        "        one for each\n"
        "        filter\n"
    )


def test_remarks_of_several_lines_are_below_in_any_width() -> None:
    table = figures(("a", "MACs", "3150", "cut off\nby chance"))
    assert table.plain(1_000).splitlines()[2:] == [
        "a       MACs       3150",
        "    cut off",
        "    by chance",
    ]


def test_columns_that_somebody_chose_are_never_left_out() -> None:
    headings = tuple(Heading(f"h{i}", f"h{i}", "right", i) for i in range(9))
    row = tuple(Cell(10**5 + i, f"{10**5 + i}") for i in range(9))
    chosen = Grid(Table(headings, (row,), is_chosen=True)).plain(20)
    assert all(cell.text in chosen for cell in row)
    assert "no room here" not in chosen
    assert "no room here for h2" in Grid(Table(headings, (row,))).plain(20)
