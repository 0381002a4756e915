"""``cnnanalyze zoo``: which networks come along?"""

from __future__ import annotations

from cnnanalyze.cli import options as option


def zoo(
    *,
    format: option.Format = "table",  # noqa: A002 - the name of the option
    output: option.Output = None,
    family: option.Family = "",
) -> None:
    """List the networks that come with cnnanalyze, by family and year.

    Every one of them can be named as zoo:NAME wherever a command takes a spec.
    """
    from cnnanalyze.api import zoo as networks
    from cnnanalyze.cli.output import show_table, write
    from cnnanalyze.report import check_format
    from cnnanalyze.report.zoo import as_data, entries, tabulate

    check_format(format)
    found = entries(networks(), family)
    if format == "json":
        from cnnanalyze.report.json import dump

        write(dump(as_data(found)), output)
    else:
        show_table(tabulate(found), format, output)
