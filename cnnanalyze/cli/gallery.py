"""``cnnanalyze gallery``: a page for every network, and one that leads to them all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.core.files import is_file
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from cnnanalyze.report.page.gallery import Card

FEW = 4
"""For fewer pages than this it takes longer to start processes than to write them."""


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
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Processes; by default one per core."),
    ] = None,
) -> None:
    """Write a folder of pages: one for each network, some exhibits, and an index.

    The same specs give the same bytes, on every machine.
    """
    paths = _paths(specs or ["zoo:*"])
    pages = dict(_pages(paths, jobs or os.cpu_count() or 1))
    if check:
        raise typer.Exit(1 if _compare(pages, output) else 0)
    _write(pages, output)


def _paths(specs: list[str]) -> dict[str, Path]:
    """Return the specs by the names that their pages get."""
    from cnnanalyze.cli.specs import STDIN, find
    from cnnanalyze.language.zoo import find_spec, zoo

    found: dict[str, Path] = {}
    for name in find([s for s in specs if s != "zoo:*"]):
        if name == STDIN:
            raise UsageError("a gallery is made from files, not from stdin")
        path = find_spec(name)
        if path.stem in found and found[path.stem] != path:
            raise UsageError(
                f"'{found[path.stem]}' and '{path}' would share the page {path.stem}.html",
                help="give one of the files another name",
            )
        found[path.stem] = path
    if "zoo:*" in specs:
        found = {**zoo(), **found}
    return found


def _pages(paths: dict[str, Path], jobs: int) -> Iterator[tuple[str, str]]:
    """Yield the pages by the names of their files."""
    from cnnanalyze.report.page.gallery import INDEX, exhibit, index, possible
    from cnnanalyze.report.page.gallery_pages import EXHIBITS

    shown = possible(paths)
    reserved = {INDEX, *(e.name for e in EXHIBITS)}
    if taken := sorted(reserved & set(paths)):
        raise UsageError(
            f"'{paths[taken[0]]}' would have the page {taken[0]}.html, which the gallery needs",
            help="give the file another name",
        )
    cards: list[Card] = []
    for card, page in _hang_all(paths, jobs):
        cards.append(card)
        yield f"{card.file}.html", page
    for e in shown:
        yield f"{e.name}.html", exhibit(e, paths)
    yield f"{INDEX}.html", index(cards, shown)


def _hang_all(paths: dict[str, Path], jobs: int) -> Iterator[tuple[Card, str]]:
    """Make the pages of all networks, in several processes where that is quicker."""
    from cnnanalyze.report.page.gallery import hang

    if jobs == 1 or len(paths) < FEW:
        for name, path in paths.items():
            yield hang(path, name)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from cnnanalyze.core.processes import end_silently, starting

    # Started afresh: a copy of this process would share what threads of ours hold.
    context = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(paths)), context, end_silently) as pool:
        # The largest first, so that no process ends long after the others.
        order = sorted(paths, key=lambda n: (-paths[n].stat().st_size, n))
        try:
            with starting():
                found = {n: pool.submit(hang, paths[n], n) for n in order}
            for name in paths:
                yield found[name].result()
        except CnnError:
            pool.shutdown(cancel_futures=True)
            raise
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)  # who ends is waited for here, not amid the exit
            raise


def _write(pages: dict[str, str], folder: Path) -> None:
    from cnnanalyze.cli.output import remark
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.report.numbers import count_of, size

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the folder '{folder}': {(error.strerror or str(error)).lower()}"
        ) from None
    for name, text in pages.items():
        write_file(folder / name, text)
    for path in _superfluous(pages, folder):
        path.unlink()
    total = sum(len(text.encode()) for text in pages.values())
    remark(f"{count_of(len(pages), 'page')} in {folder}, {size(total)}")


def _superfluous(pages: dict[str, str], folder: Path) -> list[Path]:
    """Return the pages of an earlier gallery that are no longer part of it."""
    return sorted(
        path
        for path in folder.glob("*.html")
        if path.name not in pages and b'content="cnnanalyze ' in path.read_bytes()[:4096]
    )


def _compare(pages: dict[str, str], folder: Path) -> int:
    """Name the files that differ from what would be written; return how many there are."""
    from cnnanalyze.cli.output import write
    from cnnanalyze.report.numbers import count_of

    lines = []
    for name, text in sorted(pages.items()):
        path = folder / name
        if not is_file(path):
            lines.append(f"missing    {path}")
        elif path.read_bytes() != text.encode():
            lines.append(f"different  {path}")
    lines += [f"left over  {path}" for path in _superfluous(pages, folder)]
    well = f"{count_of(len(pages), 'page')} in {folder}, all as they would be written"
    write("".join(f"{line}\n" for line in lines or [well]))
    return len(lines)
