"""``cnnanalyze gallery``: a page for every network, and one that leads to them all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.errors import UsageError

EXAMPLES = (
    ("cnnanalyze gallery specs -o pages", "a page for every spec in a folder"),
    (
        "cnnanalyze gallery specs -o pages --check",
        "does a folder still hold what would be written?",
    ),
)


def gallery(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC",
            help="Files, folders, patterns or zoo:NAME; without any, the whole zoo.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the pages go.")
    ] = Path("reports"),
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; exit with 1 and name the files that would change."
        ),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="What 'verify --record' wrote; by default verification.json in FOLDER.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Processes; by default one per core."),
    ] = None,
) -> None:
    """Write a folder of pages: one for each network, some examples, and an index.

    The pages share style and scripts in FOLDER/assets, and each network has its data in a file
    beside its page. The same specs and the same record give the same bytes, on every machine. A
    page says that its network is verified if the record speaks of just this network.
    """
    from cnnanalyze.cli.output import remark, write
    from cnnanalyze.crosscheck.record import NAME, read_record
    from cnnanalyze.report.page.gallery_folder import Gallery, files_of

    paths = _paths(specs or ["zoo:*"])
    verified = (
        read_record(output / NAME) if record is None else read_record(record, must_exist=True)
    )
    pages = Gallery(files_of(paths, jobs or os.cpu_count() or 1, verified))
    if not check:
        pages.write(output)
        remark(f"{pages.count} in {output}, {pages.size}")
        return
    found = pages.differences(output)
    well = f"{pages.count} in {output}, all as they would be written"
    write("".join(f"{line}\n" for line in found or [well]))
    if found:
        raise typer.Exit(1)


def _paths(specs: list[str]) -> dict[str, Path]:
    """Return the specs by the names that their pages get."""
    from cnnanalyze.cli.specs import STDIN, find
    from cnnanalyze.language.zoo import find_spec, zoo
    from cnnanalyze.report.page.gallery_folder import by_page

    names = list(find([s for s in specs if s != "zoo:*"]))
    if STDIN in names:
        raise UsageError("a gallery is made from files, not from stdin")
    found = by_page(map(find_spec, names))
    return {**zoo(), **found} if "zoo:*" in specs else found
