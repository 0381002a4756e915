"""SH007: uneven padding."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule
from cnnanalyze.linting.window_coverage import sides, windowed


@rule
class UnevenPadding(Rule):
    """The windows read less padding on the far side than on the near side.

    Why: the windows stop before the padded border, so they read zeros mainly on one side; the
    maps become spatially biased and get blind spots.

    Instead: choose an input size with which (n + 2p - d(k - 1) - 1) is divisible by the stride.
    """

    code = "SH007"
    name = "uneven-padding"
    severity = "info"
    profiles = frozenset({"strict"})
    needs = "analysis"
    formula = "0 < (n + 2p - d(k - 1) - 1) mod s <= p"
    source = "Alsallakh et al. 2021, 'Mind the Pad: CNNs can develop blind spots', ICLR"
    trips = (
        "any 224x224 input under a 3x3 kernel with stride 2 and padding 1: 53 "
        "of 68 networks of torchvision 0.29"
    )
    valid = (
        Case(
            "cnn: 1\n"
            "input: 33x33x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2, padding: 1}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2, padding: 1}\n",
            at=(4, 3),
            message="uneven padding: 1 is read before height 32, but 0 after it",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the padding that windows read on both sides."""
        for facts in windowed(context):
            node = facts.node
            for axis, (fit, k, s, d, n) in enumerate(sides(facts)):
                used = (fit.output - 1) * s + d * (k - 1) + 1 - fit.before - n
                if fit.before > used >= 0:
                    yield self.found(
                        context,
                        f"uneven padding: {fit.before} is read before "
                        f"{axis_name(axis, len(facts.fit))} {n}, but {used} after it",
                        node=node,
                        help=f"use {n + s - (fit.before - used) % s}: both sides are then padded "
                        f"equally",
                        values={"before": fit.before, "behind": used},
                    )
                    break
