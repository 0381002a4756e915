"""Convolutions: plain, grouped, depthwise, separable, with a connection table, unshared."""

from functools import cached_property
from math import prod

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import Reach, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    ConvolutionPadding,
    Count,
    Extent,
    Flag,
    Table,
    per_axis,
    relation,
)
from cnnanalyze.layers.base import Example, Fit, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Labels, Trait
from cnnanalyze.layers.window import index_map, slides


def windows(
    kernel: int | tuple[int, ...],
    stride: int | tuple[int, ...],
    dilation: int | tuple[int, ...],
    fits: tuple[Fit, ...],
    padding: object = "valid",
) -> tuple[Window, ...]:
    """Return the index map of every axis on which windows lie like that."""
    rank = len(fits)
    return tuple(
        map(
            index_map(padding),
            per_axis(kernel, rank, "kernel"),
            per_axis(stride, rank, "stride"),
            per_axis(dilation, rank, "dilation"),
            [f.before for f in fits],
        )
    )


def refuse_groups(groups: int, channels: int, filters: int) -> None:
    """Raise unless the groups divide the input channels and the filters."""
    for count, what in ((channels, "input channels"), (filters, "filters")):
        if count % groups:
            raise ShapeError(
                f"groups {groups} does not divide the {count} {what}: "
                f"{count} mod {groups} = {count % groups}",
                attribute="groups",
                help="choose groups that divide both the input channels and the filters",
                code="SH003",
            )


