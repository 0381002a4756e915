"""``cnnanalyze zoo``: which networks come along?"""

from __future__ import annotations

from cnnanalyze.cli import options as option

EXAMPLES = (
    ("cnnanalyze zoo --family ResNet", "one family"),
    ("cnnanalyze zoo --max-macs 600M --since 2017", "what is small and not too old"),
)


def zoo(
    *,
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
    """
    from cnnanalyze.api.references import zoo as networks
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import remark, write_document
    from cnnanalyze.report.zoo import Limits, Wanted, conditions, document, entries

    format = choose_document_format(format, output, tables=True)  # noqa: A001 - the name of the option
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
    write_document(document(found), format, output)
