"""RF002: the convolution at which everything is seen."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import Subject
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.receptive_field import beside, extent, sights
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class CriticalLayer(Rule):
    """A convolution is the first on all of its paths to see more than the image.

    Why: this is where the field outgrows the image. The layer still relates parts that nobody has
    related before; whatever comes behind it on every path does not.

    Instead: nothing needs to be done; think twice before adding layers behind it.
    """

    code = "RF002"
    name = "critical-layer"
    severity = "info"
    profiles = frozenset({"teaching"})
    needs = "analysis"
    formula = "own least field > image, least field of some input < image"
    source = "rfa_toolbox, critical layers (drawn in orange)"
    trips = "whatever sees the whole image, such as resnet50's relatives without a shortcut"
    valid = (
        Case("{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3, padding: same}}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 7, padding: same}\n"
            "- conv: {filters: 8, kernel: 5, padding: same}\n",
            at=(5, 3),
            message="here the field grows beyond the image: from 7 to 11 pixels of 9",
            path="conv2",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look at every convolution with a window."""
        analysis = subject.analysis
        assert analysis is not None
        extents = analysis.network.input.size
        for sight in sights(analysis):
            if sight.is_critical(extents):
                yield self.found(
                    subject,
                    f"here the field grows beyond the image: from {extent(sight.least_before)} to "
                    f"{extent(sight.least)} pixels of {extent(extents)}",
                    node=sight.facts.node,
                    help="layers behind it that are no wider relate nothing new"
                    + beside(analysis, sight.facts),
                    values={"before": sight.least_before, "here": sight.least, "image": extents},
                )
