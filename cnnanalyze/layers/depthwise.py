"""Convolutions of each channel by itself: depthwise, and separable."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import (
    Count,
    per_axis,
)
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.conv import Sliding
from cnnanalyze.layers.traits import Trait


@layer("depthwise")
class Depthwise(Sliding):
    """Depthwise convolution: every channel is convolved by itself, with kernels of its own.

    It is a grouped convolution with as many groups as input channels. With a multiplier ``m``
    each channel ``c`` gives ``m`` channels, numbered ``c·m`` to ``c·m + m - 1`` in the output.

    The layer holds ``k·k·C_in·m`` weights and one bias per output channel; every output element
    costs ``k·k`` multiply-accumulates. Sizes are those of a convolution.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.DEPTHWISE})
    principal = "kernel"
    multiplier: Count = Field(default=1, description="output channels per input channel")
    examples = (
        Example(
            inputs=("224x224x3",),
            attributes={"kernel": 3, "bias": False},
            output="222x222x3",
            macs=1_330_668,
            source="lecture 003, cost of a depthwise separable convolution, depthwise part",
        ),
        Example(
            inputs=("112x112x64",),
            attributes={"kernel": 3, "stride": 2, "padding": "same", "bias": False},
            output="56x56x64",
            parameters=576,
            source="lecture 003 (MobileNet), table row 4: Conv dw / s2, filter 3x3x64",
            note="the table prints the filter; 3·3·64 = 576",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; every channel gives as many as the multiplier says."""
        x = inputs[0]
        return Shape(self.slid(x), x.channels * self.multiplier)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one flat kernel per output channel, and its bias."""
        x = inputs[0]
        return self.tensors(x, (x.channels, self.multiplier), x.channels * self.multiplier)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate one flat kernel for every output element."""
        activations = output.count
        macs = activations * self.taps(inputs[0])
        return Cost(mac=macs, add=activations if self.bias else 0)


@layer("separable")
class Separable(Sliding):
    """Depthwise separable convolution: a depthwise one, then a pointwise one that mixes channels.

    The depthwise part slides ``C_in·m`` flat kernels over the map; the pointwise part is a 1x1
    convolution with the given number of filters. Only the pointwise part has a bias, as in Keras;
    there is nothing between the two (MobileNet puts batch norm and ReLU there: write its two
    convolutions as two layers).

    The layer holds ``k·k·C_in·m + C_in·m·C_out`` weights, and every output position costs as many
    multiply-accumulates.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.SEPARABLE, Trait.MIXES_CHANNELS})
    principal = "filters"
    filters: Count = Field(description="number of pointwise filters: channels of the output")
    multiplier: Count = Field(default=1, description="depthwise channels per input channel")
    examples = (
        Example(
            inputs=("224x224x3",),
            attributes={"filters": 64, "kernel": 3, "bias": False},
            output="222x222x64",
            macs=10_793_196,
            source="lecture 003, cost of a depthwise separable convolution, both parts",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per pointwise filter."""
        return Shape(self.slid(inputs[0]), self.filters)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the flat kernels, the pointwise filters and their bias."""
        x = inputs[0]
        flat = per_axis(self.kernel, x.rank, "kernel")
        depthwise = Param("depthwise kernel", (*flat, x.channels, self.multiplier))
        pointwise = Param("pointwise kernel", (x.channels * self.multiplier, self.filters))
        if not self.bias:
            return depthwise, pointwise
        return depthwise, pointwise, Param("bias", (self.filters,))

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate the weights of both parts at every output position."""
        x = inputs[0]
        between = x.channels * self.multiplier
        macs = output.positions * between * (self.taps(x) + self.filters)
        return Cost(mac=macs, add=output.count if self.bias else 0)
