"""``cnnanalyze grade``: students' answers marked, each wrong one with how it came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.cli.solve import Sheet, read_one
from cnnanalyze.core.files import is_folder
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from cnnanalyze.course.grading.answers import Paper
    from cnnanalyze.course.sheets.sheet import Credit


EXAMPLES = (
    (
        "cnnanalyze grade zoo:first_course answers.csv",
        "which answers are right, and what led to the others",
    ),
    ("cnnanalyze grade zoo:first_course answers -o class.html", "a folder of answers, as a page"),
)


def grade(
    sheet: Sheet,
    answers: Annotated[
        list[str],
        typer.Argument(
            metavar="ANSWERS",
            help="Files of answers (YAML, JSON, CSV), folders of them, or - for YAML on stdin.",
            show_default=False,
        ),
    ],
    *,
    format: option.Format = None,  # noqa: A002 - the name of the option
    credit: Annotated[
        str,
        typer.Option(
            "--credit",
            metavar="SHARE[,SHARE]",
            help="Credit for a wrong answer explained by one slip, or by two; such as 0.5,0.25.",
        ),
    ] = "",
    output: option.Output = None,
) -> None:
    """Mark answers, and say of each wrong one which slip leads exactly there.

    Exit code 0 if all is right, 1 if an answer is wrong, missing or not understood, 2 if a file
    could not be read, or something in it belongs to no question.
    """
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import complain, write_document
    from cnnanalyze.course.grading.grade import grade as mark
    from cnnanalyze.course.sheets.solve import solve as work_out
    from cnnanalyze.report.graded import document

    format = choose_document_format(format, output, tables=True)  # noqa: A001 - the name of the option
    solved = work_out(read_one(sheet))
    shares = _credit(credit, solved.sheet.credit)
    failed: list[CnnError] = []
    papers = _papers(answers, failed)
    graded = mark(solved, papers, credit=shares, failures=[e.message for e in failed])
    if papers:
        write_document(document(graded), format, output)
    if graded.faults:
        failed.append(CnnError(*graded.faults))
    complain(failed)
    if failed:
        raise typer.Exit(2)
    if not graded.is_right:
        raise typer.Exit(1)


def _credit(text: str, sheet: Credit) -> Credit:
    from fractions import Fraction

    if not text:
        return sheet
    try:
        shares = [Fraction(part.strip()) for part in text.split(",")]
    except (ValueError, ZeroDivisionError):
        shares = []
    if not 1 <= len(shares) <= MOST_SHARES or not all(0 <= s <= 1 for s in shares):
        raise UsageError(
            f"--credit takes one share or two between 0 and 1, not '{text}'",
            help="for example --credit 0.5,0.25",
        )
    one, two = (*shares, Fraction(0))[:MOST_SHARES]
    return sheet._replace(one_slip=one, two_slips=two)


MOST_SHARES = 2
"""For one slip, and for two."""


def _papers(names: list[str], failed: list[CnnError]) -> list[Paper]:
    """Read all files; those that cannot be read are noted, and the rest go on."""
    from cnnanalyze.cli.specs import STDIN
    from cnnanalyze.core.files import read_stdin
    from cnnanalyze.course.grading.answers import load_papers, read_papers

    found: list[Paper] = []
    for name in _files(names):
        try:
            if name == STDIN:
                found += read_papers(read_stdin(), "<stdin>")
            else:
                found += load_papers(name)
        except CnnError as error:
            failed.append(error)
    return found


def _files(names: list[str]) -> list[str]:
    from cnnanalyze.course.grading.answers import ENDINGS

    found: list[str] = []
    for name in names:
        path = Path(name)
        if not is_folder(path):
            found.append(name)
            continue
        inside = sorted(str(p) for p in path.iterdir() if p.suffix.lower() in ENDINGS)
        if not inside:
            raise UsageError(
                f"the folder '{name}' contains no answers",
                help=f"answers are files that end in {', '.join(ENDINGS)}",
            )
        found += inside
    return list(dict.fromkeys(found))
