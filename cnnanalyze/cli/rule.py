"""``cnnanalyze rule``: which lint rules are there, and what does one say?"""

from __future__ import annotations

from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

EXAMPLES = (
    ("cnnanalyze rule", "all of them"),
    ("cnnanalyze rule even-kernel", "one, with what to do and cases"),
)


def rule(
    code: Annotated[
        str,
        typer.Argument(
            metavar="[CODE]",
            help="The code or the name of a rule.",
            autocompletion=complete.one_of(complete.rules),
        ),
    ] = "",
    *,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
) -> None:
    """List the lint rules, or explain one: condition, why, what to do, source, cases."""
    from cnnanalyze.cli.reference import write_reference
    from cnnanalyze.report.findings import rule_reference

    write_reference(rule_reference, code, format, output)
