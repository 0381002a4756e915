"""Joins that take the largest, the smallest, the mean, a difference or a quotient of branches."""

from fractions import Fraction
from math import inf, nan

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.merge import Join
from cnnanalyze.layers.traits import Labels


def _shared(numbers: tuple[Number, ...], taken: Number) -> tuple[Number, ...]:
    """Return 1 for the number that was taken; equal ones share it."""
    alike = numbers.count(taken)
    return tuple(whole(Fraction(n == taken, alike)) for n in numbers)


@layer("maximum")
class Maximum(Join):
    """Largest of all inputs, element by element.

    Extents must be equal; an extent of 1 is repeated. ``n`` inputs cost ``n - 1`` comparisons per
    output element.
    """

    labels = Labels(sign="max")
    formula = "largest, number by number"
    verb = "take the maximum of"
    examples = (
        Example(
            inputs=("8", "8"),
            attributes={},
            output="8",
            source="TensorFlow documentation, keras.layers.Maximum, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Compare with every further input."""
        return Cost(compare=(len(inputs) - 1) * output.count)

    def value(self, *numbers: Number) -> Number:
        """Take the largest."""
        return max(numbers)

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Pass gradients on to the largest; equal ones share them."""
        return _shared(numbers, max(numbers))


@layer("minimum")
class Minimum(Join):
    """Smallest of all inputs, element by element.

    Extents must be equal; an extent of 1 is repeated. ``n`` inputs cost ``n - 1`` comparisons per
    output element.
    """

    labels = Labels(sign="min")
    formula = "smallest, number by number"
    verb = "take the minimum of"
    examples = (
        Example(
            inputs=("16", "16"),
            attributes={},
            output="16",
            source="Keras documentation, keras.layers.Minimum, example (2, 3, 4)",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Compare with every further input."""
        return Cost(compare=(len(inputs) - 1) * output.count)

    def value(self, *numbers: Number) -> Number:
        """Take the smallest."""
        return min(numbers)

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Pass gradients on to the smallest; equal ones share them."""
        return _shared(numbers, min(numbers))


@layer("subtract")
class Subtract(Join):
    """First input minus the second, element by element.

    Extents must be equal; an extent of 1 is repeated. Every output element costs one subtraction,
    which counts as an addition.
    """

    arity = (2, 2)
    labels = Labels(sign="-")
    formula = "first - second, number by number"
    verb = "subtract"
    examples = (
        Example(
            inputs=("8", "8"),
            attributes={},
            output="8",
            source="TensorFlow documentation, keras.layers.Subtract, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Subtract."""
        return Cost(add=output.count)

    def value(self, *numbers: Number) -> Number:
        """Subtract the second from the first."""
        first, second = numbers
        return whole(first - second)

    def partials(self, *numbers: Number) -> tuple[Number, ...]:  # noqa: ARG002
        """Pass gradients on to the first, and with the sign turned to the second."""
        return (1, -1)


@layer("divide")
class Divide(Join):
    """First input divided by the second, element by element.

    Extents must be equal; an extent of 1 is repeated, so that ``1x1xC`` scales every channel of a
    map down. Every output element costs one division.
    """

    arity = (2, 2)
    labels = Labels(sign="÷")
    formula = "first/second, number by number"
    verb = "divide"
    examples = (
        Example(
            inputs=("4x4", "1x4"),
            attributes={},
            output="4x4",
            source="PyTorch documentation, torch.div, example of a 4x4 tensor by one of 4",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Divide."""
        return Cost(divide=output.count)

    def value(self, *numbers: Number) -> Number:
        """Divide the first by the second."""
        first, second = numbers
        if not second:
            return first * inf if first else nan
        return whole(first / Fraction(second) if isinstance(first, int) else first / second)

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Divide by the second, and weigh it with the quotient, the sign turned."""
        first, second = numbers
        if not second:
            return (inf, nan)
        below = second if isinstance(second, float) else Fraction(second)
        return (whole(1 / below), whole(-first / below**2))


@layer("average")
class Average(Join):
    """Mean of all inputs, element by element.

    Extents must be equal; an extent of 1 is repeated. ``n`` inputs cost ``n - 1`` additions and one
    division per output element.
    """

    labels = Labels(sign="mean")
    formula = "mean, number by number"
    verb = "average"
    examples = (
        Example(
            inputs=("8", "8"),
            attributes={},
            output="8",
            source="TensorFlow documentation, keras.layers.Average, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Add every further input, and divide."""
        activations = output.count
        return Cost(add=(len(inputs) - 1) * activations, divide=activations)

    def value(self, *numbers: Number) -> Number:
        """Add up and divide."""
        return whole(sum(numbers) * Fraction(1, len(numbers)))

    def partials(self, *numbers: Number) -> tuple[Number, ...]:
        """Share gradients equally."""
        return (Fraction(1, len(numbers)),) * len(numbers)
