"""Joins: layers with two inputs or more."""

from math import prod
from typing import ClassVar

from pydantic import Field

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.core.reach import POINT, WHOLE, Reach, Window
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import AxisWord, axis_number
from cnnanalyze.layers.base import Example, Layer, layer
from cnnanalyze.layers.traits import Category, Labels, Trait


class Join(Layer):
    """What element-by-element joins share: equal shapes, or an extent of 1 that is repeated."""

    category = Category.JOIN
    traits = frozenset({Trait.JOIN})
    arity: ClassVar[tuple[int, int | None]] = (2, None)
    verb: ClassVar[str]
    """What cannot be done with shapes that disagree."""

    def shape(self, *inputs: Shape) -> Shape:
        """Take the common shape; an extent of 1 is repeated."""
        first = inputs[0]
        extents = list(first.extents)
        owners = [first] * len(extents)
        for x in inputs[1:]:
            if x == first:
                continue
            refuse_ranks(self.verb, first, x)
            for axis, n in enumerate(x.extents):
                if extents[axis] == 1:
                    extents[axis], owners[axis] = n, x
                elif n not in {1, extents[axis]}:
                    refuse_extents(self.verb, owners[axis], x, axis)
        return Shape(tuple(extents[:-1]), extents[-1])

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place of every input, or the only place there is."""
        longest = [max(extents) for extents in zip(*(x.size for x in inputs), strict=True)]
        return tuple(
            tuple(WHOLE if n == 1 < m else POINT for n, m in zip(x.size, longest, strict=True))
            for x in inputs
        )


def refuse_ranks(verb: str, one: Shape, other: Shape) -> None:
    """Raise unless both have as many spatial axes."""
    if one.rank != other.rank:
        flat = one if one.is_vector else other
        remedy = f"'reshape: {'x'.join('1' * max(one.rank, other.rank))}x{flat.channels}'"
        raise ShapeError(
            f"cannot {verb} {one} and {other}: {one.rank} spatial axes ≠ {other.rank}",
            help=f"give the vector positions with {remedy}"
            if flat.is_vector
            else "bring both to as many axes with 'reshape'",
            code="SH001",
        )


def refuse_extents(verb: str, one: Shape, other: Shape, axis: int) -> None:
    """Raise: both have as many axes, but one of these differs."""
    if axis < one.rank:
        name = axis_name(axis, one.rank)
        remedy = "the strides and paddings of the branches must lead to one size"
    else:
        name = "features" if one.is_vector else "channels"
        remedy = "bring the branches to as many channels, as with a 1x1 convolution"
    raise ShapeError(
        f"cannot {verb} {one} and {other}: {name} {one.extents[axis]} ≠ {other.extents[axis]}",
        help=remedy,
        code="SH001",
    )


@layer("add")
class Add(Join):
    """Sum of all inputs, element by element: the shortcut of a residual block.

    Extents must be equal; an extent of 1 is repeated. ``n`` inputs cost ``n - 1`` additions per
    output element.
    """

    traits = frozenset({Trait.JOIN, Trait.SUM})
    labels = Labels(sign="+")
    formula = "sum, number by number"
    verb = "add"
    examples = (
        Example(
            inputs=("56x56x256", "56x56x256"),
            attributes={},
            output="56x56x256",
            parameters=0,
            source="He et al. 2016 (ResNet-50), table 1, conv2_x",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add every further input."""
        return Cost(add=(len(inputs) - 1) * output.count)

    def value(self, *numbers: Number) -> Number:
        """Add up."""
        return whole(sum(numbers))

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Pass gradients on to every input."""
        return (1,) * len(numbers)


@layer("multiply")
class Multiply(Join):
    """Product of all inputs, element by element: a gate, as in squeeze-and-excitation.

    Extents must be equal; an extent of 1 is repeated, so that ``1x1xC`` gates every channel of a
    map. ``n`` inputs cost ``n - 1`` multiplications per output element.
    """

    traits = frozenset({Trait.JOIN, Trait.PRODUCT})
    labels = Labels(sign="×")
    formula = "product, number by number"
    verb = "multiply"
    examples = (
        Example(
            inputs=("56x56x256", "1x1x256"),
            attributes={},
            output="56x56x256",
            source="Hu et al. 2018 (SENet), equation 4: each channel is scaled by its gate",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply by every further input."""
        return Cost(multiply=(len(inputs) - 1) * output.count)

    def value(self, *numbers: Number) -> Number:
        """Multiply."""
        return whole(prod(numbers))

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Scale gradients for one input with the product of the others."""
        return tuple(whole(prod(numbers[:n] + numbers[n + 1 :])) for n in range(len(numbers)))


@layer("concat")
class Concat(Layer):
    """Concatenation: the inputs one behind the other, along the channels or along another axis.

    Along the channels the sizes must be equal, and the channels add up; vectors join by their
    features. ``axis: height`` puts maps below one another, ``axis: length`` sequences one behind
    the other, as tokens are, or the boxes of several heads; then all other extents must be equal.
    It costs nothing.

    Each position reads the one that it came from. The field of a whole network, which knows no
    borders, is that of a unit that lies in all of the inputs at once, so it is an upper bound where
    they are of one image; what a unit sees inside the image is exact.
    """

    category = Category.JOIN
    traits = frozenset({Trait.JOIN, Trait.CONCATENATION})
    arity = (2, None)
    axis: AxisWord = Field(
        default="channels",
        description="channels, length, height, width, depth, or its number from 1",
    )
    examples = (
        Example(
            inputs=("28x28x64", "28x28x128", "28x28x32", "28x28x32"),
            attributes={},
            output="28x28x256",
            parameters=0,
            source="Szegedy et al. 2014 (GoogLeNet), table 1, inception (3a)",
        ),
        Example(
            inputs=("8", "8"),
            attributes={},
            output="16",
            source="TensorFlow documentation, keras.layers.Concatenate, example",
        ),
        Example(
            inputs=("2x3", "2x3", "2x3"),
            attributes={"axis": "length"},
            output="6x3",
            parameters=0,
            macs=0,
            source="PyTorch documentation, torch.cat, example, dim 0",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Add up the extents along the axis; all others stay."""
        first, along = inputs[0], self.along(inputs[0])
        for x in inputs[1:]:
            refuse_ranks("concatenate", first, x)
            for axis, (n, m) in enumerate(zip(first.extents, x.extents, strict=True)):
                if axis != along and n != m:
                    refuse_extents("concatenate", first, x, axis)
        return first.with_extent(along, sum(x.extents[along] for x in inputs))

    def along(self, x: Shape) -> int:
        """Return which of the extents of an input grows, counted from 0; the channels are last."""
        return axis_number(self.axis, x, self.kind)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Count nothing: elements are only moved."""
        return Cost()

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as much earlier as the inputs before are long."""
        first, along = inputs[0], self.along(inputs[0])
        if along == first.rank:
            return super().reach(*inputs) or ()
        found, before = [], 0
        for x in inputs:
            reaches: list[Reach] = [POINT] * x.rank
            reaches[along] = Window(1, before=before)  # even the first ends before the output
            found.append(tuple(reaches))
            before += x.size[along]
        return tuple(found)
