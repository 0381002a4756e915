"""NA004: normalisations of normalisations."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import NORMS, SILENT, before, consumers, is_norm
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DoubleNorm(Rule):
    """A normalisation is applied to the output of another normalisation.

    Why: the second one cancels the scale and the shift of the first.

    Instead: keep one of them. Where a shortcut takes the first one's output past the second, both
    have their use, as at the beginning of Swin.
    """

    code = "NA004"
    name = "double-norm"
    traits = NORMS
    formula = "norm(norm(x))"
    source = "follows from the definition: the second one subtracts the mean and divides again"
    trips = "none of the 68 networks of torchvision 0.29"
    valid = (
        Case(
            "{cnn: 1, input: 7x7x3, layers: [batchnorm, {conv: {filters: 8, kernel: 3}}, "
            "batchnorm]}"
        ),
        Case("{cnn: 1, input: 7x7x3, layers: [{add: [batchnorm, []]}, batchnorm]}"),
        Case("{cnn: 1, input: 7x7x3, layers: [layernorm, {add: [[layernorm, relu], []]}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- batchnorm\n- batchnorm\n",
            at=(5, 3),
            message="normalisation applied twice: batchnorm after batchnorm1 (batchnorm)",
            path="batchnorm2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what every normalisation reads."""
        network = context.network
        assert network is not None
        for node in network:
            if not is_norm(node):
                continue
            sources = before(network, node, SILENT)
            if len(sources) != 1 or not is_norm(first := sources[0]):
                continue
            if len(consumers(network, first)) == 1:
                yield self.found(
                    context,
                    f"normalisation applied twice: {node.kind} after {first.id} ({first.kind})",
                    node=node,
                    help="keep one of them",
                    values={"first": first.id, "second": node.id},
                )
