"""``cnnanalyze report``: everything about a network on one page that needs nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.core.files import exists, is_folder
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.linting.finding import Finding
    from cnnanalyze.report.options import Options
    from cnnanalyze.report.page.background import Background
    from cnnanalyze.report.page.overview import OverviewEntry

Target = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The page; for several specs a folder, which is made if it is not there.",
        show_default=False,
    ),
]
ENDINGS = (".html", ".htm")


class ReportPage(NamedTuple):
    """What is shown of one network."""

    name: str
    """The name of its file."""
    analysis: Analysis
    balance: Balance | None
    findings: Sequence[Finding]


class Shown(NamedTuple):
    """What every page shows besides."""

    answers: bool | None
    """Whether it shows worked answers; nothing: if there are few layers."""
    background: Background | None
    """The picture on which it shows what units see."""


EXAMPLES = (
    ("cnnanalyze report zoo:resnet50 -o resnet50.html", "one page with everything about it"),
    ("cnnanalyze report zoo:vgg16 --image cat.png -o vgg16.html", "what units see of your picture"),
    ("cnnanalyze report zoo:lenet5 --verify -o lenet5.html", "the same, and whether a run agrees"),
)


def report(
    specs: option.Specs,
    *,
    output: Target = "",
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Also run the networks, and report whether everything balances."
        ),
    ] = False,
    answers: Annotated[
        bool | None,
        typer.Option(
            "--answers/--no-answers",
            help="Show how the numbers of every layer are computed; by default for small networks.",
            show_default=False,
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(
            "--image",
            metavar="FILE",
            help="A picture on which the pages show what units see.",
            show_default=False,
        ),
    ] = None,
    convention: option.Convention = "mac",
    batch: option.Batch = 1,
    dtype: option.Dtype = "float32",
    layout: option.Layout = "hwc",
    memory: option.Memory = "1GiB",
    operations: option.Operations = "200G",
    lines: option.Lines = None,
    settings: option.Settings = None,
) -> None:
    """Write one HTML page with everything about a network; it needs no other file and no server.

    Without -o the page of one spec goes to stdout. Several specs give a folder with a page for each
    and an index.html. Exit code 1 if the page says that a published figure, a budget or the
    comparison with a run fails.
    """
    from cnnanalyze.cli.output import complain, write
    from cnnanalyze.cli.specs import find, read_settings
    from cnnanalyze.cli.verify import balancing
    from cnnanalyze.report.options import Options
    from cnnanalyze.report.page.background import read_background

    options = Options(convention=convention, batch=batch, dtype=dtype, layout=layout)
    balance = balancing(memory, operations, lines)
    shown = Shown(answers, read_background(image) if image is not None else None)
    names = find(specs)
    folder = _folder(names, output)
    failed: list[CnnError] = []
    pages = _analyze(names, read_settings(settings), failed, balance if verify else None)
    if folder is not None:
        _write_folder(pages, folder, options, shown)
    elif pages:
        text, _ = _render(pages[0], options, shown)
        write(text, Path(output) if output else None, "html")
    complain(failed)
    if failed:
        raise typer.Exit(2)
    if any(map(_fails, pages)):
        raise typer.Exit(1)


# --- where it goes --------------------------------------------------------------------------------


def _folder(names: Sequence[str], output: str) -> Path | None:
    """Return the folder that the pages go to; nothing if it is one page."""
    from cnnanalyze.cli.formats import choose_format

    path = Path(output)
    if output and (is_folder(path) or output.endswith(("/", "\\"))):
        return path
    if len(names) == 1:
        if not output and sys.stdout.isatty():
            raise UsageError(
                "a page cannot be printed to a terminal",
                help="'-o FILE.html' writes it to a file",
            )
        named = path if output else None
        choose_format("", named, ("html",), has_option=False, shows_network=True)
        return None
    if not output:
        raise UsageError(
            f"{len(names)} specs give {len(names)} pages, and stdout takes one",
            help="'-o FOLDER' writes them to a folder, with an index.html",
        )
    if path.suffix.lower() in ENDINGS or exists(path):
        raise UsageError(
            f"{len(names)} specs give {len(names)} pages, and '{output}' is one file",
            help="name a folder: every network gets a page of its own, and an index.html leads "
            "to them",
        )
    return path


def file_names(names: Sequence[str]) -> list[str]:
    """Return a file name for the page of each spec, each once.

    Examples
    --------
    >>> file_names(["zoo:vgg16", "a/net.yaml", "b/net.yaml", "index.yaml"])
    ['vgg16.html', 'net.html', 'net-2.html', 'index-2.html']
    """
    taken = {"index.html"}
    found = []
    for name in names:
        stem = "stdin" if name == "-" else Path(name.removeprefix("zoo:")).stem
        file, number = f"{stem}.html", 1
        while file.lower() in taken:
            number += 1
            file = f"{stem}-{number}.html"
        taken.add(file.lower())
        found.append(file)
    return found


def _write_folder(
    pages: Sequence[ReportPage], folder: Path, options: Options, shown: Shown
) -> None:
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.report.page import overview

    if not pages:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the folder '{folder}': {(error.strerror or str(error)).lower()}",
            help="choose a folder where you may write",
        ) from None
    entries = []
    for page in pages:
        text, entry = _render(page, options, shown)
        write_file(folder / page.name, text)
        entries.append(entry)
    write_file(folder / "index.html", overview.to_html(entries))


# --- what is on it --------------------------------------------------------------------------------


def _analyze(
    names: Sequence[str],
    settings: dict[str, object],
    failed: list[CnnError],
    balance: Callable[..., Balance] | None,
) -> list[ReportPage]:
    """Analyze specs; those that cannot be read or run are noted, and the rest go on."""
    from contextlib import nullcontext

    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.specs import load
    from cnnanalyze.cli.verify import Watch, watching

    pages = []
    bars = watching(len(names)) if balance is not None else nullcontext(Watch())
    with bars as watch:
        for name, file in zip(names, file_names(names), strict=True):
            try:
                network = load(name, settings)
                found = None
                if balance is not None:
                    progress = watch.begin(network.name)
                    found = balance(network, progress=progress)
                analysis = analyze(network)
                pages.append(ReportPage(file, analysis, found, _lint(name, analysis)))
            except CnnError as error:
                failed.append(error)
    return pages


def _lint(name: str, analysis: Analysis) -> Sequence[Finding]:
    from cnnanalyze.linting.engine import lint_network
    from cnnanalyze.linting.run import Configuration

    own = Path(name).parent if name != "-" and not name.startswith("zoo:") else Path()
    settings = Configuration().of(own)
    return lint_network(analysis.network, settings, analysis=analysis).findings


def _render(page: ReportPage, options: Options, shown: Shown) -> tuple[str, OverviewEntry]:
    from cnnanalyze.report.page import network
    from cnnanalyze.report.page.answers import FEW, work
    from cnnanalyze.report.page.overview import enter
    from cnnanalyze.report.page.variants import variants

    answers = len(page.analysis) <= FEW if shown.answers is None else shown.answers
    text = network.to_html(
        page.analysis,
        options,
        balance=page.balance,
        findings=page.findings,
        answers=work(page.analysis) if answers else None,
        background=shown.background,
        variants=variants(page.analysis),
    )
    return text, enter(page.analysis, page.name, options, page.balance)


def _fails(page: ReportPage) -> bool:
    """Whether the page says that something is wrong with the network or with our numbers."""
    from cnnanalyze.crosscheck.budget import check_budgets
    from cnnanalyze.crosscheck.claims import check_claims
    from cnnanalyze.language.spec import spec_of

    if page.balance is not None and not page.balance.is_balanced:
        return True
    checks = page.balance.claims if page.balance else check_claims(page.analysis)
    budgets = spec_of(page.analysis.network).budgets
    return not (
        all(c.is_fine for c in checks)
        and all(c.is_kept for c in check_budgets(page.analysis, budgets))
    )
