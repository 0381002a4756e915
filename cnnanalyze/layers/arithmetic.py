"""Arithmetic, element by element: powers, roots, exponentials, logarithms, limits."""

from fractions import Fraction
from math import exp, inf, log, nan, sqrt

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number, exact, in_floats, whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import NonZero, relation
from cnnanalyze.layers.attributes import Number as Real
from cnnanalyze.layers.base import Activation, Example, layer
from cnnanalyze.layers.traits import Trait

LARGEST_EXPONENT = 64
"""Up to here a fraction is raised exactly; its digits grow with the exponent."""


@layer("power", "pow")
class Power(Activation):
    """Every element raised to a power: ``x^exponent``; one power per element.

    A negative number has no power with a fraction for an exponent: the result is not a number then,
    as in every framework.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC})
    formula = "x^exponent"
    principal = "exponent"
    exponent: NonZero = Field(description="what every element is raised to: 2 squares it")
    per_element = Cost(power=1)
    examples = (
        Example(
            inputs=("4",),
            attributes={"exponent": 2},
            output="4",
            parameters=0,
            source="PyTorch documentation, torch.pow, first example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Raise the number."""
        power = exact(self.exponent)
        if not x and power < 0:
            return inf
        if isinstance(power, int) and abs(power) <= LARGEST_EXPONENT:
            return whole(_raised(x, power))
        return in_floats(lambda base: base ** float(power) if base >= 0 else nan, x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Multiply with the exponent, and raise to one less."""
        power = exact(self.exponent)
        if power == 1:
            return (1,)
        return (whole(power * Power(exponent=self.exponent - 1).value(x)),)


@layer("abs")
class Abs(Activation):
    """Absolute value: ``|x|``. It costs nothing: the sign is left out."""

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC})
    formula = "|x|"
    examples = (
        Example(
            inputs=("3",),
            attributes={},
            output="3",
            parameters=0,
            source="PyTorch documentation, torch.abs, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Leave the sign out."""
        return x if x >= 0 else -x

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Turn the sign where the number is negative; at 0 nothing passes."""
        return ((x > 0) - (x < 0),)


@layer("sqrt")
class Sqrt(Activation):
    """Square root: ``√x``; one root per element.

    A negative number has none: the result is not a number, as in every framework.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC})
    formula = "root(x)"
    per_element = Cost(power=1)
    examples = (
        Example(
            inputs=("4",),
            attributes={},
            output="4",
            parameters=0,
            source="PyTorch documentation, torch.sqrt, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Take the root."""
        return in_floats(sqrt, x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Divide by twice the root."""
        root = self.value(x)
        return (1 / (2 * root) if root else inf,)


@layer("exp")
class Exp(Activation):
    """Exponential: ``e^x``; one exponential per element."""

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC, Trait.MONOTONE})
    formula = "e^x"
    per_element = Cost(exponential=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            parameters=0,
            source="PyTorch documentation, torch.exp, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Raise e to the number."""
        return in_floats(exp, x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Multiply with what comes out."""
        return (self.value(x),)


@layer("log")
class Log(Activation):
    """Natural logarithm: ``ln x``; it counts as one exponential per element.

    That of 0 is minus infinity, and a negative number has none, as in every framework.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC})
    formula = "ln(x)"
    per_element = Cost(exponential=1)
    examples = (
        Example(
            inputs=("5",),
            attributes={},
            output="5",
            parameters=0,
            source="PyTorch documentation, torch.log, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Take the logarithm."""
        return in_floats(log, x) if x else -inf

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Divide by the number."""
        return (inf if not x else 1 / x if isinstance(x, float) else whole(1 / Fraction(x)),)


@layer("clip", "clamp")
class Clip(Activation):
    """Limits for every element: ``min(max(x, min), max)``, either of which may be left out.

    One comparison per limit and element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.ARITHMETIC, Trait.MONOTONE})
    formula = "min(max(x, min), max)"
    min: Real | None = Field(default=None, description="the lowest number that may come out")
    max: Real | None = Field(default=None, description="the highest number that may come out")
    examples = (
        Example(
            inputs=("4",),
            attributes={"min": -0.5, "max": 0.5},
            output="4",
            parameters=0,
            source="PyTorch documentation, torch.clamp, first example",
        ),
    )

    @field_validator("max")
    @classmethod
    def _above_min(cls, value: float | None, info: ValidationInfo) -> float | None:
        lowest = info.data.get("min")
        if value is not None and lowest is not None and value < lowest:
            text = f"must not be below min: {value:g} < {lowest:g}"
            raise relation(text)
        return value

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Compare with every limit."""
        limits = (self.min is not None) + (self.max is not None)
        return Cost(compare=limits * output.count)

    def value(self, x: Number) -> Number:
        """Keep the number between the limits."""
        if self.min is not None:
            x = max(x, exact(self.min))
        return x if self.max is None else min(x, exact(self.max))

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Pass gradients on between the limits, and on them."""
        return (int(self.value(x) == x),)

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that there is no limit."""
        return "clip without a limit" if self.min is None and self.max is None else ""


@layer("hard_tanh")
class HardTanh(Clip):
    """Piecewise linear stand-in for the hyperbolic tangent: ``min(max(x, -1), 1)``.

    Two comparisons per element. The limits can be others, as in PyTorch.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE, Trait.SATURATING})
    min: Real = Field(default=-1.0, description="the lowest number that may come out")
    max: Real = Field(
        default=1.0, description="the highest number that may come out", validate_default=True
    )
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            parameters=0,
            source="PyTorch documentation, Hardtanh, example",
        ),
    )

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Pass gradients on between the limits; on them none passes, as in frameworks."""
        return (int(self.min < x < self.max),)


def _raised(x: Number, power: int) -> Number:
    """Raise a number, exactly if it is exact: a whole number has no negative power in Python."""
    if isinstance(x, float):
        return in_floats(lambda base: base**power, x)
    return Fraction(x) ** power
