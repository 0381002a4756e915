"""TE016: kernels that become smaller."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, kernel, main_path
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class KernelShrinks(Rule):
    """A convolution has a smaller kernel than one before it on the main path.

    Why: in the first textbook networks kernels keep their size or grow with depth. Nearly every
    good network since breaks the rule: a wide stem, then 3x3, then 1x1.

    Instead: nothing, if the kernel is intended.
    """

    code = "TE016"
    name = "kernel-shrinks"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "k < k before"
    source = "NeuraLint rule f016 (Nikanjam et al., arXiv 2105.08095)"
    trips = "60 of the 68 networks of torchvision 0.29: of little value"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, "
            "{conv: {filters: 8, kernel: 3}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 5}\n"
            "- conv: {filters: 8, kernel: 3}\n",
            at=(5, 30),
            message="kernel 3 is smaller than the 5 of conv1",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the convolutions of the main path; the first that shrinks is told."""
        network = context.network
        assert network is not None
        widest = None
        for node in main_path(network):
            if not node.layer.is_any(CONVOLUTIONS):
                continue
            if widest is not None and max(kernel(node)) < max(kernel(widest)):
                yield self.found(
                    context,
                    f"kernel {max(kernel(node))} is smaller than the {max(kernel(widest))} of "
                    f"{widest.id}",
                    node=node,
                    attribute="kernel",
                    help="check that this is intended",
                    values={"kernel": kernel(node), "before": kernel(widest)},
                )
                return
            widest = node
