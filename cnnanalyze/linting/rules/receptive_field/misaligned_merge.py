"""RF004: branches that look at different places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.core.spelling import noun_for
from cnnanalyze.errors import Mark
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Category
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import JOINS, lengthens
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class MisalignedMerge(Rule):
    """The branches of a join are not aligned: their fields have different centres.

    Why: a join combines the units of its branches by their position in the map. If the branches
    start at different places (other padding, a crop), the combined units are some pixels apart
    in the image, and localisation suffers.

    Instead: pad the branches so that the centres of their fields agree.
    """

    code = "RF004"
    name = "misaligned-merge"
    traits = JOINS
    severity = "info"
    needs = "analysis"
    formula = "start + (field - 1)/2 differs between the branches"
    source = "Araujo, Norris, Sim 2019, 'Computing receptive fields of CNNs', Distill: alignment"
    trips = (
        "networks whose windows have padding 'same' at stride 2 or branches without padding, "
        "such as those from TensorFlow"
    )
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{concat: [{conv: {filters: 8, kernel: 3, padding: "
            "1}}, "
            "{conv: {filters: 8, kernel: 5, padding: 2}}]}]}"
        ),
        Case(
            "{cnn: 1, input: 9x7x3, layers: [{conv: {filters: 3, kernel: 3, padding: same}}, "
            "{concat: {axis: height}, from: [conv1, input]}]}"
        ),
        Case(
            "{cnn: 1, input: 8x8x4, layers: [{add: [{attention: {heads: 2, window: 2}}, []]}, "
            "{add: [{attention: {heads: 2, window: 2, shift: 1}}, []]}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- concat:\n  - conv: {filters: 8, kernel: 3, padding: "
            "1}\n"
            "  - conv: {filters: 8, kernel: 5, padding: [[1, 3], [2, 2]]}\n",
            at=(4, 3),
            message="the branches of this concat are misaligned by up to 1 pixel",
            path="concat1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every join; what its branches have in common was told where it came about."""
        analysis = context.analysis
        assert analysis is not None
        apart: dict[str, float] = {}
        for image in seen_inputs(analysis):
            for facts in image:
                node = facts.node
                if not node.layer.is_any(JOINS) or facts.aligned:
                    continue
                if _attends(analysis, node) or lengthens(node):
                    continue
                if pixels := _apart(image, node):
                    apart[node.id] = max(apart.get(node.id, 0.0), pixels)
        findings = [
            self.found(
                context,
                f"the branches of this {analysis.network[name].kind}",
                node=analysis.network[name],
                help="pad the branches so that the centres of their fields agree",
            )
            for name in apart
        ]
        # One place of a text may stand for many joins: it is told how far the worst of them goes.
        most: dict[Mark | str, float] = {}
        for finding in findings:
            place = finding.mark or finding.path
            most[place] = max(most.get(place, 0.0), apart[finding.path])
        for finding in findings:
            pixels = most[finding.mark or finding.path]
            yield replace(
                finding,
                message=f"{finding.message} are misaligned by up to {pixels:g} "
                f"{noun_for(pixels, 'pixel')}",
                values=(("pixels apart", pixels),),
            )


def _attends(analysis: Analysis, node: Node) -> bool:
    """Whether a branch ends in attention: its windows lie where they lie, not around a unit."""
    network = analysis.network
    sources = (network[i] for i in node.inputs if i in network)
    return any(source.layer.category is Category.ATTENTION for source in sources)


def _apart(image: SeenInput, node: Node) -> float:
    """Return how many pixels of an input lie between the middles of what branches see, at most."""
    centres = [
        [s.centre for s in field.path_fields if s.advance]
        for i in node.inputs
        if i in image
        for field in image[i].fields or ()
    ]
    # One list for each input and axis; the axes of the inputs are laid one after the other.
    rank = image.shape.rank
    apart = Fraction()
    for axis in range(rank):
        found = [c for group in centres[axis::rank] for c in group]
        found += [Fraction()] if image.name in node.inputs else []
        apart = max(apart, max(found, default=Fraction()) - min(found, default=Fraction()))
    return float(apart)
