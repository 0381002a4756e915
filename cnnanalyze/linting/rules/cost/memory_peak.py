"""PC004: one moment that needs much more memory than all others."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class MemoryPeak(Rule):
    """One layer needs far more live activations than any other.

    Why: the peak decides whether a network fits into the memory of a small device. A single
    layer causes it here: if that one were smaller, the whole network would need less.

    Instead: make this layer's input or output smaller, or compute it in stripes.
    """

    code = "PC004"
    name = "memory-peak"
    severity = "info"
    needs = "analysis"
    formula = "largest live set > 1.5 times the next"
    source = "Lin et al. 2020, 'MCUNet': the peak limits the memory of microcontrollers"
    trips = "squeezenet1_0 and squeezenet1_1, c3d, vgg11, zfnet, lenet5: their first layers"
    thresholds = MappingProxyType({"times": 1.5, "layers": 4})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, relu, "
            "{conv: {filters: 8, kernel: 3}}, relu, gap]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- concat: [[], relu, tanh, sigmoid]\n- maxpool: 9\n",
            at=(4, 3),
            message="memory peak: 1,944 activations are live here, 1.98 times as many as "
            "anywhere else",
            path="concat1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the largest live set with the next one."""
        analysis = context.analysis
        assert analysis is not None
        live = analysis.memory.live
        if len(live) < self.threshold(context, "layers"):
            return
        peak, *others = sorted(live, reverse=True)
        if peak > self.threshold(context, "times") * others[0]:
            yield self.found(
                context,
                f"memory peak: {peak:,} activations are live here, {peak / others[0]:.3g} times "
                f"as many as anywhere else",
                node=analysis.network[analysis.memory.peak_at],
                help="make this layer's input or output smaller",
                values={"alive": peak, "elsewhere": others[0]},
            )
