"""Pooling: largest, mean, power, subsample of windows, or of everything."""

from math import prod

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import WHOLE, Reach
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    Exponent,
    Extent,
    Flag,
    Padding,
    per_axis,
    per_border,
)
from cnnanalyze.layers.base import Example, Fit, Layer, layer, refuse_vector
from cnnanalyze.layers.conv import windows
from cnnanalyze.layers.traits import Category, Labels, Trait
from cnnanalyze.layers.window import slides, stride_of


class Pooling(Layer):
    """What all pooling over windows shares: channel by channel, windows side by side by default."""

    category = Category.POOLING
    principal = "kernel"
    kernel: Extent = Field(description="size of the window, for all axes or per axis")
    stride: Extent | None = Field(
        default=None, description="step of the window; by default its size"
    )
    padding: Padding = Field(
        default="valid",
        description="'valid', 'same', or padding at the borders: a number per side, at most half "
        "the window (PyTorch), or pairs [before, after], each below the window (ONNX)",
    )

    @property
    def step(self) -> int | tuple[int, ...]:
        """The stride, which by default is the kernel."""
        found: int | tuple[int, ...] = stride_of(vars(self))
        return found

    def lay(
        self, x: Shape, dilation: int | tuple[int, ...] = 1, *, ceil: bool = False
    ) -> tuple[Fit, ...]:
        """Return how the windows lie on every axis."""
        refuse_vector(self.kind, x)
        refuse_padding(self.padding, self.kernel, x.rank)
        return slides(x.size, self.kernel, self.step, dilation, self.padding, ceil=ceil)

    def fit(self, *inputs: Shape) -> tuple[Fit, ...]:
        """Lay the windows on every axis."""
        return self.lay(inputs[0])

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis and keep the channels."""
        x = inputs[0]
        return Shape(tuple(f.output for f in self.fit(x)), x.channels)

    def taps(self, x: Shape) -> int:
        """Return the number of elements in a window."""
        return prod(per_axis(self.kernel, x.rank, "kernel"))

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """One window per axis."""
        return (windows(self.kernel, self.step, 1, self.fit(inputs[0])),)

    def point(self, x: Shape) -> str:
        """Say that the windows are single positions, if they are and all are kept."""
        extents = {*per_axis(self.kernel, x.rank, "kernel"), *per_axis(self.step, x.rank, "stride")}
        is_point = extents == {1} and self.shape(x) == x
        return f"{self.kind} of one pixel with stride 1" if is_point else ""


class DilatedPooling(Pooling):
    """Pooling whose windows may have holes, and hang over the border."""

    dilation: Extent = Field(default=1, description="distance between the elements of a window")
    ceil_mode: Flag = Field(
        default=False, description="whether a last window may hang over the border"
    )

    def fit(self, *inputs: Shape) -> tuple[Fit, ...]:
        """Lay the windows on every axis."""
        return self.lay(inputs[0], self.dilation, ceil=self.ceil_mode)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """One window per axis."""
        return (windows(self.kernel, self.step, self.dilation, self.fit(inputs[0])),)


def refuse_padding(
    padding: str | int | tuple[int, ...] | tuple[tuple[int, int], ...],
    kernel: int | tuple[int, ...],
    rank: int,
) -> None:
    """Raise if a pool is padded by more than frameworks pad one.

    A number per side is PyTorch's form, which takes at most half of the window; ONNX names every
    border, and there each must be smaller than the window, so that no window lies in padding alone.
    """
    if isinstance(padding, str):
        return
    borders = per_border(padding, rank, "padding")
    windows = per_axis(kernel, rank, "kernel")
    for axis, (k, amounts) in enumerate(zip(windows, borders, strict=True)):
        named = isinstance(padding, tuple) and isinstance(padding[axis], tuple)
        most, amount = k - 1 if named else k // 2, max(amounts)
        if amount <= most:
            continue
        where = f"the window {k} along {axis_name(axis, rank)}"
        onnx = f", or write pairs [before, after], which may be up to {k - 1} (ONNX)"
        raise ShapeError(
            f"padding {amount} is as large as {where}: {amount} > {k} - 1"
            if named
            else f"padding {amount} is more than half of {where}: {amount} > {k}/2",
            attribute="padding",
            help=f"pad at most {most}{onnx if most < amount < k else ''}; "
            "a window of padding alone has no largest element and no mean",
        )


@layer("maxpool")
class MaxPool(DilatedPooling):
    """Max pooling: the largest element of every window, channel by channel.

    The size of every axis becomes that of a convolution, ``⌊(n + 2p - d·(k - 1) - 1) / s⌋ + 1``;
    the channels stay. Nothing is learned. Every output element costs ``k·k - 1`` comparisons.
    Padding never wins: it counts as minus infinity.

    With ``ceil_mode`` the division is rounded up, as PyTorch and Caffe do it: a last window may
    hang over the border, provided that it starts inside the input or the padding before it. It may
    be the only one: a window that is larger than the padded map by less than a stride.
    """

    traits = frozenset({Trait.POOLING, Trait.SLIDING_POOLING, Trait.MAX_POOLING})
    labels = Labels("max pool")
    examples = (
        Example(
            inputs=("28x28x8",),
            attributes={"kernel": 2},
            output="14x14x8",
            parameters=0,
            source="lecture 000 (after A. Ng), table 'Neural network example', row POOL1",
        ),
        Example(
            inputs=("55x55x96",),
            attributes={"kernel": 3, "stride": 2},
            output="27x27x96",
            source="Krizhevsky et al. 2012, overlapping pooling after the first convolution",
        ),
        Example(
            inputs=("112x112x64",),
            attributes={"kernel": 3, "stride": 2, "ceil_mode": True},
            output="56x56x64",
            source="Szegedy et al. 2014 (GoogLeNet), table 1, first max pool, as Caffe runs it",
        ),
        Example(
            inputs=("30x30x30x3",),
            attributes={"kernel": 3},
            output="10x10x10x3",
            source="Keras documentation, MaxPooling3D, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Compare the elements of every window."""
        return Cost(compare=output.count * (self.taps(inputs[0]) - 1))

    def without_effect(self, *inputs: Shape) -> str:
        """Say that a window is a single position."""
        return self.point(inputs[0])


