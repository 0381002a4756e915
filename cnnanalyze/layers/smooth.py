"""Activation functions of newer networks: smooth ones, and piecewise stand-ins for them."""

from fractions import Fraction
from math import erf, exp, expm1, log1p, pi, sqrt, tanh

from pydantic import Field

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number, in_floats, logistic, whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Flag, NonZero
from cnnanalyze.layers.base import Activation, Elementwise, Example, layer
from cnnanalyze.layers.traits import Category, Trait

_SCALE, _ALPHA = 1.0507009873554805, 1.6732632423543772


def _softplus(x: Number) -> float:
    return max(float(x), 0.0) + log1p(exp(-abs(float(x))))


def _ramp(x: Number) -> Number:
    return whole(Fraction(min(max(0, x + 3), 6)) / 6)


@layer("selu")
class Selu(Activation):
    """Scaled exponential linear unit: ``s·x`` where it is positive, ``s·a·(e^x - 1)`` elsewhere.

    With ``s = 1.0507…`` and ``a = 1.6733…`` activations keep mean 0 and variance 1. One comparison,
    one exponential, one addition and two multiplications per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
    formula = "1.0507*x if x > 0, else 1.7581*(e^x - 1)"
    per_element = Cost(compare=1, exponential=1, add=1, multiply=2)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            parameters=0,
            source="PyTorch documentation, SELU, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Bend what lies below zero, and scale all."""
        return _SCALE * (x if x > 0 else _ALPHA * expm1(x))

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Scale all, and bend what is not positive."""
        return (_SCALE * (1 if x > 0 else _ALPHA * in_floats(exp, x)),)


@layer("celu")
class Celu(Activation):
    """ELU without a kink: ``x`` where it is positive, ``alpha·(e^(x/alpha) - 1)`` elsewhere.

    Its slope has no step at 0, whatever alpha is. One comparison, one division, one exponential,
    one addition and one multiplication per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
    formula = "x if x > 0, else alpha*(e^(x/alpha) - 1)"
    principal = "alpha"
    alpha: NonZero = Field(
        default=1.0, description="limit for very negative inputs, with its sign changed"
    )
    per_element = Cost(compare=1, divide=1, exponential=1, add=1, multiply=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            parameters=0,
            source="PyTorch documentation, CELU, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Bend what lies below zero."""
        alpha = self.alpha
        return x if x > 0 else alpha * in_floats(lambda low: expm1(low / alpha), x) if x else 0

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Slow gradients down where the number is not positive."""
        return (1 if x >= 0 else in_floats(lambda low: exp(low / self.alpha), x),)


@layer("gelu")
class Gelu(Activation):
    """Gaussian error linear unit: ``x·Φ(x) = x/2·(1 + erf(x/√2))``.

    Three multiplications, one error function and one addition per element. ``approximate`` is
    ``x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))``: six multiplications, one hyperbolic tangent and
    two additions.
    """

    formula = "x*Phi(x)"
    approximate: Flag = Field(
        default=False, description="whether the form with the tangent is used"
    )
    examples = (
        Example(
            inputs=("56x56x384",),
            attributes={},
            output="56x56x384",
            parameters=0,
            source="Liu et al. 2022 (ConvNeXt), figure 4: GELU after '1x1, 384'",
            note="table 9 has these blocks at 56x56 in ConvNeXt-T",
        ),
        Example(
            inputs=("2",),
            attributes={"approximate": True},
            output="2",
            source="PyTorch documentation, GELU, example, with approximate='tanh'",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Weigh every element with the distribution function, or what comes near it."""
        n = output.count
        if self.approximate:
            return Cost(multiply=6 * n, exponential=n, add=2 * n)
        return Cost(multiply=3 * n, exponential=n, add=n)

    def value(self, x: Number) -> Number:
        """Weigh the number with the distribution function, or what comes near it."""
        if self.approximate:
            return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))
        return x / 2 * (1 + erf(x / sqrt(2)))

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Weigh with the distribution function, and add the number times its density."""
        if self.approximate:
            root = sqrt(2 / pi)
            t = tanh(root * (x + 0.044715 * x**3))
            return ((1 + t) / 2 + x / 2 * (1 - t**2) * root * (1 + 3 * 0.044715 * x**2),)
        return ((1 + erf(x / sqrt(2))) / 2 + x * exp(-(x**2) / 2) / sqrt(2 * pi),)


@layer("silu", "swish")
class Silu(Activation):
    """Sigmoid linear unit (swish): ``x·sigmoid(x) = x / (1 + e^-x)``.

    One exponential, one addition and one division per element.
    """

    formula = "x/(1 + e^-x)"
    per_element = Cost(exponential=1, add=1, divide=1)
    examples = (
        Example(
            inputs=("112x112x32",),
            attributes={},
            output="112x112x32",
            source="Tan and Le 2019 (EfficientNet), table 1: swish after B0's first convolution",
            note="the second stage of the table reads 112x112, the first gives 32 channels",
        ),
    )

    def value(self, x: Number) -> Number:
        """Weigh the number with its sigmoid."""
        return x * logistic(x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Weigh with the sigmoid, and add the number times the slope of it."""
        s = logistic(x)
        return (s + x * s * (1 - s),)


