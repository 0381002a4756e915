"""RF004: branches that look at different places."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.lint.finding import Finding
from cnnanalyze.lint.rule import Case, Rule, rule
from cnnanalyze.lint.subject import Subject
from cnnanalyze.lint.walk import JOINS
from cnnanalyze.spec.node import INPUT


@rule
class MisalignedMerge(Rule):
    """The branches of a join look at different places of the image for the same unit.

    Why: a join pairs the units of its branches by their position in the map. If the branches begin
    elsewhere (other padding, a crop), the pairs speak of places that lie some pixels apart, and
    localisation suffers.

    Instead: pad the branches so that the middles of their fields agree.
    """

    code = "RF004"
    name = "misaligned-merge"
    kinds = JOINS
    severity = "info"
    needs = "analysis"
    formula = "start + (field - 1)/2 differs between the branches"
    source = "Araujo, Norris, Sim 2019, 'Computing receptive fields of CNNs', Distill: alignment"
    trips = (
        "networks whose windows have padding 'same' at stride 2 or branches without padding, such "
        "as "
        "the TensorFlow ones"
    )
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{concat: [{conv: {filters: 8, kernel: 3, padding: "
            "1}}, "
            "{conv: {filters: 8, kernel: 5, padding: 2}}]}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- concat:\n  - conv: {filters: 8, kernel: 3, padding: "
            "1}\n"
            "  - conv: {filters: 8, kernel: 5, padding: [[1, 3], [2, 2]]}\n",
            at=(4, 3),
            message="the branches of this concat look at places that lie up to 1 pixel apart",
            path="concat1",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look at every join whose branches were aligned before."""
        analysis = subject.analysis
        assert analysis is not None
        facts = analysis.facts
        for node in analysis.network:
            inputs = [i for i in node.inputs if i != INPUT]
            if (
                node.kind not in JOINS
                or facts[node.id].aligned
                or not all(facts[i].aligned for i in inputs)
            ):
                continue
            centres = [
                [float(s.centre) for s in field.strands if s.advance]
                for i in inputs
                for field in facts[i].fields or ()
            ]
            # One list for each input and axis; the axes of the inputs are laid one after the other.
            rank = analysis.network.input.rank
            apart = 0.0
            for axis in range(rank):
                found = [c for group in centres[axis::rank] for c in group]
                found += [0.0] if INPUT in node.inputs else []
                apart = max(apart, max(found, default=0.0) - min(found, default=0.0))
            unit = "pixel" if apart == 1 else "pixels"
            yield self.found(
                subject,
                f"the branches of this {node.kind} look at places that lie up to {apart:g} {unit} "
                "apart",
                node=node,
                help="pad the branches so that the middles of their fields agree",
                values={"pixels apart": apart},
            )
