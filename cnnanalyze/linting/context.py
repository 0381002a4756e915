"""Subjects: one spec as far as it could be read, with everything that a rule may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cnnanalyze.errors import Fault, Mark, Source
from cnnanalyze.graph.network import Network
from cnnanalyze.language import tree as trees
from cnnanalyze.language.document import Document
from cnnanalyze.language.node import Node
from cnnanalyze.language.tree import Scalar, Sequence, Tree

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.linting.budgets import Configured


class Written(NamedTuple):
    """A step as it stands in the text."""

    key: Scalar
    """The word of the operation."""
    arguments: Tree | None
    """What stands behind it."""
    step: trees.Mapping | None
    """The mapping with its reserved words; nothing if the step is a single word."""
    siblings: Sequence | None
    """The list that it stands in."""


class Subject:
    """One spec as far as it could be read.

    Parameters
    ----------
    source
        The text.
    tree
        What is written in this file; nothing if it is no YAML mapping.
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

    @property
    def has_configured(self) -> bool:
        """Whether the configuration says anything of budgets."""
        return self._configured is not None

    @cached_property
    def configured(self) -> Configured:
        """What the configuration says of budgets."""
        from cnnanalyze.linting.budgets import Configured  # noqa: PLC0415 - not every run needs it

        return Configured() if self._configured is None else self._configured()

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

    @cached_property
    def steps(self) -> dict[tuple[str, int, int], Written]:
        """Every step that is written in the spec, by the place of its word."""
        tree = self.tree if self.document is None else self.document.tree
        found: dict[tuple[str, int, int], Written] = {}
        if tree is not None:
            for written in _written(tree, None):
                mark = written.key.mark
                found[mark.source.name, mark.line, mark.column] = written
        return found

    def written(self, node: Node) -> Written | None:
        """Return the step that a layer was made from, as it stands in the text."""
        return self.steps.get((node.mark.source.name, node.mark.line, node.mark.column))

    def place(self, node: Node, attribute: str = "") -> Mark:
        """Return where a layer is written, or the value of one of its attributes if that is."""
        if attribute and (written := self.written(node)) is not None:
            arguments = written.arguments
            if isinstance(arguments, trees.Mapping):
                if (value := arguments.get(attribute)) is not None:
                    return value.mark
            elif arguments is not None and type(node.layer).principal == attribute:
                return arguments.mark
        return node.mark


def _written(tree: Tree, siblings: Sequence | None) -> Iterator[Written]:
    """Yield whatever in a tree could be a step; who asks knows the place of a real one."""
    if isinstance(tree, Scalar):
        yield Written(tree, None, None, siblings)
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _written(item, tree)
    else:
        for key, value in tree.entries:
            yield Written(key, value, tree, siblings)
            yield from _written(value, None)
