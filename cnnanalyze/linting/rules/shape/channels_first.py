"""SH014: an input that seems to be written channels first."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import Shape, parse_text
from cnnanalyze.core.tree import Scalar
from cnnanalyze.language.inputs import (
    advise_turned,
    channels_first_inputs,
    explain_channels_first,
    written_inputs,
)
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ChannelsFirst(Rule):
    """The input seems to be written channels first.

    Why: 'input' is height x width x channels. 3x224x224, as PyTorch prints it, is an image of
    three rows with 224 channels; with padding 'same' such a network passes, and all its figures
    are wrong.

    Instead: write the channels last, or name the extents if they are right as written: 'input:
    {height: 3, width: 224, channels: 224}'.
    """

    code = "SH014"
    name = "channels-first"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "document"
    formula = (
        "first extent <= 4 and the last two equal, of at least 8; or 3 before two of at least 32; "
        "or 1 or 3 behind any first extent and before two equal ones of at least 8"
    )
    source = "stackoverflow.com/questions/41651628, where MNIST comes as 1x28x28"
    trips = "none of the networks in specs/"
    valid = (
        Case("{cnn: 1, input: 28x28x1, layers: [{conv: {filters: 32, kernel: 3}}]}"),
        Case("{cnn: 1, input: 1x100x64, layers: [relu]}"),
        Case("{cnn: 1, input: {height: 3, width: 32, channels: 32}, layers: [relu]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 3x32x32\nlayers:\n- conv: {filters: 8, kernel: 3, padding: same}\n",
            at=(2, 8),
            message="the input seems to be channels first: 3x32x32 is read as height 3, width 32 "
            "and "
            "32 channels",
        ),
        Case(
            "cnn: 1\ninputs: {left: 3x32x32, right: 32x32x3}\nlayers:\n- {gap: , from: left}\n"
            "- {gap: , from: right}\noutputs: [global_avgpool1, global_avgpool2]\n",
            at=(2, 16),
            message="the input 'left' seems to be channels first: 3x32x32 is read as height 3, "
            "width 32 and 32 channels",
        ),
        Case(
            "cnn: 1\ninput: 1x28x28\nlayers:\n- relu\n",
            at=(2, 8),
            message="the input seems to be channels first: 1x28x28 is read as height 1, width 28 "
            "and "
            "28 channels",
        ),
        Case(
            "cnn: 1\ninput: 8x3x32x32\nlayers:\n- relu\n",
            at=(2, 8),
            message="the input seems to be channels first: 8x3x32x32 is read as depth 8, height 3, "
            "width 32 and 32 channels",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at inputs that are written as texts."""
        document = context.document
        if document is None:
            return
        if context.network is not None:
            shapes = {name: given.shape for name, given in context.network.inputs.items()}
        else:
            written = written_inputs(document).items()
            read = {n: parse_text(t.text) for n, t in written if isinstance(t, Scalar)}
            shapes = {n: Shape(e[:-1], e[-1]) for n, e in read.items() if e is not None}
        for one in channels_first_inputs(document, shapes):
            yield self.found(
                context,
                f"{one.noun} seems to be channels first: {explain_channels_first(one.shape)}",
                mark=one.mark,
                help=f"{advise_turned(one.shape, one.meant, one.name)}; "
                "if the order is right, write a mapping with height, width and channels",
                values={"input": str(one.shape), "channels last": str(one.meant)},
            )
