"""GR008: twin siblings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class TwinSiblings(Rule):
    """Two layers without parameters compute the same result from the same input.

    Why: the same values are computed and stored twice. Activations are not reported: they are
    cheap, and frameworks compute them in place.

    Instead: compute it once and let both readers use it.
    """

    code = "GR008"
    name = "twin-siblings"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "same kind, same attributes, same input, no parameters"
    source = "common subexpressions, as compilers remove them"
    trips = (
        "NASNet-A, whose normal cell adds an average pool to itself; AmoebaNet "
        "and PNASNet, whose cells pool one map in several branches"
    )
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{maxpool: {kernel: 3, stride: 1, padding: same}}], [{avgpool: {kernel: "
            "3, stride: 1, padding: same}}]]\n"
        ),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- add: [[{dropout: 0.5}], [{dropout: 0.5}]]\n"),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{avgpool: {kernel: 3, stride: 1, padding: same}}], [{avgpool: {kernel: "
            "3, stride: 1, padding: same}}]]\n",
            at=(4, 63),
            message=(
                "duplicate computation: add1/2/avgpool1 and add1/1/avgpool1 have the same "
                "input and attributes"
            ),
            path="add1/2/avgpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every layer with those before it that read the same."""
        assert context.network is not None
        network = context.network
        beside = [n for n in network if len(network.consumers[n.inputs[0]]) > 1]
        siblings = Counter((node.kind, node.inputs) for node in beside)
        seen: dict[tuple[object, ...], str] = {}
        for node in beside:
            if siblings[node.kind, node.inputs] == 1 or node.layer.is_any(_PASSED):
                continue
            if node.layer.params(*node.input_shapes):
                continue
            first = seen.setdefault((node.kind, repr(node.layer), node.inputs), node.id)
            if first != node.id:
                yield self.found(
                    context,
                    f"duplicate computation: {node.id} and {first} have the same input and "
                    f"attributes",
                    node=node,
                    help=f"read {first} instead",
                    values={"twin": first},
                )


_PASSED = layer_queries.SILENT | layer_queries.ACTIVATIONS
