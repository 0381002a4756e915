"""LC003: padded pooling."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class PaddedPooling(Rule):
    """A pool has padding.

    Why: pooling summarises what is in the map; zeros at the border are not part of it, and
    lower an average. The courses pool without padding.

    Instead: let the windows fit without padding, such as 2x2 with stride 2 on an even map.
    """

    code = "LC003"
    name = "padded-pooling"
    severity = "warning"
    profiles = frozenset({"teaching"})
    needs = "analysis"
    formula = "p > 0 on a pool"
    source = (
        "CS231n, 'Pooling layer': it is not common to use zero-padding; Ng, "
        "deeplearning.ai course 4, week 1: p is very rarely used"
    )
    trips = "ResNet, GoogLeNet, Inception: 3x3 pools with padding 1"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 2\n"),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 2, padding: same}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 3, stride: 2, padding: 1}\n",
            at=(4, 44),
            message="pooling with padding 1+1",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at the padding of every pool, also where 'same' comes to some."""
        assert context.analysis is not None
        for facts in context.analysis:
            if not facts.node.layer.is_any(layer_queries.POOLS):
                continue
            padded = next((f for f in facts.fit if f.before or f.after), None)
            if padded is not None:
                yield self.found(
                    context,
                    f"pooling with padding {padded.before}+{padded.after}",
                    node=facts.node,
                    attribute="padding",
                    help="pool without padding, such as 2x2 with stride 2 on an even map",
                    values={"before": padded.before, "behind": padded.after},
                )
