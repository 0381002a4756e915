"""NA008: dropout before batch normalisation."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import consumers
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DropoutBeforeNorm(Rule):
    """A batch normalisation comes after a dropout.

    Why: dropout changes the variance of its output, but only in training. The statistics that
    batch normalisation collects in training are then wrong for inference ("variance shift").

    Instead: move the dropout after the last batch normalisation.
    """

    code = "NA008"
    name = "dropout-before-norm"
    traits = frozenset({Trait.DROPOUT})
    severity = "info"
    formula = "dropout on a path to batchnorm"
    source = (
        "Li et al. 2018, 'Understanding the disharmony between dropout and batch normalization by "
        "variance shift'; NeuraLint rule f006"
    )
    trips = "DeepLabv3 of torchvision (dropout between its pyramid and its head)"
    valid = (
        Case("{cnn: 1, input: 7x7x3, layers: [batchnorm, relu, {dropout: 0.2}, {dense: 10}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 7x7x3\nlayers:\n- dropout: 0.2\n"
            "- conv: {filters: 8, kernel: 3, bias: false}\n- batchnorm\n",
            at=(4, 3),
            message="dropout of 0.2 before a batch normalisation, batchnorm1",
            path="dropout1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Walk on from every dropout."""
        network = context.network
        assert network is not None
        for node in network:
            if Trait.DROPOUT not in node.layer.traits or not getattr(node.layer, "rate", 0):
                continue
            seen = {node.id}
            waiting = [node]
            while waiting:
                here = waiting.pop(0)
                if Trait.BATCH_STATISTICS in here.layer.traits:
                    rate = getattr(node.layer, "rate", 0)
                    yield self.found(
                        context,
                        f"dropout of {float(rate):g} before a batch normalisation, {here.id}",
                        node=node,
                        help="move the dropout after the last batch normalisation",
                        values={"rate": float(rate), "norm": here.id},
                    )
                    break
                new = [n for n in consumers(network, here) if n.id not in seen]
                seen |= {n.id for n in new}
                waiting += new
