"""RF003: networks that never see the image as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import GLOBAL_POOLS
from cnnanalyze.linting.receptive_field import extent, noun, sizes
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ShortSighted(Rule):
    """Before the global pool, no receptive field covers the whole image.

    Why: the global pool only averages its inputs, each about its own part of the image. No unit
    can recognise a pattern larger than its receptive field. That is enough for texture, but not
    for shapes as large as the image. A dense head on the flattened map, or a gate over the
    whole map, covers everything and is not reported.

    Instead: use smaller images, more layers or earlier downsampling.
    """

    code = "RF003"
    name = "short-sighted"
    traits = GLOBAL_POOLS
    severity = "info"
    needs = "analysis"
    formula = "largest field before the global pool < image"
    source = "rfa_toolbox, upper end of the useful input sizes"
    trips = (
        "squeezenet1_0 and squeezenet1_1; of torchvision 0.29, 33 of 68 networks have such a "
        "field, "
        "but dense heads or gates over the whole map"
    )
    valid = (
        Case(
            "{cnn: 1, input: 5x5x3, layers: [{conv: {filters: 8, kernel: 5, padding: same}}, gap]}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, flatten, {dense: 5}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- relu\n- gap\n"
            "- dense: 10\n",
            at=(6, 3),
            message="the receptive field before this global pool is 3 pixels, but the image has 9",
            path="global_avgpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what the global pools behind the last spatial layer read."""
        analysis = context.analysis
        assert analysis is not None
        for image in seen_inputs(analysis):
            yield from self._check(context, image)

    def _check(self, context: RuleContext, image: SeenInput) -> Iterator[Finding]:
        last = last_spatial(image)
        if last is None or last.fields is None or any(f.sees_all for f in last.fields):
            return
        seen, extents = sizes(last.fields), image.shape.size
        if all(s >= n for s, n in zip(seen, extents, strict=True)):
            return
        for facts in image:
            node = facts.node
            if not node.layer.is_any(GLOBAL_POOLS) or node.input_shapes[0].positions == 1:
                continue
            fields = image[node.inputs[0]].fields if node.inputs[0] in image else None
            if fields is not None and sizes(fields) == seen and node.output.positions == 1:
                yield self.found(
                    context,
                    f"the receptive field before this global pool is {extent(seen)} pixels, but "
                    f"{noun(image, facts)} has {extent(extents)}",
                    node=node,
                    help="use smaller images, more layers or earlier downsampling",
                    values={"seen": seen, "image": extents},
                )
