"""Gated linear units: one half of the channels opens the other half."""

from typing import ClassVar

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.base import Example, Layer, layer
from cnnanalyze.layers.traits import Category, Labels, Trait

SHAZEER = "Shazeer 2020, 'GLU variants improve transformer'"


class Gated(Layer):
    """What these units share: the second half of the channels is the gate of the first."""

    category = Category.ACTIVATION
    traits = frozenset({Trait.MIXES_CHANNELS})
    per_element: ClassVar[Cost]
    """Operations for one element of the output."""

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the positions and half of the channels."""
        x = inputs[0]
        if x.channels % 2:
            what = "features" if x.is_vector else "channels"
            raise ShapeError(
                f"{self.kind} halves the {what}, but its input has {x.channels} of them: "
                f"{x.channels} mod 2 = 1",
                help=f"give the layer before it twice as many {what} as are wanted behind the gate",
            )
        return Shape(x.size, x.channels // 2)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Count the operations of one element for each element of the output."""
        return self.per_element.times(output.count)


@layer("glu")
class Glu(Gated):
    """Gated linear unit: ``a·sigmoid(b) = a / (1 + e^-b)``, of two halves of the channels.

    The second half, ``b``, is the gate, as in PyTorch. One exponential, one addition and one
    division per element of the output.
    """

    labels = Labels("GLU")
    per_element = Cost(exponential=1, add=1, divide=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="1",
            parameters=0,
            source="PyTorch documentation, GLU, example: (4, 2), halved along the last axis",
        ),
    )


@layer("geglu")
class Geglu(Gated):
    """Gated unit with GELU: ``a·b·Φ(b)``, of two halves of the channels.

    The second half, ``b``, is the gate. Four multiplications, one error function and one addition
    per element of the output.
    """

    labels = Labels("GEGLU")
    per_element = Cost(multiply=4, exponential=1, add=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="1",
            parameters=0,
            source=f"{SHAZEER}, section 2: each number of one product opens one of the other",
        ),
        Example(
            inputs=("4096",),
            attributes={},
            output="2048",
            source=f"{SHAZEER}, section 3.1: d_ff = 2048, of two products",
        ),
    )


@layer("swiglu")
class Swiglu(Gated):
    """Gated unit with SiLU (swish): ``a·b / (1 + e^-b)``, of two halves of the channels.

    The second half, ``b``, is the gate. One multiplication, one exponential, one addition and one
    division per element of the output.
    """

    labels = Labels("SwiGLU")
    per_element = Cost(multiply=1, exponential=1, add=1, divide=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="1",
            parameters=0,
            source=f"{SHAZEER}, section 2: each number of one product opens one of the other",
        ),
        Example(
            inputs=("4096",),
            attributes={},
            output="2048",
            source=f"{SHAZEER}, section 3.1: d_ff = 2048, of two products",
        ),
    )