class Sliding(Layer):
    """What all convolutions share: a kernel that slides over every spatial axis."""

    category = Category.CONVOLUTION
    kernel: Extent = Field(description="size of the kernel, for all axes or per axis")
    stride: Extent = Field(default=1, description="step of the window")
    padding: ConvolutionPadding = Field(
        default="valid",
        description="'valid', 'same', 'causal' (signals: all before the first element), "
        "'circular', 'reflect' or 'replicate' (as much as 'same', of the map itself), "
        "or zeros at the borders",
    )
    dilation: Extent = Field(default=1, description="distance between the elements of the kernel")
    bias: Flag = Field(default=True, description="whether every filter adds a bias")

    def fit(self, *inputs: Shape) -> tuple[Fit, ...]:
        """Lay the windows on every axis."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        return slides(x.size, self.kernel, self.stride, self.dilation, self.padding)

    def slid(self, x: Shape) -> tuple[int, ...]:
        """Return the spatial size of the output."""
        return tuple(f.output for f in self.fit(x))

    def taps(self, x: Shape) -> int:
        """Return the number of taps of the kernel in one channel."""
        return prod(per_axis(self.kernel, x.rank, "kernel"))

    def tensors(self, x: Shape, maps: tuple[int, ...], biases: int) -> tuple[Param, ...]:
        """Return the kernel, its taps followed by these axes, and as many biases."""
        kernel = Param("kernel", (*per_axis(self.kernel, x.rank, "kernel"), *maps))
        return (kernel, Param("bias", (biases,))) if self.bias else (kernel,)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """One window per axis."""
        fits = self.fit(inputs[0])
        return (windows(self.kernel, self.stride, self.dilation, fits, self.padding),)


@layer("conv", "convolution")
class Conv(Sliding):
    """Convolution over every spatial axis of its input: a signal, an image or a volume.

    Each filter is as deep as its input (divided by the groups) and gives one channel of the
    output. It is a cross-correlation, as everywhere in the field: the kernel is not flipped.

    The size of every axis becomes ``⌊(n + 2p - d·(k - 1) - 1) / s⌋ + 1``; the layer holds
    ``k·k·C_in/g·C_out`` weights and one bias per filter; every output position costs as many
    multiply-accumulates as there are weights, padding included.

    With ``weight_standardized`` the weights of every filter are brought to mean 0 and variance 1
    before they are used (BiT); a ``gain`` then multiplies each filter by a learned factor over the
    root of its ``k·k·C_in/g`` weights (NFNet). At inference both are worked into the weights once,
    which is not counted.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.FULL_DEPTH, Trait.MIXES_CHANNELS})
    principal = "filters"
    filters: Count = Field(description="number of filters: channels of the output")
    groups: Count = Field(default=1, description="independent groups of channels (AlexNet: 2)")
    weight_standardized: Flag = Field(
        default=False,
        description="whether the weights of a filter are brought to mean 0, variance 1",
    )
    gain: Flag = Field(
        default=False, description="whether every filter, standardised, has a learned factor"
    )
    examples = (
        Example(
            inputs=("32x32x3",),
            attributes={"filters": 8, "kernel": 5},
            output="28x28x8",
            parameters=608,
            source="lecture 000 (after A. Ng), table 'Neural network example', row CONV1",
        ),
        Example(
            inputs=("32x32x3",),
            attributes={"filters": 10, "kernel": 5, "padding": 2},
            output="32x32x10",
            parameters=760,
            source="lecture 004 (CS231n), worked example of a convolution layer",
        ),
        Example(
            inputs=("224x224x3",),
            attributes={"filters": 64, "kernel": 3, "bias": False},
            output="222x222x64",
            macs=85_162_752,
            source="lecture 003, cost of a regular convolution",
        ),
        Example(
            inputs=("28x28x28x1",),
            attributes={"filters": 2, "kernel": 3},
            output="26x26x26x2",
            source="Keras documentation, Conv3D, example (4, 28, 28, 28, 1)",
        ),
        Example(
            inputs=("224x224x3",),
            attributes={
                "filters": 16,
                "kernel": 3,
                "stride": 2,
                "padding": 1,
                "weight_standardized": True,
                "gain": True,
            },
            output="112x112x16",
            parameters=464,
            source="timm 1.0, NFNet-F0, stem.conv1 (ScaledStdConv2d): weight, bias and gain",
        ),
    )

    @field_validator("gain")
    @classmethod
    def _of_standardized(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not info.data.get("weight_standardized", True):
            text = (
                "must be false without 'weight_standardized': what is not standardised needs none"
            )
            raise relation(text)
        return value

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per filter."""
        x = inputs[0]
        size = self.slid(x)
        refuse_groups(self.groups, x.channels, self.filters)
        return Shape(size, self.filters)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one kernel per filter, its bias and its gain."""
        x = inputs[0]
        held = self.tensors(x, (x.channels // self.groups, self.filters), self.filters)
        return (*held, Param("gain", (self.filters,))) if self.gain else held

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate every weight at every output position."""
        x = inputs[0]
        activations = output.count
        macs = activations * self.taps(x) * (x.channels // self.groups)
        return Cost(mac=macs, add=activations if self.bias else 0)


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


@layer("table_conv")
class TableConv(Sliding):
    """Convolution whose output maps each read only some input channels, named in a table.

    So LeNet-5 (1998) connects its third layer: ``table: [[0, 1, 2], [1, 2, 3], ...]`` has one row
    per output map, and the row names the input channels that the map reads, counted from 0.

    With ``K`` connections in the whole table the layer holds ``k·k·K`` weights and one bias per
    map; every output position costs ``k·k·K`` multiply-accumulates.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.MIXES_CHANNELS})
    labels = Labels("conv by table")
    principal = "table"
    table: Table = Field(description="per output map, the input channels it reads, from 0")
    examples = (
        Example(
            inputs=("14x14x6",),
            attributes={
                "kernel": 5,
                "table": (
                    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
                    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5)),
                    *((0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
                    (0, 1, 2, 3, 4, 5),
                ),
            },
            output="10x10x16",
            parameters=1_516,
            macs=150_000,
            source="LeCun et al. 1998, LeNet-5, layer C3 and table I",
            note="the paper prints 151,600 connections: 1,600 of them are the biases",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per row of the table."""
        x = inputs[0]
        size = self.slid(x)
        for number, row in enumerate(self.table):
            largest = max(row)
            if largest >= x.channels:
                raise ShapeError(
                    f"row {number} of the table names input channel {largest}, but the input has "
                    f"{x.channels} channels, 0 to {x.channels - 1}: {largest} ≥ {x.channels}",
                    attribute="table",
                    help="count the input channels from 0",
                )
        return Shape(size, self.maps)

    @cached_property
    def connections(self) -> int:
        """The number of pairs of input channel and output map."""
        return sum(map(len, self.table))

    @cached_property
    def maps(self) -> int:
        """The number of output maps."""
        return len(self.table)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one flat kernel per connection, and one bias per map."""
        return self.tensors(inputs[0], (self.connections,), self.maps)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate every weight at every output position."""
        macs = output.positions * self.taps(inputs[0]) * self.connections
        return Cost(mac=macs, add=output.count if self.bias else 0)


@layer("local_conv", "locally_connected")
class LocalConv(Sliding):
    """Locally connected layer: a convolution that shares no weights between its positions.

    Every output position has kernels and biases of its own. It reads and costs what a convolution
    does, ``k·k·C_in·C_out`` multiply-accumulates per output position, but holds that many weights,
    and one bias per filter, *for each position* too: its parameters grow with the map.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.UNSHARED_WEIGHTS, Trait.MIXES_CHANNELS})
    principal = "filters"
    filters: Count = Field(description="number of filters: channels of the output")
    examples = (
        Example(
            inputs=("32x32x3",),
            attributes={"filters": 64, "kernel": 3},
            output="30x30x64",
            parameters=1_612_800,
            source="Keras documentation, LocallyConnected2D, example",
            note="printed as (30*30)*(3*3*3*64) + (30*30)*64",
        ),
        Example(
            inputs=("30x30x64",),
            attributes={"filters": 32, "kernel": 3},
            output="28x28x32",
            source="Keras documentation, LocallyConnected2D, example, second layer",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per filter."""
        return Shape(self.slid(inputs[0]), self.filters)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one kernel per filter and position, and its bias."""
        x = inputs[0]
        places = self.slid(x)
        taps = per_axis(self.kernel, x.rank, "kernel")
        weights = Param("kernel", (*places, *taps, x.channels, self.filters))
        return (weights, Param("bias", (*places, self.filters))) if self.bias else (weights,)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate every weight once."""
        x = inputs[0]
        activations = output.count
        macs = activations * self.taps(x) * x.channels
        return Cost(mac=macs, add=activations if self.bias else 0)
