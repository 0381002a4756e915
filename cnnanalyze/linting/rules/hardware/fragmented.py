"""HW006: many small operations side by side."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, POOLS
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Fragmented(Rule):
    """Many convolutions and pools read the same map in parallel.

    Why: each of them is small, has its own overhead and reads the map again. On a device with
    many units one large operation is faster than several small ones of the same total cost.

    Instead: merge convolutions with equal kernels into one and split its output, or use fewer
    branches.
    """

    code = "HW006"
    name = "fragmented"
    severity = "info"
    profiles = frozenset({"target:mobile"})
    formula = "convolutions and pools that read one map > branches"
    source = "Ma et al. 2018, 'ShuffleNet V2', guideline G3: fragmentation reduces parallelism"
    trips = "Inception, NASNet, AmoebaNet, PNASNet"
    thresholds = MappingProxyType({"branches": 3})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x8, layers: [{concat: [{conv: {filters: 8, kernel: 1}}, "
            "{conv: {filters: 8, kernel: 3, padding: 1}}]}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x8\nlayers:\n- relu\n- concat:\n"
            "  - {conv: {filters: 8, kernel: 1}}\n"
            "  - {conv: {filters: 8, kernel: 3, padding: 1}}\n"
            "  - {conv: {filters: 8, kernel: 5, padding: 2}}\n"
            "  - {maxpool: {kernel: 3, stride: 1, padding: 1}}\n",
            at=(4, 3),
            message="4 convolutions and pools read this map in parallel",
            path="relu1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Count what reads every map."""
        network = context.network
        assert network is not None
        most = self.threshold(context, "branches")
        for id_, ids in network.consumers.items():
            found = (network[reader] for reader in ids)
            readers = [n for n in found if n.layer.is_any(CONVOLUTIONS | POOLS)]
            if len(readers) > most:
                node = network.by_id.get(id_)
                yield self.found(
                    context,
                    f"{len(readers)} convolutions and pools read this map in parallel",
                    node=node,
                    path="" if node is not None else id_,
                    help="merge those with equal kernels, or use fewer branches",
                    values={"readers": tuple(n.id for n in readers)},
                )
