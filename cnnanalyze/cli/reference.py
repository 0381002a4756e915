"""References: everything of a sort in one list, or one of it explained, in every format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cnnanalyze.report.document import Document


class Reference(Protocol):
    """A module of the report floor that has the reference of one sort of thing."""

    def find(self, name: str, /) -> Any:  # noqa: ANN401 - a rule, a kind of layer
        """Return the one of that name, or refuse it with the nearest."""

    def contents(self, *, whole: bool = False) -> Document:
        """Return the list, with what is to be said of each if it is to be whole."""

    def explained(self, thing: Any, /) -> Document:  # noqa: ANN401
        """Return what is to be said of one."""


def write_reference(
    reference: Reference,
    name: str,
    format: str | None,  # noqa: A002 - the name of the option
    output: Path | None,
) -> None:
    """Write the list in a format, or what is to be said of the one that is named."""
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import write_document
    from cnnanalyze.report.writers import find

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    if name:
        document = reference.explained(reference.find(name))
    else:
        document = reference.contents(whole=not find(format).is_brief)
    write_document(document, format, output)
