"""Layers whose units compare: the largest of several sums, or the distance from a centre."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Count, Flag
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.linear import WholeInput
from cnnanalyze.layers.traits import Trait


@layer("maxout")
class Maxout(WholeInput):
    """Maxout layer: every unit is the largest of several weighted sums.

    With two pieces, ``max(w₁ᵀx + b₁, w₂ᵀx + b₂)``: an activation function that is itself
    learned. The layer holds ``in·pieces·units`` weights and ``pieces·units`` biases, costs one
    multiply-accumulate per weight, and ``pieces - 1`` comparisons per unit.
    """

    traits = frozenset({Trait.FULLY_CONNECTED, Trait.MIXES_CHANNELS})
    pieces: Count = Field(default=2, description="weighted sums per unit")
    bias: Flag = Field(default=True, description="whether every sum adds a bias")
    examples = (
        Example(
            inputs=("2",),
            attributes={"units": 1},
            output="1",
            source="lecture 001, activation functions: maxout",
            note="the lecture gives max(w₁ᵀx + b₁, w₂ᵀx + b₂), one unit with two pieces",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the weights and biases of every piece."""
        kernel = Param("kernel", (inputs[0].count, self.pieces, self.units))
        return (kernel, Param("bias", (self.pieces, self.units))) if self.bias else (kernel,)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Multiply and accumulate every weight once, and compare the pieces."""
        sums = self.pieces * self.units
        return Cost(
            mac=inputs[0].count * sums,
            add=sums if self.bias else 0,
            compare=sums - self.units,
        )


@layer("rbf")
class Rbf(WholeInput):
    """Radial basis functions as in LeNet-5 (1998): every unit is a squared distance to its centre.

    ``y = Σ (x - w)²`` over all activations. The centres are drawn by hand (LeNet-5: the bitmaps
    of the digits) and are not trained. Every unit costs one subtraction and one
    multiply-accumulate per activation.
    """

    traits = frozenset({Trait.MIXES_CHANNELS})
    examples = (
        Example(
            inputs=("84",),
            attributes={"units": 10},
            output="10",
            parameters=840,
            macs=840,
            source="LeCun et al. 1998, LeNet-5, output layer",
            note="840 of the paper's 340,908 connections; none of its 60,000 trained parameters",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the centres, which are not trained."""
        return (Param("centres", (self.units, inputs[0].count), trainable=False),)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Subtract, square and accumulate once per centre and activation."""
        distances = self.units * inputs[0].count
        return Cost(mac=distances, add=distances)
