"""``cnnanalyze solve``: a homework sheet with every answer worked out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.course.sheets.sheet import Sheet as Homework

Sheet = Annotated[
    str,
    typer.Argument(
        metavar="SHEET",
        help="A sheet in YAML, zoo:NAME for an included one, or - for stdin.",
        show_default=False,
        autocompletion=complete.sheets,
    ),
]
Notation = Annotated[
    str,
    typer.Option(
        "--notation",
        metavar="NAME",
        help="Symbols of all answers: plain, ng, cs231n, bologna, keras or pytorch; "
        "by default what the sheet says.",
        rich_help_panel=option.OUTPUT,
        autocompletion=complete.one_of(complete.notations),
    ),
]


EXAMPLES = (
    ("cnnanalyze solve zoo:first_course", "a sheet with every answer worked out"),
    (
        "cnnanalyze solve zoo:first_course --unsolved -o sheet.md",
        "the questions alone, to be handed out",
    ),
)


def solve(
    sheet: Sheet,
    *,
    notation: Notation = "",
    format: option.Reference = None,  # noqa: A002 - the name of the option
    brief: Annotated[
        bool, typer.Option("--brief", help="The answers without the working.")
    ] = False,
    unsolved: Annotated[
        bool, typer.Option("--unsolved", help="The questions with their data, to be handed out.")
    ] = False,
    output: option.Output = None,
) -> None:
    """Work out every question of a homework sheet.

    Every number comes from the rules by which networks are analyzed; the guide on homework says
    what a sheet can ask.
    """
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import write_document
    from cnnanalyze.course.explanations.notation import notation as find_notation
    from cnnanalyze.course.sheets.solve import solve as work_out
    from cnnanalyze.report.sheet import Style, document

    if brief and unsolved:
        raise UsageError(
            "--brief and --unsolved exclude each other: one shortens the answers, "
            "the other omits them"
        )
    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    if notation:
        find_notation(notation)
    solved = work_out(read_one(sheet), notation)
    write_document(document(solved, Style(brief, unsolved)), format, output)


def read_one(name: str) -> Homework:
    """Read a sheet from a file, from those that come along, or from stdin."""
    from cnnanalyze.cli.specs import STDIN
    from cnnanalyze.core.files import read_stdin
    from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
    from cnnanalyze.errors import Source

    if name == STDIN:
        return read_sheet(Source("<stdin>", read_stdin()), Path())
    return load_sheet(name)
