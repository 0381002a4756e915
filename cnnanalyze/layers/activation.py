"""Activation functions."""

from math import tanh

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number, logistic
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import Activation, Elementwise, Example, layer
from cnnanalyze.layers.traits import Category, Trait


@layer("relu")
class Relu(Activation):
    """Rectified linear unit: ``max(0, x)``; one comparison per element."""

    traits = frozenset({Trait.ACTIVATION, Trait.RECTIFIER, Trait.MONOTONE})
    formula = "max(0, x)"
    per_element = Cost(compare=1)
    examples = (
        Example(
            inputs=("28x28x6",),
            attributes={},
            output="28x28x6",
            parameters=0,
            source="lecture 001, table 'CNN example #2', row relu1",
        ),
    )

    def value(self, x: Number) -> Number:
        """Cut off what lies below zero."""
        return max(0, x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Pass gradients on where the number is positive; at 0 none passes, as in frameworks."""
        return (int(x > 0),)


@layer("relu6")
class Relu6(Activation):
    """Rectified linear unit with a ceiling: ``min(max(0, x), 6)``; two comparisons per element."""

    traits = frozenset({Trait.ACTIVATION, Trait.RECTIFIER, Trait.MONOTONE})
    formula = "min(max(0, x), 6)"
    per_element = Cost(compare=2)
    examples = (
        Example(
            inputs=("112x112x32",),
            attributes={},
            output="112x112x32",
            source="lecture 003, ReLU6 in MobileNet, whose second layer reads 112x112x32",
        ),
    )

    def value(self, x: Number) -> Number:
        """Cut off what lies below zero or above six."""
        return min(max(0, x), 6)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Pass gradients on between the two limits."""
        return (int(0 < x < 6),)  # noqa: PLR2004 - the ceiling


@layer("sigmoid")
class Sigmoid(Activation):
    """Logistic function: ``1 / (1 + e^-x)``.

    One exponential, one addition and one division per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE, Trait.SATURATING, Trait.PROBABILITIES})
    formula = "1/(1 + e^-x)"
    per_element = Cost(exponential=1, add=1, divide=1)
    examples = (
        Example(
            inputs=("1x1x256",),
            attributes={},
            output="1x1x256",
            source="Hu et al. 2018 (SENet), excitation: one gate per channel",
        ),
    )

    def value(self, x: Number) -> Number:
        """Squeeze between 0 and 1."""
        return logistic(x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Multiply what comes out with its distance from 1."""
        s = logistic(x)
        return (s * (1 - s),)


@layer("tanh")
class Tanh(Activation):
    """Hyperbolic tangent; it counts as one exponential per element."""

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE, Trait.SATURATING})
    formula = "tanh(x)"
    per_element = Cost(exponential=1)
    examples = (
        Example(
            inputs=("64x64x3",),
            attributes={},
            output="64x64x3",
            source="PyTorch DCGAN example, generator, state size 3 x 64 x 64",
        ),
    )

    def value(self, x: Number) -> Number:
        """Squeeze between -1 and 1."""
        return tanh(x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Take the square of what comes out from 1."""
        return (1 - tanh(x) ** 2 if x else 1,)


@layer("softmax")
class Softmax(Elementwise):
    """Softmax over the channels: ``e^x`` divided by the sum of all ``e^x``, at every position.

    It is computed as everywhere, with the maximum subtracted first so that nothing overflows.
    Every position costs ``C - 1`` comparisons, ``C`` subtractions, ``C`` exponentials, ``C - 1``
    additions and ``C`` divisions.
    """

    category = Category.ACTIVATION
    traits = frozenset({Trait.SOFTMAX, Trait.PROBABILITIES})
    examples = (
        Example(
            inputs=("1x1x1000",),
            attributes={},
            output="1x1x1000",
            source="lecture 003 (MobileNet), table row 'Softmax / s1'",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Find the maximum, subtract it, raise, add up and divide."""
        activations = output.count
        pairs = activations - output.positions
        return Cost(
            add=activations + pairs,
            divide=activations,
            compare=pairs,
            exponential=activations,
        )
