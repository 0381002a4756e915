"""JSON: the data of the subject, not the document that says them to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnnanalyze.report.document import Document
from cnnanalyze.report.json import pieces
from cnnanalyze.report.writers.writer import Format, writer


@writer("json", ".json")
class Json(Format):
    """Writes the data."""

    is_brief: ClassVar[bool] = True

    def write(self, document: Document) -> str:
        """Return the data that the document is made of."""
        return "".join(self.pieces(document))

    def pieces(self, document: Document) -> Iterator[str]:
        """Yield the data block by block."""
        return pieces(document.data())
