"""``cnnanalyze audit``: which printed figures hold, under which convention, why not the rest?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.core.files import is_folder
from cnnanalyze.errors import CnnError

EXAMPLES = (
    ("cnnanalyze audit zoo:resnet50", "which of the figures printed for it hold?"),
    ("cnnanalyze audit zoo:lectures", "the facts of five lectures, recomputed"),
)


def audit(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC",
            help="Files, folders, patterns, zoo:NAME, or - for stdin.",
            show_default=False,
            autocompletion=complete.audited,
        ),
    ],
    *,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    settings: option.Settings = None,
) -> None:
    """Hold printed figures against the computed ones, and say what makes the others.

    The figures stand under 'expect:' in a spec, in a table of several networks (a file that ends in
    .table), or among the facts of a lecture (.facts; zoo:lectures are five of them). Exit code 1 if
    one does not hold and is not marked wrong, or is marked wrong and holds.
    """
    from cnnanalyze.auditing.alternatives import Analyses
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import complain, write_document
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.report.audit_result import AuditResult, verdicts_on

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    given = read_settings(settings)
    failed: list[CnnError] = []
    analyses = Analyses()
    result = AuditResult()
    for name in _find(specs):
        try:
            result += verdicts_on(name, lambda one: load(str(one), given), analyses)
        except CnnError as error:
            failed.append(error)
    if result.audits or result.lectures:
        write_document(result.document(), format, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
    if not result.is_fine:
        raise typer.Exit(1)


def _find(names: list[str]) -> Iterator[str]:
    """Return specs, tables and lectures: those that are named, and of a folder all of them."""
    from cnnanalyze.cli.folders import files_below
    from cnnanalyze.cli.specs import find
    from cnnanalyze.errors import UsageError
    from cnnanalyze.report.audit_result import FIGURES, files_of

    for name in names:
        if (files := files_of(name)) != (name,) or name.endswith(FIGURES):
            yield from files
            continue
        below: list[str] = []
        if is_folder(name):
            below = [str(p) for p in files_below(Path(name), FIGURES)]
        with suppress(*([UsageError] if below else [])):  # a folder may hold tables alone
            yield from find([name])
        yield from below