@layer("hard_sigmoid")
class HardSigmoid(Activation):
    """Piecewise linear sigmoid: ``min(max(0, x + 3), 6) / 6`` (MobileNetV3).

    One addition, two comparisons and one division per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE, Trait.PROBABILITIES})
    formula = "min(max(0, x + 3), 6)/6"
    per_element = Cost(add=1, compare=2, divide=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            source="PyTorch documentation, Hardsigmoid, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Rise from 0 to 1 on a straight line."""
        return _ramp(x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Pass a sixth on along the ramp."""
        return (Fraction(1, 6) if -3 < x < 3 else 0,)  # noqa: PLR2004 - the ends of the ramp


@layer("hard_swish")
class HardSwish(Activation):
    """Piecewise swish: ``x·min(max(0, x + 3), 6) / 6`` (MobileNetV3).

    One addition, two comparisons, one multiplication and one division per element.
    """

    formula = "x*min(max(0, x + 3), 6)/6"
    per_element = Cost(add=1, compare=2, multiply=1, divide=1)
    examples = (
        Example(
            inputs=("112x112x16",),
            attributes={},
            output="112x112x16",
            parameters=0,
            source="Howard et al. 2019 (MobileNetV3), table 1, first row: HS, then 112² x 16",
        ),
    )

    def value(self, x: Number) -> Number:
        """Weigh the number with its place on the ramp."""
        return whole(x * _ramp(x))

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Rise along the ramp, and pass all on above it."""
        if -3 < x < 3:  # noqa: PLR2004 - the ends of the ramp
            return (whole(Fraction(2 * x + 3) / 6),)
        return (int(x > 0),)


@layer("softplus")
class Softplus(Activation):
    """Smooth rectified linear unit: ``log(1 + e^x)``.

    One exponential, one logarithm and one addition per element.
    """

    traits = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
    formula = "ln(1 + e^x)"
    per_element = Cost(exponential=2, add=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            source="PyTorch documentation, Softplus, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Round the corner of the rectifier."""
        return _softplus(x)

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Weigh with the sigmoid."""
        return (logistic(x),)


@layer("mish")
class Mish(Activation):
    """``x·tanh(log(1 + e^x))``.

    One exponential, one logarithm, one hyperbolic tangent, one addition and one multiplication per
    element.
    """

    formula = "x*tanh(ln(1 + e^x))"
    per_element = Cost(exponential=3, add=1, multiply=1)
    examples = (
        Example(
            inputs=("2",),
            attributes={},
            output="2",
            source="PyTorch documentation, Mish, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Weigh the number with the tangent of its softplus."""
        return x * tanh(_softplus(x))

    def partials(self, x: Number) -> tuple[Number, ...]:
        """Weigh with the tangent of the softplus, and add the number times the slope of it."""
        t = tanh(_softplus(x))
        return (t + x * (1 - t**2) * logistic(x),)


@layer("log_softmax")
class LogSoftmax(Elementwise):
    """The logarithm of softmax over the channels: ``x - log Σ e^x``, at every position.

    The maximum is subtracted first so that nothing overflows. Every position costs ``C - 1``
    comparisons, ``C`` subtractions, ``C`` exponentials, ``C - 1`` additions, one logarithm and
    again ``C`` subtractions.
    """

    category = Category.ACTIVATION
    traits = frozenset({Trait.SOFTMAX, Trait.LOG_PROBABILITIES})
    examples = (
        Example(
            inputs=("3",),
            attributes={},
            output="3",
            parameters=0,
            source="PyTorch documentation, LogSoftmax, example",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Find the maximum, subtract it, raise, add up, and subtract the logarithm."""
        activations, positions = output.count, output.positions
        pairs = activations - positions
        return Cost(
            add=2 * activations + pairs,
            compare=pairs,
            exponential=activations + positions,
        )
