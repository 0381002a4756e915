"""Activation functions that keep something of what is negative."""

from math import exp, expm1

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.exact_number import Number, exact, in_floats, whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Flag
from cnnanalyze.layers.attributes import Number as Real
from cnnanalyze.layers.base import Activation, Example, layer
from cnnanalyze.layers.traits import Trait


@layer("leaky_relu")
class LeakyRelu(Activation):
    """Leaky rectified linear unit: ``x`` where it is positive, ``slope·x`` elsewhere.

    One comparison and one multiplication per element. The default slope is PyTorch's 0.01;
    lecture 001 uses 0.1, Keras 0.3.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
    formula = "x if x > 0, else slope*x"
    principal = "slope"
    slope: Real = Field(default=0.01, description="factor of negative inputs")
    per_element = Cost(compare=1, multiply=1)
    examples = (
        Example(
            inputs=("32x32x64",),
            attributes={"slope": 0.2},
            output="32x32x64",
            source="PyTorch DCGAN example, discriminator, state size 64 x 32 x 32",
        ),
    )

    def value(self, x: Number) -> Number:
        """Scale what lies below zero."""
        return whole(x if x > 0 else exact(self.slope) * x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Slow gradients down where the number is not positive."""
        return (1 if x > 0 else exact(self.slope),)


@layer("prelu")
class Prelu(Activation):
    """Leaky rectified linear unit whose slope is learned, per channel or one for all.

    The layer holds ``C`` slopes, or 1 if all channels share it; with ``per_position`` as many for
    each position of its input, so that each element has its own, as Keras has it unless told
    otherwise. One comparison and one multiplication per element.
    """

    formula = "x if x > 0, else slope*x"
    shared: Flag = Field(default=False, description="whether all channels share one slope")
    per_position: Flag = Field(
        default=False, description="whether each position has slopes of its own (Keras' default)"
    )
    per_element = Cost(compare=1, multiply=1)
    examples = (
        Example(
            inputs=("112x112x64",),
            attributes={},
            output="112x112x64",
            parameters=64,
            source="He et al. 2015, 'Delving deep into rectifiers', section 2.1: one per channel",
        ),
        Example(
            inputs=("2",),
            attributes={"shared": True},
            output="2",
            parameters=1,
            source="PyTorch documentation, PReLU: one parameter across all channels",
        ),
        Example(
            inputs=("24x24x32",),
            attributes={"per_position": True},
            output="24x24x32",
            parameters=18_432,
            source="keras-team/keras, issue 4452: PReLU behind a map of 24x24x32",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the slopes."""
        x = inputs[0]
        size = x.size if self.per_position else ()
        return (Param("slope", (*size, 1 if self.shared else x.channels)),)

    def value(self, x: Number, slope: Number) -> Number:
        """Scale what lies below zero with the slope of its place."""
        return whole(x if x > 0 else slope * x)

    def partials(self, x: Number, slope: Number) -> tuple[Number, ...]:
        """Slow gradients down where the number is not positive; there the slope has a gradient."""
        return (1, 0) if x > 0 else (slope, x)


@layer("elu")
class Elu(Activation):
    """Exponential linear unit: ``x`` where it is positive, ``alpha·(e^x - 1)`` elsewhere.

    One comparison, one exponential, one addition and one multiplication per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
    formula = "x if x > 0, else alpha*(e^x - 1)"
    principal = "alpha"
    alpha: Real = Field(
        default=1.0, description="limit for very negative inputs, with its sign changed"
    )
    per_element = Cost(compare=1, exponential=1, add=1, multiply=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            source="PyTorch documentation, ELU, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Bend what lies below zero."""
        return x if x > 0 else exact(self.alpha) * expm1(x) if x else 0

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Slow gradients down where the number is not positive."""
        return (1 if x > 0 else exact(self.alpha) * in_floats(exp, x) if x else exact(self.alpha),)
