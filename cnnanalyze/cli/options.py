"""Options that several commands share, each with its words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.errors import UsageError
from cnnanalyze.report.formats import own_formats

if TYPE_CHECKING:
    from cnnanalyze.cli.folders import Scan

OUTPUT, COUNTING, FOLDERS, CHOICE = "Output", "Counting", "Files in folders", "Which networks"
"""Groups of options in the help of a command."""


def format_option(
    formats: Any,  # noqa: ANN401 - as typer has it
    more: str = "by default what the name of the file says",
    *,
    extends: bool = False,
    tables: bool = False,
) -> Any:  # noqa: ANN401
    """Return the option that names the format of a result, one of a ``Literal`` or of some names.

    If others may extend the formats, those of installed packages are taken, too; of a result that
    is a table, also those that write tables alone.
    """
    known = get_args(formats) or tuple(formats)

    def offered() -> Sequence[str]:
        if not extends:
            return known
        from cnnanalyze.report.writers import known as names

        return tuple(dict.fromkeys((*known, *names(tables=tables))))

    # typer reads a Literal by itself, but refuses what is none of it without naming the nearest.
    def read(name: str) -> str:
        from cnnanalyze.report import check_format

        return check_format(name, known if name in known else offered())

    return typer.Option(
        "--format",
        "-f",
        parser=read,
        metavar="|".join(known),
        autocompletion=complete.one_of(offered),
        help=f"How the result is written; {more}.",
        show_default=False,
        rich_help_panel=OUTPUT,
    )


DOCUMENT_FORMATS, TABLE_FORMATS = own_formats(), own_formats(tables=True)
FindingFormat = Literal[
    "text",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "markdown",
    "html",
    "summary",
]
FindingReference = Annotated[
    FindingFormat | None,
    format_option(FindingFormat, "by default text, and github in GitHub Actions"),
]
FindingOutputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="[FORMAT=]FILE",
        help="Also write to a file; its ending decides the format unless FORMAT is given; "
        "may be repeated.",
        rich_help_panel=OUTPUT,
    ),
]

Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC",
        help="Files, folders, patterns, zoo:NAME, or - for stdin.",
        show_default=False,
        autocompletion=complete.specs,
    ),
]
Spec = Annotated[
    str,
    typer.Argument(
        metavar="SPEC",
        help="A file, zoo:NAME, or - for stdin.",
        show_default=False,
        autocompletion=complete.specs,
    ),
]
Format = Annotated[str | None, format_option(TABLE_FORMATS, extends=True, tables=True)]
Reference = Annotated[str | None, format_option(DOCUMENT_FORMATS, extends=True)]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file instead of stdout; its ending decides the format.",
        rich_help_panel=OUTPUT,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter of the spec; may be repeated.",
        autocompletion=complete.parameters,
    ),
]
Depth = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        help="Collapse everything deeper than N path components into one row; by default the "
        "table fits a screen.",
        rich_help_panel=OUTPUT,
    ),
]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Show a row for each layer, also for norms and activations, which otherwise stand in "
        "the row of their layer.",
        rich_help_panel=OUTPUT,
    ),
]
Columns = Annotated[
    str,
    typer.Option(
        "--columns",
        metavar="A,B,C",
        help="Columns of the table, in order, such as name,output,parameters,share.",
        rich_help_panel=OUTPUT,
        autocompletion=complete.list_of(complete.columns),
    ),
]
Sort = Annotated[
    str,
    typer.Option(
        "--sort",
        metavar="COLUMN",
        help="Sort the rows by a column, largest first.",
        rich_help_panel=OUTPUT,
        autocompletion=complete.one_of(complete.columns),
    ),
]
Convention = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="NAME",
        help="How operations are counted.",
        rich_help_panel=COUNTING,
        autocompletion=complete.one_of(complete.conventions),
    ),
]
Conventions = Annotated[
    bool,
    typer.Option(
        "--conventions",
        help="Print the counts of all known conventions, and where they differ from ours.",
        rich_help_panel=COUNTING,
    ),
]
Batch = Annotated[
    int,
    typer.Option(
        "--batch", metavar="N", help="Images at a time, for the memory.", rich_help_panel=COUNTING
    ),
]
Dtype = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="TYPE",
        help="Type of the numbers, for the memory.",
        rich_help_panel=COUNTING,
        autocompletion=complete.one_of(complete.dtypes),
    ),
]
Layout = Annotated[
    str,
    typer.Option(
        "--layout",
        metavar="hwc|chw",
        help="Order in which shapes are printed.",
        rich_help_panel=OUTPUT,
        autocompletion=complete.one_of(complete.layouts),
    ),
]
Memory = Annotated[
    str,
    typer.Option("--memory", metavar="SIZE", help="Memory that a run may need, such as 4GiB."),
]
Operations = Annotated[
    str,
    typer.Option(
        "--operations",
        metavar="N",
        help="Operations that a run may take, such as 500G; receptive fields are observed along "
        "as many lines as another N allow.",
    ),
]
Lines = Annotated[
    int | None,
    typer.Option(
        "--lines",
        metavar="N",
        min=3,
        help="Follow at most N lines of the input along each axis when receptive fields are "
        "observed, which is quicker; by default all.",
    ),
]
Notation = Annotated[
    str,
    typer.Option(
        "--notation",
        metavar="NAME",
        help="Symbols and habits: plain, ng, cs231n, bologna, keras or pytorch.",
        rich_help_panel=OUTPUT,
        autocompletion=complete.one_of(complete.notations),
    ),
]
Family = Annotated[
    str,
    typer.Option(
        "--family",
        metavar="NAME",
        help="Only networks of one family.",
        rich_help_panel=CHOICE,
    ),
]
Name = Annotated[
    str,
    typer.Option(
        "--name",
        metavar="PATTERN",
        help="Only networks whose name matches a pattern such as 'res*50', or contains this text.",
        rich_help_panel=CHOICE,
    ),
]
Since = Annotated[
    int | None,
    typer.Option(
        "--since",
        metavar="YEAR",
        help="Only networks of this year or later.",
        rich_help_panel=CHOICE,
    ),
]
Until = Annotated[
    int | None,
    typer.Option(
        "--until",
        metavar="YEAR",
        help="Only networks of this year or earlier.",
        rich_help_panel=CHOICE,
    ),
]
MinParameters = Annotated[
    str,
    typer.Option(
        "--min-parameters",
        metavar="N",
        help="Only networks with at least this many.",
        rich_help_panel=CHOICE,
    ),
]
MaxParameters = Annotated[
    str,
    typer.Option(
        "--max-parameters",
        metavar="N",
        help="Only networks with at most this many, such as 25M.",
        rich_help_panel=CHOICE,
    ),
]
MinMacs = Annotated[
    str,
    typer.Option(
        "--min-macs",
        metavar="N",
        help="Only networks with at least this many.",
        rich_help_panel=CHOICE,
    ),
]
MaxMacs = Annotated[
    str,
    typer.Option(
        "--max-macs",
        metavar="N",
        help="Only networks with at most this many, such as 4.1G.",
        rich_help_panel=CHOICE,
    ),
]


Patterns = list[str] | None
Exclude = Annotated[
    Patterns,
    typer.Option(
        metavar="PATTERNS",
        help="Skip these in folders, instead of the default exclusions; patterns as in .gitignore.",
        rich_help_panel=FOLDERS,
    ),
]
ExtendExclude = Annotated[
    Patterns,
    typer.Option(metavar="PATTERNS", help="Skip these as well.", rich_help_panel=FOLDERS),
]
Include = Annotated[
    Patterns,
    typer.Option(
        metavar="PATTERNS", help="In folders, read only these files.", rich_help_panel=FOLDERS
    ),
]
ForceExclude = Annotated[
    bool,
    typer.Option(
        "--force-exclude",
        help="Skip excluded files even if they are named explicitly.",
        rich_help_panel=FOLDERS,
    ),
]


def read_scan(
    exclude: Patterns,
    extend_exclude: Patterns,
    include: Patterns,
    force_exclude: bool,
    *,
    config: Path | None = None,
    isolated: bool = False,
) -> Scan:
    """Return what a command line says of the files in folders.

    Raises
    ------
    UsageError
        If a pattern cannot be used.
    """
    from cnnanalyze.cli.folders import Scan

    return Scan(
        _read_patterns("--exclude", exclude),
        _read_patterns("--extend-exclude", extend_exclude) or (),
        _read_patterns("--include", include),
        force_exclude,
        config,
        isolated,
    )


def _read_patterns(name: str, given: Patterns) -> tuple[str, ...] | None:
    from cnnanalyze.core.ignore_patterns import why_not
    from cnnanalyze.core.word_list import words_of

    if given is None:
        return None
    lines = tuple(line for text in given for line in words_of(text))
    if wrong := next(filter(None, map(why_not, lines)), ""):
        raise UsageError(f"{name}: {wrong}")
    return lines
