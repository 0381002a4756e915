"""Convolutions, plain and grouped, and what all that slide a kernel share."""

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
    per_axis,
    relation,
)
from cnnanalyze.layers.base import Example, Fit, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Trait
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
