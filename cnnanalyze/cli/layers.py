"""``cnnanalyze layers``: which layer kinds are there, and what does one do?"""

from __future__ import annotations

from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

EXAMPLES = (
    ("cnnanalyze layers", "all of them"),
    ("cnnanalyze layers conv", "one, with formulas and worked examples"),
)


def layers(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]",
            help="A layer kind, or one of its aliases.",
            autocompletion=complete.one_of(complete.kinds),
        ),
    ] = "",
    *,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
) -> None:
    """List the layer kinds, or explain one: attributes, tensors, worked examples.

    Kinds that other packages provide are listed, too.
    """
    import cnnanalyze.layers  # noqa: F401 - fills the registry
    from cnnanalyze.cli.reference import write_reference
    from cnnanalyze.layers.base import KINDS
    from cnnanalyze.report import layer_reference

    KINDS.load_plugins()
    write_reference(layer_reference, kind, format, output)
