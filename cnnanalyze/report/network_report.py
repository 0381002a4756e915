"""A network's report as an object of Python: sums and layers, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from cnnanalyze.analysis.result import Analysis, NodeFacts, Total
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import Spec, spec_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from cnnanalyze.report.options import PageOptions, ReportOptions


@dataclass(frozen=True, repr=False)
class Report(Tabular):
    """What the rules say of a network, ready to be looked at: in a terminal, a notebook, a file.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> report = cnn.analyze("zoo:vgg16")
    >>> report.total.parameters, report.total.operations("mac")
    (138357544, 15470264320)
    >>> report.total.operations("flop") > 2 * report.total.operations("mac")
    True
    """

    analysis: Analysis
    """Everything that was computed, layer by layer."""

    @property
    def network(self) -> Network:
        """The network."""
        return self.analysis.network

    @property
    def spec(self) -> Spec:
        """The network with what its text says besides: claims, training, budgets, parameters."""
        return spec_of(self.analysis.network)

    @property
    def total(self) -> Total:
        """The sums over all layers."""
        return self.analysis.total

    @property
    def status(self) -> str:
        """``complete``, or ``partial`` if something could not be counted."""
        return self.analysis.status

    def __getitem__(self, layer: str | int) -> NodeFacts:
        return self.analysis[layer]

    def __contains__(self, layer: object) -> bool:
        return layer in self.analysis

    def __iter__(self) -> Iterator[NodeFacts]:
        return iter(self.analysis)

    def __len__(self) -> int:
        return len(self.analysis)

    @cached_property
    def _dict(self) -> dict[str, Any]:
        from cnnanalyze.report.json import to_dict

        return to_dict(self.analysis)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data: what ``--format json`` prints."""
        return dict(self._dict)

    def render(
        self,
        format: str = "text",  # noqa: A002
        *,
        graph: bool = False,
        **options: Unpack[ReportOptions],
    ) -> str:
        """Return the report as text in a format of ``cnnanalyze summary --format``.

        Parameters
        ----------
        format
            ``text``, ``markdown``, ``latex``, ``html``, ``json`` or ``csv``, or what packages add.
        graph
            Whether the architecture is drawn below the table, as by ``summary --graph``; ``json``
            and ``csv`` have no drawing.
        **options
            The options of ``cnnanalyze summary``; ``width`` is that of the terminal.

        Raises
        ------
        UsageError
            If a format, an option, a column or a convention is unknown.
        """
        from cnnanalyze.report.options import Options
        from cnnanalyze.report.summary import summary
        from cnnanalyze.report.terminal import terminal_width
        from cnnanalyze.report.writers import render

        chosen = Options.read(options)
        document = summary(self.analysis, chosen, graph=graph)
        return render(document, format, chosen.width or terminal_width())

    def to_html(self, **options: Unpack[PageOptions]) -> str:
        """Return the page of ``cnnanalyze report``: one file that needs nothing else.

        Parameters
        ----------
        **options
            The options of ``cnnanalyze report``; besides, ``balance``: what ``verify`` found,
            ``findings``: what ``lint`` found, and ``answers``: worked answers by layer, as HTML
            that is trusted.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> cnn.analyze("zoo:lenet5").to_html().startswith("<!DOCTYPE html>")
        True
        """
        from cnnanalyze.report.options import Options
        from cnnanalyze.report.page.network import to_html

        words: dict[str, Any] = dict(options)
        parts = {k: words.pop(k) for k in ("balance", "findings", "answers") if k in words}
        return to_html(self.analysis, Options.read(words), **parts)

    def __rich__(self) -> RenderableType:
        from cnnanalyze.report.summary import summary
        from cnnanalyze.report.writers.terminal import Screen

        return Screen(summary(self.analysis))

    def rows(self) -> Iterator[Row]:
        """Yield the layers, each with the exact value of every column of ``summary``."""
        from cnnanalyze.report.options import Options
        from cnnanalyze.report.summary import exact_table

        yield from exact_table(self.analysis, Options()).records()

    def headline(self) -> str:
        """Return in one line what the network costs."""
        t = self.total
        return (
            f"{self.network.name}: {len(self)} layer{'s' * (len(self) != 1)}, "
            f"{t.parameters:,} parameters, {t.operations('mac'):,} MACs, {self.status}"
        )

    def _repr_html_(self) -> str:
        from cnnanalyze.report.notebook import to_html

        return to_html(self.analysis)

    def __str__(self) -> str:
        return self.render()

    def __repr__(self) -> str:
        return f"<Report of {self.headline()}>"
