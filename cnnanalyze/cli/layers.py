"""``cnnanalyze layers``: which layer kinds are there, and what does one do?"""

from __future__ import annotations

from typing import Annotated

import typer

from cnnanalyze.cli import options as option


def layers(
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="A layer kind, or one of its aliases.")
    ] = "",
    *,
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, json or markdown.")
    ] = "text",
    output: option.Output = None,
) -> None:
    """List the layer kinds, or explain one: attributes, tensors, worked examples."""
    import cnnanalyze.layers  # noqa: F401 - fills the registry
    from cnnanalyze.cli.output import write
    from cnnanalyze.report import check_format, kinds
    from cnnanalyze.report.json import dump

    check_format(format, ("text", "json", "markdown"))
    if kind:
        cls = kinds.find(kind)
        match format:
            case "json":
                text = dump(kinds.to_dict(cls))
            case "markdown":
                text = kinds.one_markdown(cls)
            case _:
                text = kinds.one_text(cls)
    else:
        match format:
            case "json":
                text = dump(kinds.all_dict())
            case "markdown":
                text = kinds.all_markdown()
            case _:
                text = kinds.all_text()
    write(text, output)
