"""The difference of networks as rows: what is printed of it, in whatever format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.comparison.difference import compare
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.report.difference_totals import Compared, sorting
from cnnanalyze.report.document import Document
from cnnanalyze.report.options import Options
from cnnanalyze.report.terminal import Lines, terminal_width


@dataclass(frozen=True, repr=False)
class Difference(Compared, Tabular):
    """Networks compared with the first of them, ready to be looked at.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = cnn.compare("zoo:resnet18", "zoo:resnet34")
    >>> found
    <Difference: ResNet-34 against ResNet-18: 56 layers added, 0 removed, 0 changed>
    >>> found.comparisons[0].counts["added"], next(found.rows())["status"]
    (56, 'added')
    """

    def rows(self) -> Iterator[Row]:
        """Yield the layers that differ, each with what it adds before and afterwards."""
        for label, comparison in zip(self.labels[1:], self.comparisons, strict=True):
            for change in comparison.changes if self.everything else comparison:
                row: dict[str, Any] = {
                    "network": label,
                    "layer": change.path,
                    "kind": change.facts.node.kind,
                    "status": change.status,
                    "old_path": change.old_path,
                }
                for quantity in self.layer_quantities:
                    delta = change.delta(quantity, self.options.terms)
                    row[f"{quantity.key}_before"] = delta.before
                    row[f"{quantity.key}_after"] = delta.after
                yield row

    def headline(self) -> str:
        """Return in one line how much differs."""
        parts = []
        for label, comparison in zip(self.labels[1:], self.comparisons, strict=True):
            counts = comparison.counts
            found = ", ".join(f"{counts[s]} {s}" for s in ("removed", "changed"))
            parts.append(
                f"{label} against {self.labels[0]}: {counts['added']} layers added, {found}"
            )
        hidden = f"; and {len(parts) - MOST_TOLD} more" if len(parts) > MOST_TOLD else ""
        return "; ".join(parts[:MOST_TOLD]) + hidden

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data: what ``compare --format json`` prints."""
        from cnnanalyze.report.difference_json import to_dict  # noqa: PLC0415 - few ask for it

        return to_dict(self)

    def render(self, format: str = "text") -> str:  # noqa: A002
        """Return the comparison in a format of ``cnnanalyze compare --format``.

        Raises
        ------
        UsageError
            If there is no such format.
        """
        from cnnanalyze.report.writers import render  # noqa: PLC0415 - few write what they compare

        return render(self.document(), format, terminal_width())

    def document(self) -> Document:
        """Return the comparison as a document."""
        from cnnanalyze.report.difference_document import document  # noqa: PLC0415 - few look at it

        return document(self)

    def __rich__(self) -> Lines:
        from cnnanalyze.report.writers.terminal import Screen  # noqa: PLC0415

        return Screen(self.document())

    def __str__(self) -> str:
        return self.render()


MOST_TOLD = 3
"""Networks that one line names."""


def difference(
    analyses: Sequence[Analysis],
    options: Options | None = None,
    *,
    everything: bool = False,
    details: bool | None = None,
) -> Difference:
    """Compare every network with the first; of two, the details are shown, too."""
    first, *others = analyses
    options = options or Options()
    if options.sort:
        sorting(options)
    return Difference(
        tuple(analyses),
        tuple(compare(first, other) for other in others),
        options,
        everything,
        len(others) == 1 if details is None else details,
    )
