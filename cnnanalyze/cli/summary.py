"""``cnnanalyze summary``: what are the shapes, counts and receptive fields of the layers?"""

from typing import Annotated

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.errors import CnnError, UsageError

Graph = Annotated[
    bool, typer.Option("--graph", help="Draw the architecture below the table, in lines of text.")
]


EXAMPLES = (
    ("cnnanalyze summary zoo:resnet50", "the table of its layers"),
    (
        "cnnanalyze summary zoo:resnet50 --depth 1 --columns name,output,macs,share",
        "one row for each stage",
    ),
    ("cnnanalyze summary zoo:resnet18 --all", "a row for each layer, norms and activations too"),
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
    all: option.All = False,  # noqa: A002 - the name of the option
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
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import complain, write_document
    from cnnanalyze.cli.specs import find, load_all, read_settings
    from cnnanalyze.report.options import Options

    format = choose_document_format(  # noqa: A001 - the name of the option
        format, output, tables=True, shows_network=True
    )
    if graph and (format in {"json", "csv"} or conventions):
        raise UsageError(
            "--graph draws below the table of 'summary', and json, csv and --conventions have none",
            help="'cnnanalyze draw' writes a picture of its own",
        )
    chosen = Options.read(  # a wrong option is refused before any spec is read
        {
            "depth": depth,
            "all": all,
            "columns": columns,
            "sort": sort,
            "convention": convention,
            "batch": batch,
            "dtype": dtype,
            "layout": layout,
        }
    )
    failed: list[CnnError] = []
    names = find(specs)
    are_open = len(names) == 1 and not conventions
    networks = list(load_all(names, read_settings(settings), failed, open_sizes=are_open))
    if networks and networks[0].assumed:
        from cnnanalyze.crosscheck.closed_forms import find_closed_forms
        from cnnanalyze.report.closed_forms import describe

        write_document(describe(find_closed_forms(networks[0])), format, output)
        return
    analyses = [analyze(network) for network in networks]
    if analyses:
        if conventions:
            from cnnanalyze.report.conventions import conventions as counted

            document = counted(analyses)
        elif len(names) == 1:
            from cnnanalyze.report.summary import summary as summarize

            document = summarize(analyses[0], chosen, graph=graph)
        else:
            from cnnanalyze.report.networks import networks as beside

            document = beside(analyses, chosen, graph=graph)
        write_document(document, format, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
