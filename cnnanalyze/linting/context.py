"""Contexts: one spec as far as it could be read, with everything that a rule may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from cnnanalyze.core import tree as trees
from cnnanalyze.errors import Fault, Source
from cnnanalyze.graph.network import Network
from cnnanalyze.language.document import Document

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.graph.training import Training
    from cnnanalyze.language.sections import Budgets
    from cnnanalyze.linting.configured_budgets import Configured


class RuleContext:
    """One spec as far as it could be read.

    Parameters
    ----------
    source
        The text.
    tree
        What is written in this file; nothing if it is not YAML mapping.
    document, network
        What was read, as far as the reading came.
    faults
        What is wrong with the text; the network is there only if nothing is.
    target
        The hardware that the network is meant for.
    thresholds
        By code and name: the thresholds that were configured.
    configured
        The budgets of the configuration; those of the spec are in the document.
    analysis
        What the rules of the layers say, where that is known already.
    """

    def __init__(
        self,
        source: Source,
        tree: trees.Mapping | None = None,
        document: Document | None = None,
        network: Network | None = None,
        faults: tuple[Fault, ...] = (),
        target: str | None = None,
        thresholds: Mapping[str, Mapping[str, float]] | None = None,
        configured: Callable[[], Configured] | None = None,
        analysis: Analysis | None = None,
    ) -> None:
        self.source = source
        self.tree = tree
        self.document = document
        self.network = network
        self.faults = faults
        self.target = target
        self.thresholds = thresholds or {}
        self._configured = configured
        self._analysis = analysis

    def of(self, network: Network) -> RuleContext:
        """Return the same spec with another network of it."""
        return RuleContext(
            self.source,
            self.tree,
            self.document,
            network,
            self.faults,
            self.target,
            self.thresholds,
            self._configured,
        )

    @property
    def has_configured(self) -> bool:
        """Whether the configuration says anything of budgets."""
        return self._configured is not None

    @cached_property
    def configured(self) -> Configured:
        """What the configuration says of budgets."""
        from cnnanalyze.linting.configured_budgets import Configured  # noqa: PLC0415 - not every run needs it

        return Configured() if self._configured is None else self._configured()

    @property
    def training(self) -> Training | None:
        """How the network is trained, if the spec says so."""
        return None if self.document is None else self.document.written.train

    @property
    def loss(self) -> str:
        """The loss with which the network is trained, or nothing."""
        return "" if self.training is None else self.training.loss

    @property
    def budgets(self) -> Budgets | None:
        """What the network may cost, if the spec says so."""
        return None if self.document is None else self.document.budgets

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.source.text

    @cached_property
    def analysis(self) -> Analysis | None:
        """What the rules of the layers say of the network, if there is one."""
        if self.network is None or self._analysis is not None:
            return self._analysis
        from cnnanalyze.analysis.pipeline import analyze  # noqa: PLC0415 - not every run needs it

        return analyze(self.network)
