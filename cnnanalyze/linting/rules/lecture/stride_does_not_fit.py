"""LC001: stride does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule
from cnnanalyze.linting.window_coverage import sides, windowed


@rule
class StrideDoesNotFit(Rule):
    """The windows do not fit: (n - f + 2p)/s is not a whole number.

    Why: the course's formula then gives a fraction. Frameworks round it down and leave part of
    the map, or padding on one side, unread.

    Instead: choose the stride, the padding or the size so that the division has no remainder.
    """

    code = "LC001"
    name = "stride-does-not-fit"
    severity = "warning"
    profiles = frozenset({"teaching"})
    needs = "analysis"
    formula = "(n + 2p - d(f - 1) - 1) mod s > 0"
    source = (
        "CS231n, 'Spatial arrangement', constraints on strides; Ng, "
        "deeplearning.ai course 4, week 1: the result is rounded down"
    )
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 5, stride: 3}\n"),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 2\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, stride: 2}\n",
            at=(4, 41),
            message=(
                "(32 - 3)/2 + 1 = 15.50 is not a whole number of windows along height; rounded "
                "to 15"
            ),
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2, padding: 1}\n",
            at=(4, 41),
            message=(
                "(32 - 3 + 2)/2 + 1 = 16.50 is not a whole number of windows along height; "
                "rounded to 16"
            ),
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Divide, for every axis of every layer with windows."""
        for facts in windowed(context):
            node = facts.node
            for axis, (fit, f, s, d, n) in enumerate(sides(facts)):
                if fit.exact:
                    continue
                room = n + fit.before + fit.after - d * (f - 1) - 1
                padding = f" + {fit.before + fit.after}" if fit.before or fit.after else ""
                extent = d * (f - 1) + 1
                yield self.found(
                    context,
                    f"({n} - {extent}{padding})/{s} + 1 = {room / s + 1:.2f} is not a whole "
                    f"number of windows along {axis_name(axis, len(facts.fit))}; rounded to "
                    f"{fit.output}",
                    node=node,
                    attribute="stride",
                    help="choose stride, padding or size so that the division has no remainder",
                    values={"n": n, "f": f, "s": s, "p": fit.before, "remainder": room % s},
                )
                break
