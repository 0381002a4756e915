"""GR010: no op layer."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.language.step import Written, has_expression, written_of
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.edit import without_step
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NoOpLayer(Rule):
    """A layer returns its input unchanged.

    Why: it has no effect; usually one of its numbers is not the intended one.

    Instead: remove it, or give it the intended number. Values set by a parameter are not
    reported: another value may have an effect.
    """

    code = "GR010"
    name = "no-op-layer"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = (
        "dropout 0, pooling 1x1 with stride 1, resize x1, padding 0, crop 0, "
        "shuffle of 1 group, flatten of a vector"
    )
    source = "measured: none of 68 networks of torchvision 0.29"
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- dropout: 0.5\n- identity\n"),
        Case("cnn: 1\ninput: 32x32x3\nparams: {rate: 0}\nlayers:\n- dropout: $rate\n"),
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: {kernel: 1, stride: 2}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- dropout: 0  # for now\n"
            "- relu\n",
            at=(5, 3),
            message="no effect: dropout 0 drops nothing",
            path="dropout1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- maxpool: 1\n",
            at=(4, 3),
            message="no effect: maxpool of one pixel with stride 1",
            path="maxpool1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- {zeropad: 0}\n- relu\n",
            at=(4, 4),
            message="no effect: zeropad 0 adds nothing",
            path="zeropad1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- flatten\n- flatten\n- dense: 10\n",
            at=(5, 3),
            message="no effect: flatten of a vector",
            path="flatten2",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- resize: {scale: 1}\n",
            at=(4, 3),
            message="no effect: resize to the size that it has",
            path="resize1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Ask every layer that could be without effect whether it is."""
        assert context.network is not None
        for node in context.network:
            reason = node.layer.without_effect(*node.input_shapes)
            written = written_of(node) if reason else None
            if not reason or (written is not None and _is_open(written)):
                continue
            is_output = node.id in context.network.outputs
            yield self.found(
                context,
                f"no effect: {reason}",
                node=node,
                help="remove it, or give it the intended number",
                fix=None if is_output else without_step(context, written, f"remove {node.kind}"),
            )


def _is_open(written: Written) -> bool:
    """Whether an expression decides on the layer or its numbers."""
    return has_expression(written.key if written.step is None else written.step)
