"""``cnnanalyze audit``: which printed figures hold, under which convention, why not the rest?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.core.files import is_folder
from cnnanalyze.errors import CnnError

if TYPE_CHECKING:
    from cnnanalyze.auditing.alternatives import Analyses
    from cnnanalyze.auditing.verdict import Audit
    from cnnanalyze.course.lectures.verdict import Examined


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
    format: option.CheckedFormat = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    settings: option.Settings = None,
) -> None:
    """Hold printed figures against the computed ones, and say what makes the others.

    The figures stand under 'expect:' in a spec, in a table of several networks (a file that ends in
    .table), or among the facts of a lecture (.facts; zoo:lectures are five of them). Exit code 1 if
    one does not hold and is not marked wrong, or is marked wrong and holds.
    """
    from cnnanalyze.auditing.alternatives import Analyses
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import complain
    from cnnanalyze.cli.specs import read_settings
    from cnnanalyze.course.lectures.facts import ENDING

    format = choose_format(format, output, get_args(option.CheckFormat))  # noqa: A001 - the name of the option
    given = read_settings(settings)
    failed: list[CnnError] = []
    analyses = Analyses()
    audits: list[Audit] = []
    lectures: list[Examined] = []
    for name in _find(specs):
        try:
            if name.endswith(ENDING):
                lectures.append(_recompute(name))
            else:
                audits.append(_examine(name, given, analyses))
        except CnnError as error:
            failed.append(error)
    _print(audits, lectures, format, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
    if not (all(a.is_fine for a in audits) and all(one.is_fine for one in lectures)):
        raise typer.Exit(1)


def _print(
    audits: list[Audit],
    lectures: list[Examined],
    format: str,  # noqa: A002
    output: Path | None,
) -> None:
    """Print specs and tables as ever, and lectures fact by fact below them."""
    from cnnanalyze.cli.output import show, write
    from cnnanalyze.report import lecture_facts
    from cnnanalyze.report.audit import Audits, render, to_dict

    if not audits and not lectures:
        return
    if format == "table":
        from cnnanalyze.report.terminal import Together

        shown = [Audits(audits)] if audits else []
        show(Together([*shown, *([lecture_facts.Lectures(lectures)] if lectures else [])]), output)
    elif not lectures:
        write(render(audits, format), output, format)
    elif format == "json":
        write(lecture_facts.to_json(lectures, to_dict(audits)), output, format)
    else:
        parts = [render(audits, format)] if audits else []
        text = "\n".join([*parts, lecture_facts.render(lectures, format)])
        write(text, output, format)


def _recompute(name: str) -> Examined:
    from cnnanalyze.course.lectures.facts import read_lecture
    from cnnanalyze.course.lectures.recompute import examine

    return examine(read_lecture(Path(name)))


def _examine(name: str, given: dict[str, object], analyses: Analyses) -> Audit:
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.auditing.examine import audit
    from cnnanalyze.auditing.tables import ENDING, audit_table, read_table
    from cnnanalyze.cli.specs import load

    if name.endswith(ENDING):
        return audit_table(read_table(Path(name)), analyses)
    return audit(analyze(load(name, given)), analyses)


def _find(names: list[str]) -> Iterator[str]:
    """Return specs, tables and lectures: those that are named, and of a folder all of them."""
    from cnnanalyze.auditing.tables import ENDING as TABLE
    from cnnanalyze.cli.folders import files_below
    from cnnanalyze.cli.specs import find
    from cnnanalyze.course.lectures.facts import ENDING as FACTS
    from cnnanalyze.errors import UsageError

    for name in names:
        if name.endswith((TABLE, FACTS)):
            yield name
            continue
        if found := list(_of_zoo(name)):
            yield from map(str, found)
            continue
        below: list[str] = []
        if is_folder(name):
            below = [str(p) for p in files_below(Path(name), (TABLE, FACTS))]
        with suppress(*([UsageError] if below else [])):  # a folder may hold tables alone
            yield from find([name])
        yield from below


def _of_zoo(name: str) -> Iterator[Path]:
    """Return the table or the lectures that ``zoo:NAME`` names, if it names any."""
    from cnnanalyze.auditing.tables import ENDING as TABLE
    from cnnanalyze.course.lectures.facts import ENDING as FACTS
    from cnnanalyze.language.zoo import ZOO, house

    word = name.removeprefix(ZOO)
    if word == name:
        return
    yield from (p for p in (house() / "tables").glob(f"*{TABLE}") if p.stem == word)
    for path in sorted((house() / "lectures").glob(f"*{FACTS}")):
        if word in {"lectures", f"lecture_{path.stem}"}:
            yield path