@layer("avgpool")
class AvgPool(DilatedPooling):
    """Average pooling: the mean of every window, channel by channel.

    Sizes are those of max pooling. Every output element costs ``k·k - 1`` additions and one
    division. Padding is left out of the mean (Keras) unless ``count_padding`` counts its zeros
    (PyTorch's default); that changes values, not sizes. What hangs over the border in
    ``ceil_mode`` never counts. Windows with holes (``dilation``) are ONNX'; PyTorch and Keras have
    none.
    """

    traits = frozenset({Trait.POOLING, Trait.SLIDING_POOLING, Trait.MEAN_POOLING})
    labels = Labels("mean pool")
    count_padding: Flag = Field(default=False, description="whether padding counts in the divisor")
    examples = (
        Example(
            inputs=("7x7x1024",),
            attributes={"kernel": 7},
            output="1x1x1024",
            source="lecture 003 (MobileNet), table row 'Avg Pool / s1', pool 7x7",
        ),
        Example(
            inputs=("14x14x512",),
            attributes={"kernel": 5, "stride": 3},
            output="4x4x512",
            source="Szegedy et al. 2014 (GoogLeNet), section 5, pool of the classifier at 4a",
        ),
        Example(
            inputs=("30x30x30x3",),
            attributes={"kernel": 3},
            output="10x10x10x3",
            source="Keras documentation, AveragePooling3D, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add up the elements of every window and divide."""
        activations = output.count
        return Cost(add=activations * (self.taps(inputs[0]) - 1), divide=activations)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that a window is a single position."""
        return self.point(inputs[0])


@layer("lppool")
class LpPool(DilatedPooling):
    """Power pooling: ``(Σ |x|^norm)^(1/norm)`` over every window, channel by channel.

    With ``norm: 1`` it is the sum of the absolute values; the larger the norm, the nearer it comes
    to max pooling. Sizes are those of max pooling; padding adds nothing to the sum, and neither
    does what hangs over the border. So ONNX has it; PyTorch keeps the sign of odd powers, and takes
    a window that hangs over for a whole one.

    Every *input* element is raised to its power once, and every output element costs ``k·k - 1``
    additions and one root.
    """

    traits = frozenset({Trait.POOLING, Trait.SLIDING_POOLING})
    norm: Exponent = Field(default=2.0, description="exponent, at least 1")
    examples = (
        Example(
            inputs=("50x32x16",),
            attributes={"kernel": (3, 2), "stride": (2, 1), "norm": 1.2},
            output="24x31x16",
            parameters=0,
            source="PyTorch documentation, LPPool2d, example with a window that is not square",
            note="the documentation gives the input, and a formula for the size of the output",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Raise every input element, add up every window, and take its root."""
        x, activations = inputs[0], output.count
        return Cost(add=activations * (self.taps(x) - 1), power=x.count + activations)


@layer("subsample")
class Subsample(Pooling):
    """Subsampling as in LeNet-5 (1998): the sum of every window, times a coefficient, plus a bias.

    Coefficient and bias are learned, one of each per channel, so the layer holds ``2·C``
    parameters. Every output element costs ``k·k - 1`` additions for the sum, one multiplication
    and one addition. The sigmoid that follows in LeNet-5 is a layer of its own.
    """

    examples = (
        Example(
            inputs=("28x28x6",),
            attributes={"kernel": 2},
            output="14x14x6",
            parameters=12,
            source="LeCun et al. 1998, LeNet-5, layer S2",
        ),
        Example(
            inputs=("10x10x16",),
            attributes={"kernel": 2},
            output="5x5x16",
            parameters=32,
            source="LeCun et al. 1998, LeNet-5, layer S4",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one coefficient and one bias per channel."""
        channels = inputs[0].channels
        return Param("coefficient", (channels,)), Param("bias", (channels,))

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add up the elements of every window, multiply, and add the bias."""
        activations = output.count
        return Cost(add=activations * self.taps(inputs[0]), multiply=activations)


class GlobalPooling(Layer):
    """What global pooling shares: one value per channel, the axes kept with extent 1."""

    category = Category.POOLING

    def shape(self, *inputs: Shape) -> Shape:
        """Shrink every axis to 1."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        return Shape((1,) * x.rank, x.channels)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read every axis whole."""
        return ((WHOLE,) * inputs[0].rank,)


@layer("global_maxpool", "gmp")
class GlobalMaxPool(GlobalPooling):
    """Global max pooling: the largest element of every channel.

    The output is ``1x1xC``; a ``dense`` layer reads it like a vector. Every channel costs as many
    comparisons as it has positions, less one.
    """

    traits = frozenset({Trait.POOLING, Trait.GLOBAL_POOLING, Trait.MAX_POOLING})
    labels = Labels("global max pool")
    examples = (
        Example(
            inputs=("4x5x3",),
            attributes={},
            output="1x1x3",
            source="Keras documentation, GlobalMaxPooling2D, example (2, 4, 5, 3)",
            note="Keras drops the two axes of extent 1 unless keepdims is set",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Compare all positions of every channel."""
        return Cost(compare=output.channels * (inputs[0].positions - 1))


@layer("global_avgpool", "gap")
class GlobalAvgPool(GlobalPooling):
    """Global average pooling: the mean of every channel.

    The output is ``1x1xC``; a ``dense`` layer reads it like a vector. Every channel costs as many
    additions as it has positions, less one, and one division.
    """

    traits = frozenset({Trait.POOLING, Trait.GLOBAL_POOLING, Trait.MEAN_POOLING})
    labels = Labels("global mean pool")
    examples = (
        Example(
            inputs=("7x7x1000",),
            attributes={},
            output="1x1x1000",
            source="lecture 000 (after A. Ng), average pooling 7x7x1000 to 1x1x1000",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add up all positions of every channel and divide."""
        return Cost(add=output.channels * (inputs[0].positions - 1), divide=output.channels)
