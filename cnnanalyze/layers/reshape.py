"""Layers that give the elements another shape."""

from pydantic import Field

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    ShapeText,
)
from cnnanalyze.layers.base import Example, Layer, layer
from cnnanalyze.layers.traits import Category, Labels, Trait


class Moving(Layer):
    """What these layers share: they cost nothing."""

    category = Category.SHAPE

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Count nothing: elements are only moved."""
        return Cost()


@layer("flatten")
class Flatten(Moving):
    """All activations in one vector, row by row, channels last. It costs nothing."""

    traits = frozenset({Trait.FLATTENING, Trait.RESHAPING})
    labels = Labels(beside=True)
    examples = (
        Example(
            inputs=("24x24x3",),
            attributes={},
            output="1728",
            parameters=0,
            source="lecture 003, Keras summary, row flatten_3",
        ),
        Example(
            inputs=("64x64x3",),
            attributes={},
            output="12288",
            source="lecture 000 (after A. Ng), a 64x64 RGB image as a vector",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Make every activation a feature."""
        return Shape((), inputs[0].count)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read every axis whole: the vector as such sees all of it."""
        return ((WHOLE,) * inputs[0].rank,)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that a vector is flat."""
        return "flatten of a vector" if inputs[0].is_vector else ""


@layer("reshape")
class Reshape(Moving):
    """The same activations in another shape, in the same order, channels last.

    The number of activations must stay. It costs nothing.
    """

    traits = frozenset({Trait.RESHAPING})
    principal = "to"
    to: ShapeText = Field(description="the new shape, channels last: 4x4x256, or 4096 for a vector")
    examples = (
        Example(
            inputs=("12544",),
            attributes={"to": "7x7x256"},
            output="7x7x256",
            source="TensorFlow tutorial 'Deep convolutional generative adversarial network'",
        ),
        Example(
            inputs=("12",),
            attributes={"to": "3x4"},
            output="3x4",
            source="Keras documentation, Reshape, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Take the shape that was asked for."""
        x = inputs[0]
        *size, channels = map(int, self.to.split("x"))
        wanted = Shape(tuple(size), channels)
        if wanted.count != x.count:
            raise ShapeError(
                f"cannot reshape {x} to {wanted}: {x.count} activations ≠ {wanted.count}",
                attribute="to",
                help=f"choose extents whose product is {x.count}",
                code="SH005",
            )
        return wanted

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place if the spatial extents stay, else every axis whole."""
        x = inputs[0]
        return ((POINT if self.shape(x).size == x.size else WHOLE,) * x.rank,)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that the shape is there."""
        return "reshape to the shape that it has" if self.shape(*inputs) == inputs[0] else ""
