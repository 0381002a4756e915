"""HW003: what the NPU of TI's micro-controllers does not take."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.graph.node import Node
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, MAX_POOL, is_depthwise, kernel
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class TiNpu(Rule):
    """The NPU of TI's microcontrollers cannot compute a layer.

    Why: such a layer runs on the CPU, many times slower, or the model does not compile. The NPU
    takes one input channel in the first convolution, multiples of 4 channels after it, kernels
    of at most 7 and max pools of at most 4x4.

    Instead: stay within these numbers.
    """

    code = "HW003"
    name = "ti-npu"
    profiles = frozenset({"target:ti-npu"})
    formula = "C mod 4 > 0, kernel > 7, max pool > 4x4, or more than 1 input channel"
    source = "Texas Instruments, TinyML, NPU guidelines (software-dl.ti.com)"
    trips = "every network on RGB images"
    thresholds = MappingProxyType({"multiple": 4, "kernel": 7, "pool": 4})
    valid = (
        Case(
            "{cnn: 1, input: 32x32x1, layers: [{conv: {filters: 8, kernel: 7}}, relu, "
            "{maxpool: 4}, {conv: {filters: 12, kernel: 3}}, gap, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x1\nlayers:\n- conv: {filters: 8, kernel: 9}\n- gap\n- dense: "
            "10\n",
            at=(4, 30),
            message="kernel 9x9 is larger than 7",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x1\nlayers:\n- conv: {filters: 6, kernel: 3}\n- gap\n- dense: "
            "10\n",
            at=(4, 19),
            message="6 output channels are not a multiple of 4",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3}\n- gap\n- dense: "
            "10\n",
            at=(4, 3),
            message="the first convolution reads 3 channels, but the NPU takes 1",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x1\nlayers:\n- maxpool: 5\n",
            at=(4, 12),
            message="max pool 5x5 is larger than 4x4",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every convolution and max pool with what the NPU takes."""
        network = context.network
        assert network is not None
        for node in network:
            for message, attribute in self._complaints(context, node):
                yield self.found(
                    context,
                    message,
                    node=node,
                    attribute=attribute,
                    help="such a layer does not run on the NPU",
                )

    def _complaints(self, context: RuleContext, node: Node) -> Iterator[tuple[str, str]]:
        sides = kernel(node)
        shown = "x".join(map(str, sides))
        most = self._most(context, "pool")
        if node.layer.traits >= MAX_POOL and any(k > most for k in sides):
            yield f"max pool {shown} is larger than {most}x{most}", "kernel"
        if not node.layer.is_any(CONVOLUTIONS):
            return
        most = self._most(context, "kernel")
        # The width is bound for depthwise kernels only, the height for all.
        bound = sides if is_depthwise(node) else sides[:1]
        if any(k > most for k in bound):
            yield f"kernel {shown} is larger than {most}", "kernel"
        assert context.network is not None
        if node.inputs[0] in context.network.inputs and node.input_shapes[0].channels > 1:
            channels = node.input_shapes[0].channels
            yield f"the first convolution reads {channels} channels, but the NPU takes 1", ""
        multiple = self._most(context, "multiple")
        if node.output.channels % multiple:
            channels = node.output.channels
            yield f"{channels} output channels are not a multiple of {multiple}", "filters"

    def _most(self, context: RuleContext, name: str) -> int:
        return int(self.threshold(context, name))
