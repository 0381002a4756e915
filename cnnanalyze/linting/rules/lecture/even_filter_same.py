"""LC002: even filter same."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class EvenFilterSame(Rule):
    """An even filter has 'same' padding.

    Why: 'same' needs f - 1 zeros along an axis; for an even f that number is odd, so one side
    gets one more than the other.

    Instead: use an odd filter: then p = (f - 1)/2 is a whole number, and the filter has a
    centre.
    """

    code = "LC002"
    name = "even-filter-same"
    severity = "warning"
    profiles = frozenset({"teaching"})
    needs = "network"
    formula = "f mod 2 = 0, padding same, s = 1: p = (f - 1)/2 is not a whole number"
    source = "Ng, deeplearning.ai course 4, week 1, 'Padding': by convention f is usually odd"
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 5, padding: same}\n"),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 2, stride: 2, padding: same}\n"
        ),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 4}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 4, padding: same}\n",
            at=(4, 30),
            message=(
                "p = (f - 1)/2 = (4 - 1)/2 = 1.5 is not a whole number: one side gets one zero more"
            ),
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every convolution with the padding 'same'."""
        assert context.network is not None
        for node in context.network:
            if (
                not node.layer.is_any(layer_queries.CONVOLUTIONS)
                or node.attributes.get("padding") != "same"
            ):
                continue
            sides = zip(layer_queries.kernel(node), layer_queries.stride(node), strict=True)
            even = next((f for f, s in sides if f % 2 == 0 and s == 1), None)
            if even is not None:
                yield self.found(
                    context,
                    f"p = (f - 1)/2 = ({even} - 1)/2 = {(even - 1) / 2} is not a whole number: "
                    f"one side gets one zero more",
                    node=node,
                    attribute="kernel",
                    help=f"use a filter of {even - 1} or {even + 1}",
                    values={"f": even, "p": (even - 1) / 2},
                )
