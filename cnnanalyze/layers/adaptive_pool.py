"""Adaptive pooling: largest or mean of a given number of bins."""

from math import prod

from pydantic import Field

from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.symbolic_arithmetic import common_divisor
from cnnanalyze.layers.attributes import Extent, per_axis
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Labels, Trait


class AdaptivePooling(Layer):
    """What adaptive pooling shares: as many bins as the output shall have, of nearly equal size."""

    category = Category.POOLING
    principal = "size"
    size: Extent = Field(description="size of the output, for all axes or per axis")

    def shape(self, *inputs: Shape) -> Shape:
        """Take the size that was asked for, and keep the channels."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        return Shape(per_axis(self.size, x.rank, "size"), x.channels)

    def merges(self, output: Shape, x: Shape) -> int:
        """Return how often two elements are made one, in all bins: their sizes, less one each."""
        # Along an axis, n inputs lie in m bins, and of the m - 1 borders between bins those
        # that fall inside an input, all but gcd(n, m) - 1, give that input to both neighbours.
        read = prod(n + m - common_divisor(n, m) for n, m in zip(x.size, output.size, strict=True))
        return (read - output.positions) * x.channels

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Share out every axis."""
        x = inputs[0]
        return (tuple(map(Bins, x.size, per_axis(self.size, x.rank, "size"))),)


@layer("adaptive_maxpool")
class AdaptiveMaxPool(AdaptivePooling):
    """Adaptive max pooling: the largest element of every bin, whatever the size of the input.

    Output ``o`` of ``m`` reads the inputs ``⌊o·n/m⌋`` to ``⌈(o + 1)·n/m⌉ - 1`` of ``n``
    (PyTorch), so bins may overlap by one. Every bin costs as many comparisons as it has
    elements, less one.
    """

    traits = frozenset({Trait.POOLING, Trait.ADAPTIVE_POOLING, Trait.MAX_POOLING})
    labels = Labels("max pool")
    examples = (
        Example(
            inputs=("8x9x64",),
            attributes={"size": (5, 7)},
            output="5x7x64",
            source="PyTorch documentation, AdaptiveMaxPool2d, target output size of 5x7",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Compare the elements of every bin."""
        return Cost(compare=self.merges(output, inputs[0]))


@layer("adaptive_avgpool")
class AdaptiveAvgPool(AdaptivePooling):
    """Adaptive average pooling: the mean of every bin, whatever the size of the input.

    Output ``o`` of ``m`` reads the inputs ``⌊o·n/m⌋`` to ``⌈(o + 1)·n/m⌉ - 1`` of ``n``
    (PyTorch), so bins may overlap by one. Every bin costs as many additions as it has elements,
    less one, and one division.
    """

    traits = frozenset({Trait.POOLING, Trait.ADAPTIVE_POOLING, Trait.MEAN_POOLING})
    labels = Labels("mean pool")
    examples = (
        Example(
            inputs=("10x9x64",),
            attributes={"size": 7},
            output="7x7x64",
            source="PyTorch documentation, AdaptiveAvgPool2d, target output size of 7x7",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add up the elements of every bin and divide."""
        return Cost(add=self.merges(output, inputs[0]), divide=output.count)
