"""``cnnanalyze schema``: what may a spec say, for editors, and what forms has other data?"""

from __future__ import annotations

from typing import Annotated

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option

EXAMPLES = (
    ("cnnanalyze schema -o cnn.schema.json", "for editors; a spec names it at its top"),
    ("cnnanalyze schema net.yaml", "with the blocks and parameters of that spec, too"),
    ("cnnanalyze schema --of lint", "of what 'lint --format json' writes"),
)


def schema(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="A spec whose own blocks and parameters the schema shall know.",
            autocompletion=complete.specs,
        ),
    ] = "",
    *,
    of: Annotated[
        str,
        typer.Option(
            metavar="FORM",
            help="Of other data instead: of what a command writes (summary, lint, ...), or of a "
            "file that is read (configuration, sheet, ...).",
            autocompletion=complete.one_of(complete.forms),
        ),
    ] = "",
    output: option.Output = None,
) -> None:
    """Print a JSON Schema of the spec language, for completion and checks in editors.

    Write it to a file and begin specs with '# yaml-language-server: $schema=FILE'.
    """
    import cnnanalyze.layers  # noqa: F401 - fills the registry
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.errors import UsageError
    from cnnanalyze.language.schema import build_schema
    from cnnanalyze.report.json import dump

    format = choose_format("", output, ("json",), has_option=False)  # noqa: A001 - as elsewhere
    if of and file:
        raise UsageError(
            f"FILE and --of {of} exclude each other",
            help="FILE extends the schema of specs; remove one of the two",
        )
    if of:
        from cnnanalyze.schemas import schema_of

        write(dump(schema_of(of)), output, format)
        return
    if not file:
        write(dump(build_schema()), output, format)
        return
    from pathlib import Path

    from cnnanalyze.language.document import open_document
    from cnnanalyze.language.zoo import find_spec

    write(dump(build_schema(open_document(Path(find_spec(file))))), output, format)
