"""RF005: for which input sizes a network is made."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.receptive_field import beside, extent, noun, useful_sizes
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UsefulSizeRange(Rule):
    """The image sizes for which every convolution of the network contributes.

    Why: for smaller images some receptive fields already cover the image on every path; for
    larger ones no field covers it. ResNet-50 suits 75 to 427 pixels.

    Instead: nothing to do; choose images in this range.
    """

    code = "RF005"
    name = "useful-size-range"
    severity = "info"
    profiles = frozenset({"teaching"})
    needs = "analysis"
    formula = "from the largest least field to the largest field of all spatial convolutions"
    source = "rfa_toolbox, input_resolution_range; its README prints 75 and 427 for ResNet-50"
    trips = "every network: it is a remark, not a fault"
    valid = (Case("{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 1}}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n"
            "- conv: {filters: 8, kernel: 5}\n",
            at=(4, 3),
            message="suited to images of 7 to 7 pixels; these have 9",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Take the range from all convolutions with a window."""
        analysis = context.analysis
        assert analysis is not None
        for image in seen_inputs(analysis):
            found = useful_sizes(image)
            if found is None:
                continue
            least, most = found
            extents = image.shape.size
            first = next(iter(image))
            told = noun(image, first)
            yield self.found(
                context,
                ("" if told == "the image" else f"as {told}, ")
                + f"suited to images of {extent(least)} to {extent(most)} pixels; these have "
                f"{extent(extents)}",
                node=first.node,
                help="choose an image size in this range" + beside(image),
                values={"least": least, "most": most, "image": extents},
            )
