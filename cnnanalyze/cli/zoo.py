"""``cnnanalyze zoo``: which networks come along?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.report.zoo import ZooEntry

EXAMPLES = (
    ("cnnanalyze zoo --family ResNet", "one family"),
    ("cnnanalyze zoo --max-macs 600M --since 2017", "what is small and not too old"),
    ("cnnanalyze zoo --plot net.yaml", "MACs against parameters, with a network of yours"),
    ("cnnanalyze zoo --plot -o zoo.html", "the picture as a page; as a figure with -o zoo.svg"),
)


def zoo(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC",
            help="Networks of your own, for --plot: files, folders, patterns or - for stdin.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ] = None,
    *,
    plot: Annotated[
        bool,
        typer.Option(
            "--plot",
            help="Show MACs against parameters; -o takes an .svg, too.",
            rich_help_panel=option.OUTPUT,
        ),
    ] = False,
    format: option.Format = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    family: option.Family = "",
    name: option.Name = "",
    since: option.Since = None,
    until: option.Until = None,
    min_parameters: option.MinParameters = "",
    max_parameters: option.MaxParameters = "",
    min_macs: option.MinMacs = "",
    max_macs: option.MaxMacs = "",
) -> None:
    """List the networks that come with cnnanalyze, by family and year.

    Every one of them can be named as zoo:NAME wherever a command takes a spec. Options may be
    combined; a network is listed if it satisfies all of them.

    With --plot they are shown as a picture, in which networks of your own have their place.
    """
    from cnnanalyze.api.references import zoo as networks
    from cnnanalyze.cli.formats import ENDINGS, choose_document_format
    from cnnanalyze.cli.output import remark, write_document
    from cnnanalyze.report.zoo import Limits, Wanted, conditions, document, entries

    if specs and not plot:
        raise UsageError(
            "'zoo' lists the included networks only",
            help="'cnnanalyze zoo --plot SPEC' places yours among them; "
            "'cnnanalyze summary SPEC' tells its numbers",
        )
    is_figure = plot and not format and output and output.suffix.lower() in ENDINGS["svg"]
    if not is_figure:
        format = choose_document_format(format, output, tables=True)  # noqa: A001 - the option
    wanted = Wanted(
        family,
        name,
        since,
        until,
        Limits.read("parameters", min_parameters, max_parameters),
        Limits.read("macs", min_macs, max_macs),
    )
    found = entries(networks(), wanted)
    if not found:
        remark(f"remark: no network of the zoo satisfies all of {conditions(wanted)}")
    if plot:
        _plot(found, specs or [], format, output)
        return
    write_document(document(found), format or "", output)


def _plot(
    found: tuple[ZooEntry, ...],
    specs: list[str],
    format: str | None,  # noqa: A002 - the name of the option
    output: Path | None,
) -> None:
    """Write the picture; without a format it is a figure."""
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.output import write, write_document
    from cnnanalyze.cli.specs import find, load
    from cnnanalyze.report.zoo_plot import document, placed, svg

    own = [analyze(load(name, {})) for name in find(specs)]
    if not found and not own:
        return
    if format:
        write_document(document(found, own), format, output)
    else:
        write(svg(placed(found, own)), output, "svg")
