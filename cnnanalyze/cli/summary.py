"""``cnnanalyze summary``: what does every layer put out, hold, cost and see?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.report.terminal import Lines

Graph = Annotated[
    bool, typer.Option("--graph", help="Draw the architecture below the table, in lines of text.")
]


EXAMPLES = (
    ("cnnanalyze summary zoo:resnet50", "the table of its layers"),
    (
        "cnnanalyze summary zoo:resnet50 --depth 1 --columns name,output,macs,share",
        "one row for each stage",
    ),
    (
        "cnnanalyze summary zoo:vgg16 zoo:resnet50 -o both.md",
        "two networks side by side, as Markdown",
    ),
    (
        "cnnanalyze summary zoo:mobilenet_v1 --set width=0.5 --conventions",
        "a narrower one, as other tools would count it",
    ),
)


def summary(
    specs: option.Specs,
    *,
    format: option.Format = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    depth: option.Depth = None,
    columns: option.Columns = "",
    sort: option.Sort = "",
    convention: option.Convention = "mac",
    conventions: option.Conventions = False,
    batch: option.Batch = 1,
    dtype: option.Dtype = "float32",
    layout: option.Layout = "hwc",
    settings: option.Settings = None,
    graph: Graph = False,
) -> None:
    """Print shapes, parameters, operations, receptive fields and memory, layer by layer.

    Several specs give a table with one row for each. Counts are for one image.
    """
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import complain
    from cnnanalyze.cli.specs import find, load_all, read_settings
    from cnnanalyze.report.options import Options

    format = choose_format(  # noqa: A001 - the name of the option
        format, output, get_args(option.TableFormat), shows_network=True
    )
    given = {
        "depth": depth,
        "columns": tuple(c.strip() for c in columns.split(",") if c.strip()),
        "sort": sort,
        "convention": convention,
        "batch": batch,
        "dtype": dtype,
        "layout": layout,
    }
    if graph and (format != "table" or conventions):
        raise UsageError(
            "--graph draws below the table of 'summary', not in other formats",
            help="'cnnanalyze draw' writes a picture of its own",
        )
    Options.read(given)  # a wrong option is refused before any spec is read
    failed: list[CnnError] = []
    names = find(specs)
    analyses = [analyze(network) for network in load_all(names, read_settings(settings), failed)]
    if conventions:
        _print_conventions(analyses, format, output)
    elif analyses:
        _print(analyses, format, output, given, graph=graph, single=len(names) == 1)
    complain(failed)
    if failed:
        raise typer.Exit(2)


def _print(
    analyses: list[Analysis],
    format: str,  # noqa: A002
    output: Path | None,
    given: dict[str, Any],
    *,
    graph: bool,
    single: bool,
) -> None:
    from cnnanalyze.cli.output import show, write
    from cnnanalyze.report import compare, render
    from cnnanalyze.report.options import Options

    if format != "table":
        text = (
            render(analyses[0], format, **given) if single else compare(analyses, format, **given)
        )
        write(text, output, format)
        return
    from cnnanalyze.report.terminal import Together

    parts: list[Lines] = []
    if single:
        from cnnanalyze.report.terminal import summary as summarize

        parts.append(summarize(analyses[0], Options.read(given)))
    else:
        from cnnanalyze.report import refuse_depth
        from cnnanalyze.report.comparison import side_by_side
        from cnnanalyze.report.terminal import Grid

        chosen = refuse_depth(Options.read(given))
        parts.append(Grid(side_by_side(analyses, chosen)))
    if graph:
        from cnnanalyze.report.graph import Graphs

        parts.append(Graphs(analyses))
    show(Together(parts), output)


def _print_conventions(analyses: list[Analysis], format: str, output: Path | None) -> None:  # noqa: A002
    from cnnanalyze.cli.output import show, write
    from cnnanalyze.report.conventions import ConventionTable, render, to_dict
    from cnnanalyze.report.terminal import Together

    if format == "table":
        show(Together([ConventionTable(analysis) for analysis in analyses]), output)
    elif format == "json" and len(analyses) > 1:
        from cnnanalyze.report.json import dump

        data = {
            "schema": VERSIONS["conventions"],
            "networks": [to_dict(analysis) for analysis in analyses],
        }
        write(dump(data), output, format)
    else:
        write("".join(render(analysis, format) for analysis in analyses), output, format)
