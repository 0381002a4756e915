"""RF001: convolutions that see more than there is."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.receptive_field import beside, extent, least_fields, noun
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UnproductiveLayer(Rule):
    """The receptive field before a convolution already covers the image.

    Why: a window larger than one pixel relates neighbouring parts of the image. Where the
    receptive field covers the whole image on even the shortest path, there is nothing left to
    relate; in experiments such layers did not improve the result and could be removed
    (ResNet-18 on 16x16 pixels keeps its accuracy with a fifth of its computation).

    Instead: use larger images, downsample later, or remove the layer.
    """

    code = "RF001"
    name = "unproductive-layer"
    needs = "analysis"
    formula = "least field of all inputs >= image, own least field > image, kernel > 1"
    source = (
        "Richter, Schöning, Wiedenroth, Krumnack 2021, 'Should you go deeper?', arXiv 2106.12307; "
        "the border layers of rfa_toolbox"
    )
    trips = (
        "mobilenet_v1 (the field before its last depthwise convolution is 251 of 224 pixels), "
        "mobilenet_v4_conv_small (one depthwise convolution of its last stage), "
        "nasnet_a_mobile (one convolution of its last reduction); any ImageNet network at 32 "
        "pixels. "
        "inception_v3 does not, if 1x7 kernels are followed axis by axis"
    )
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 9, padding: same}}, "
            "{conv: {filters: 8, kernel: 1}}]}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{add: [{conv: {filters: 3, kernel: 9, padding: "
            "same}}, "
            "[]]}, {conv: {filters: 8, kernel: 3, padding: same}}]}"
        ),
        # It slides over channels, which nothing before it has related.
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 9, padding: same}}, gap, "
            '{rearrange: "1 1 c -> c 1"}, {conv: {filters: 1, kernel: 3, padding: same}}]}'
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 9, padding: same}\n"
            "- conv: {filters: 8, kernel: 3, padding: same}\n",
            at=(5, 3),
            message="the receptive field before it is already 9 pixels on every path, and the "
            "image has 9: kernel 3 adds nothing",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every convolution with a window."""
        analysis = context.analysis
        assert analysis is not None
        for image in seen_inputs(analysis):
            yield from self._check(context, image)

    def _check(self, context: RuleContext, image: SeenInput) -> Iterator[Finding]:
        extents = image.shape.size
        for least_field in least_fields(image):
            node = least_field.facts.node
            if node.output.rank == len(extents) and least_field.is_unproductive(extents):
                kernel = getattr(node.layer, "kernel", 0)
                kernel = extent(kernel) if isinstance(kernel, tuple) else kernel
                yield self.found(
                    context,
                    f"the receptive field before it is already {extent(least_field.least_before)} "
                    f"pixels on every path, and {noun(image, least_field.facts)} has "
                    f"{extent(extents)}: kernel {kernel} adds nothing",
                    node=node,
                    help="use larger images, downsample later, or remove the layer"
                    + beside(image, least_field.facts),
                    values={"seen before": least_field.least_before, "image": extents},
                )
