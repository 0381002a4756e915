"""``cnnanalyze explain``: why is a number what it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.course.explanations.explanation import Explanation


EXAMPLES = (
    (
        "cnnanalyze explain zoo:lecture_001_lenet conv1 parameters",
        "how the parameters of a layer are counted",
    ),
    (
        "cnnanalyze explain zoo:lecture_001_lenet conv1 field --notation ng",
        "its receptive field, in the symbols of a lecture",
    ),
    ("cnnanalyze explain zoo:lecture_001_lenet --table ng", "the layer table of that lecture"),
)


def explain(
    spec: option.Spec,
    layer: Annotated[
        str,
        typer.Argument(
            metavar="[LAYER]",
            help="A layer or a block, by its id or a unique end of it; by default the whole "
            "network.",
            autocompletion=complete.layers,
        ),
    ] = "",
    quantity: Annotated[
        str,
        typer.Argument(
            metavar="[QUANTITY]",
            help="What to explain, such as output, macs or field; by default everything.",
            autocompletion=complete.quantities,
        ),
    ] = "",
    *,
    notation: option.Notation = "plain",
    format: option.Reference = None,  # noqa: A002 - the name of the option
    table: Annotated[
        str,
        typer.Option(
            "--table",
            metavar="STYLE",
            help="Print the layer table of a lecture instead: ng, vnit, keras or mobilenet.",
            rich_help_panel=option.OUTPUT,
            autocompletion=complete.one_of(complete.lecture_tables),
        ),
    ] = "",
    output: option.Output = None,
    settings: option.Settings = None,
) -> None:
    """Work out any number of a layer or of the network: formula, numbers, result, reasons."""
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import write_document
    from cnnanalyze.cli.specs import load, read_settings
    from cnnanalyze.core.quantities import known
    from cnnanalyze.course.explanations.notation import notation as find_notation

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    find_notation(notation)
    network = load(spec, read_settings(settings), open_sizes=not table)
    if network.assumed:
        from cnnanalyze.crosscheck.closed_forms import find_closed_forms
        from cnnanalyze.report.closed_forms import explain as describe

        if not quantity and layer not in network and known(layer) is not None:
            layer, quantity = "", layer
        write_document(describe(find_closed_forms(network), layer, quantity), format, output)
        return
    analysis = analyze(network)
    if table:
        from cnnanalyze.report.lecture_tables import document as draw_table

        document = draw_table(analysis, table)
    else:
        from cnnanalyze.report.derivation.blocks import document as explain_all

        found = _asked(analysis, layer, quantity, notation)
        document = explain_all(analysis.network.name, found)
    write_document(document, format, output)


def _asked(analysis: Analysis, layer: str, quantity: str, notation: str) -> list[Explanation]:
    from cnnanalyze.course.explanations.explain import explain as work_out
    from cnnanalyze.course.explanations.explain import (
        find_layer,
        is_quantity,
        quantities,
        words_for,
    )

    # A quantity may stand where a layer would: it is then one of the whole network.
    if is_quantity(layer) and not quantity and not analysis.group(layer):
        layer, quantity = "", layer
    layer = find_layer(analysis, layer)
    wanted = words_for(analysis, layer, quantity) if quantity else quantities(analysis, layer)
    return [work_out(analysis, layer, one, notation) for one in wanted]
