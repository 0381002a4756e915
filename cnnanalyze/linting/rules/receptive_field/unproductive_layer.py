"""RF001: convolutions that see more than there is."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import Subject
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.receptive_field import beside, extent, sights
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UnproductiveLayer(Rule):
    """A convolution's inputs see the whole image already, so its window adds nothing.

    Why: a window larger than one pixel serves to relate neighbouring parts of the image. Where
    every unit sees the whole image on even the shortest path, there is nothing left to relate; in
    experiments such layers did not improve the result and could be cut (ResNet-18 on 16x16 pixels
    keeps its accuracy with a fifth of its computation).

    Instead: use larger images, down-sample later, or leave the layer out.
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
        "mobilenet_v1 (its last depthwise convolution sees 251 of 224 pixels before), "
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
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 9, padding: same}\n"
            "- conv: {filters: 8, kernel: 3, padding: same}\n",
            at=(5, 3),
            message="its input sees 9 pixels on every path, and the image has 9: a kernel of 3 "
            "adds "
            "nothing",
            path="conv2",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look at every convolution with a window."""
        analysis = subject.analysis
        assert analysis is not None
        extents = analysis.network.input.size
        for sight in sights(analysis):
            if sight.is_unproductive(extents):
                node = sight.facts.node
                kernel = getattr(node.layer, "kernel", 0)
                kernel = extent(kernel) if isinstance(kernel, tuple) else kernel
                yield self.found(
                    subject,
                    f"its input sees {extent(sight.least_before)} pixels on every path, and the "
                    f"image has {extent(extents)}: a kernel of {kernel} adds nothing",
                    node=node,
                    help="use larger images, down-sample later, or leave the layer out"
                    + beside(analysis, sight.facts),
                    values={"seen before": sight.least_before, "image": extents},
                )
