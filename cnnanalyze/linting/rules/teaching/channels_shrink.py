"""TE023: channels that become fewer."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, main_path
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ChannelsShrink(Rule):
    """A convolution on the main path has fewer filters than one before it.

    Why: in the first textbook networks the number of filters grows as the map shrinks.
    Bottlenecks, dense blocks, fire modules and decoders narrow deliberately.

    Instead: nothing, if the width is intended.
    """

    code = "TE023"
    name = "channels-shrink"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "filters < filters before"
    source = "NeuraLint rule f023 (Nikanjam et al., arXiv 2105.08095)"
    trips = "42 of the 68 networks of torchvision 0.29: of little value"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, "
            "{conv: {filters: 16, kernel: 3}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 16, kernel: 3}\n"
            "- conv: {filters: 8, kernel: 3}\n",
            at=(5, 19),
            message="8 filters are fewer than the 16 of conv1",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the convolutions of the main path; the first that shrinks is told."""
        network = context.network
        assert network is not None
        last = None
        for node in main_path(network):
            if not node.layer.is_any(CONVOLUTIONS):
                continue
            if last is not None and node.output.channels < last.output.channels:
                yield self.found(
                    context,
                    f"{node.output.channels} filters are fewer than the {last.output.channels} "
                    f"of {last.id}",
                    node=node,
                    attribute="filters",
                    help="check that this is intended",
                    values={"filters": node.output.channels, "before": last.output.channels},
                )
                return
            last = node
