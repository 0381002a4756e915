"""LC005: claimed shape."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.crosscheck.claims import check
from cnnanalyze.language.spec import spec_of
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ClaimedShape(Rule):
    """The declared output shape of a layer is not the computed one.

    Why: 'expect' gives the shape that a source printed for the layer; one of the two is wrong.

    Instead: fix the layer or the figure; if the source itself is wrong, mark it: 'verdict:
    wrong' with its reason.
    """

    code = "LC005"
    name = "claimed-shape"
    section = "expect"
    severity = "error"
    profiles = frozenset({"default"})
    needs = "analysis"
    formula = "expect: layers: NAME: output != computed output"
    source = (
        "the lectures' own tables of layer sizes hold some misprints; see their claims in specs/"
    )
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "expect:\n"
            "- {source: table 1, layers: {conv1: {output: 30x30x8}}}\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "expect:\n"
            "- {source: table 1, layers: {conv1: {output: {printed: 28x28x8, verdict: wrong, "
            "reason: misprint}}}}\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "expect:\n"
            "- {source: table 1, layers: {conv1: {output: 28x28x8}}}\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n",
            at=(4, 46),
            message="'table 1' declares 28x28x8 for conv1, but the output is 30x30x8",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the declared outputs with the computed ones."""
        assert context.analysis is not None
        network = context.analysis.network
        for claim in spec_of(network).claims:
            if claim.quantity != "output" or claim.verdict == "wrong":
                continue
            if dict(claim.settings) != dict(spec_of(network).settings):
                continue  # it speaks of another variant
            result = check(claim, context.analysis)
            if result.outcome == "fails":
                yield self.found(
                    context,
                    f"'{claim.source}' declares {claim.printed} for {claim.layer}, but the "
                    f"output is {result.computed}",
                    mark=claim.mark,
                    path=claim.layer,
                    help="fix the layer or the figure, or mark it 'verdict: wrong' with a reason",
                    values={"declared": claim.printed, "computed": result.computed},
                )
