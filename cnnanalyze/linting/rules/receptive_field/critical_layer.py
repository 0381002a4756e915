"""RF002: the convolution at which everything is seen."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.receptive_field import beside, extent, least_fields, noun
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class CriticalLayer(Rule):
    """A convolution is the first on all of its paths with a field larger than the image.

    Why: this is where the receptive field outgrows the image. This layer still relates new
    parts of the image; later layers on every path do not.

    Instead: nothing to do; think twice before adding layers after it.
    """

    code = "RF002"
    name = "critical-layer"
    severity = "info"
    profiles = frozenset({"teaching"})
    needs = "analysis"
    formula = "own least field > image, least field of some input < image"
    source = "rfa_toolbox, critical layers (drawn in orange)"
    trips = "networks whose field covers the image, such as ResNet-50 without shortcuts"
    valid = (
        Case("{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3, padding: same}}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 7, padding: same}\n"
            "- conv: {filters: 8, kernel: 5, padding: same}\n",
            at=(5, 3),
            message="the receptive field outgrows the image here: from 7 to 11 pixels of 9",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every convolution with a window."""
        analysis = context.analysis
        assert analysis is not None
        for image in seen_inputs(analysis):
            extents = image.shape.size
            for least_field in least_fields(image):
                if least_field.is_critical(extents):
                    yield self.found(
                        context,
                        f"the receptive field outgrows {noun(image, least_field.facts)} here: from "
                        f"{extent(least_field.least_before)} to {extent(least_field.least)} pixels "
                        f"of {extent(extents)}",
                        node=least_field.facts.node,
                        help="layers after it relate nothing new unless they are wider"
                        + beside(image, least_field.facts),
                        values={
                            "before": least_field.least_before,
                            "here": least_field.least,
                            "image": extents,
                        },
                    )
