"""The layer that weighs its whole input, and what all share that read it at once."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Count, Flag
from cnnanalyze.layers.base import Example, Layer, layer
from cnnanalyze.layers.traits import Category, Trait


class WholeInput(Layer):
    """What these layers share: every unit reads all activations, a feature map like a vector."""

    category = Category.DENSE
    principal = "units"
    units: Count = Field(description="number of units: features of the output")

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - whatever comes is read whole
        """One feature per unit."""
        return Shape((), self.units)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read every axis whole."""
        return ((WHOLE,) * inputs[0].rank,)


@layer("dense", "fc", "linear")
class Dense(WholeInput):
    """Dense (fully connected) layer: every unit is a weighted sum of all activations.

    A feature map is read whole, all ``H·W·C`` of it, as the lectures' FC layers do; ``flatten``
    before it changes nothing. (PyTorch's ``Linear`` and Keras' ``Dense`` read the last axis of a
    map only, position by position: that is a convolution with a kernel of 1.) The layer holds
    ``in·units`` weights and one bias per unit, and costs one multiply-accumulate per weight.
    """

    traits = frozenset({Trait.DENSE, Trait.FULL_DEPTH, Trait.FULLY_CONNECTED, Trait.MIXES_CHANNELS})
    bias: Flag = Field(default=True, description="whether every unit adds a bias")
    examples = (
        Example(
            inputs=("5x5x16",),
            attributes={"units": 120},
            output="120",
            parameters=48_120,
            source="lecture 000 (after A. Ng), table 'Neural network example', row FC3",
        ),
        Example(
            inputs=("32x32x3",),
            attributes={"units": 4704, "bias": False},
            output="4704",
            parameters=14_450_688,
            source="lecture 001, a dense layer in place of a convolution: 3072·4704",
        ),
        Example(
            inputs=("1728",),
            attributes={"units": 10},
            output="10",
            parameters=17_290,
            source="lecture 003, Keras summary, row dense_4",
        ),
        Example(
            inputs=("1x1x1024",),
            attributes={"units": 1000, "bias": False},
            output="1000",
            parameters=1_024_000,
            source="lecture 003 (MobileNet), table row 'FC / s1', filter 1024x1000",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one weight per activation and unit, and one bias per unit."""
        kernel = Param("kernel", (inputs[0].count, self.units))
        return (kernel, Param("bias", (self.units,))) if self.bias else (kernel,)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Multiply and accumulate every weight once."""
        return Cost(mac=inputs[0].count * self.units, add=self.units if self.bias else 0)
