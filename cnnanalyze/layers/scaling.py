"""Layers that scale and shift, by learned numbers or fixed ones."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.exact_number import Number, exact, whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Count, Flag, choice
from cnnanalyze.layers.attributes import Number as Real
from cnnanalyze.layers.base import Elementwise, Example, layer
from cnnanalyze.layers.traits import Category


@layer("layer_scale")
class LayerScale(Elementwise):
    """A learned factor for every channel of a branch, near zero at first, or one for all of them.

    The layer holds ``C`` factors, or 1 if they are shared, and costs one multiplication per
    element. A factor that all channels share is a learned scalar, as in ReZero.
    """

    category = Category.REGULARISATION
    formula = "gamma*x"
    initial: Real = Field(default=1e-6, description="the factors before training")
    shared: Flag = Field(default=False, description="whether all channels share one factor")
    per_element = Cost(multiply=1)
    examples = (
        Example(
            inputs=("7x7x768",),
            attributes={"initial": 1e-6},
            output="7x7x768",
            parameters=768,
            source="Liu et al. 2022 (ConvNeXt), official code, last stage of ConvNeXt-T",
        ),
        Example(
            inputs=("32x32x16",),
            attributes={"initial": 0, "shared": True},
            output="32x32x16",
            parameters=1,
            source="Bachlechner et al. 2020 (ReZero), equation 1: one α per layer, 0 at first",
            note="the map is that of the first stage of ResNet-56 for CIFAR-10",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one factor per channel, or one."""
        return (Param("gamma", (1 if self.shared else inputs[0].channels,)),)

    def value(self, x: Number, gamma: Number) -> Number:
        """Multiply with the factor of the channel."""
        return whole(gamma * x)

    def partials(self, x: Number, gamma: Number) -> tuple[Number, ...]:
        """Scale with the factor; its own gradient is scaled with the number."""
        return (gamma, x)


@layer("scale")
class Scale(Elementwise):
    """A fixed factor for all elements, and a fixed number that is added: ``factor·x + offset``.

    Inception-ResNet scales its residuals so, and Keras' networks bring images from 0 to 255 to -1
    to 1. One multiplication per element, and one addition if there is an offset; a factor of 1
    costs nothing. Nothing is learned.
    """

    category = Category.REGULARISATION
    formula = "factor*x + offset"
    principal = "factor"
    factor: Real = Field(description="what every element is multiplied with")
    offset: Real = Field(default=0.0, description="what is added to every product")
    examples = (
        Example(
            inputs=("35x35x320",),
            attributes={"factor": 0.17},
            output="35x35x320",
            parameters=0,
            source="Keras, code of InceptionResNetV2, block35: 35 x 35 x 320, scale=0.17",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Multiply every element, and add the offset."""
        n = output.count
        return Cost(
            multiply=0 if self.factor == 1 else n,
            add=n if self.offset else 0,
        )

    def value(self, x: Number) -> Number:
        """Multiply with the factor, and add the offset."""
        return whole(exact(self.factor) * x + exact(self.offset))

    def partials(self, x: Number) -> tuple[Number, ...]:  # noqa: ARG002
        """Scale with the factor."""
        return (exact(self.factor),)

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that a factor of 1 changes nothing."""
        return "scale 1 changes nothing" if (self.factor, self.offset) == (1, 0) else ""


@layer("affine")
class Affine(Elementwise):
    """A learned factor and a learned number that is added, for every channel: ``γ·x + β``.

    It is what is left of batch normalisation at inference, where its statistics are worked into
    both; without ``scale`` it is a bias by itself. The layer holds ``C`` numbers for each of the
    two, or one if they are ``shared``, and costs one multiplication and one addition per element.
    """

    category = Category.REGULARISATION
    formula = "gamma*x + beta"
    scale: Flag = Field(default=True, description="whether γ is learned")
    center: Flag = Field(default=True, description="whether β is learned")
    shared: Flag = Field(default=False, description="whether all channels share γ and β")
    examples = (
        Example(
            inputs=("56x56x96",),
            attributes={},
            output="56x56x96",
            parameters=192,
            source="Touvron et al. 2021 (ResMLP), equation 1: Aff scales and shifts each channel",
            note="the map is that of the first stage of Swin-T",
        ),
        Example(
            inputs=("5x7x2",),
            attributes={"scale": False},
            output="5x7x2",
            parameters=2,
            macs=0,
            source="ONNX documentation, Conv, input B: 1D bias to be added, of the size M",
            note="with M = 2; here it is a layer of its own",
        ),
        Example(
            inputs=("56x56x64",),
            attributes={"shared": True},
            output="56x56x64",
            parameters=2,
            source="PaddleClas, PP-HGNetV2, LearnableAffineBlock: scale and bias of one number",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold γ and β where wanted."""
        shape = (1 if self.shared else inputs[0].channels,)
        wanted = (("gamma", self.scale), ("beta", self.center))
        return tuple(Param(role, shape) for role, held in wanted if held)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Multiply and add once per element."""
        n = output.count
        return Cost(multiply=n if self.scale else 0, add=n if self.center else 0)

    def value(self, x: Number, gamma: Number = 1, beta: Number = 0) -> Number:
        """Multiply with the factor of the channel, and add its number."""
        return whole(gamma * x + beta)

    def partials(self, x: Number, gamma: Number = 1, **_: Number) -> tuple[Number, ...]:
        """Scale with the factor; its own gradient is scaled with the number."""
        held = ((x, self.scale), (1, self.center))
        return (gamma, *(number for number, is_held in held if is_held))

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that nothing is learned."""
        return "" if self.scale or self.center else "affine that learns nothing"


@layer("constant_map")
class ConstantMap(Elementwise):
    """Numbers that are joined with every element, and that no layer before computes: ``x + c``.

    They are fixed, as the places of anchors, tables of sines and the masks of shifted windows are,
    and stand among the constants that a layer holds. With ``table`` they are looked up in so many
    learned numbers, as a table of relative positions is for all pairs of places. Which place looks
    up which number changes values and no count; here the table comes again from its beginning.
    One addition or multiplication per element.
    """

    category = Category.REGULARISATION
    principal = "operation"
    operation: choice("add", "multiply") = Field(  # type: ignore[valid-type]  # made from its words
        default="add", description="what is done with them"
    )
    along: choice("all", "channels") = Field(  # type: ignore[valid-type]  # made from its words
        default="all", description="whether there is one for every element, or for every channel"
    )
    table: Count | None = Field(
        default=None,
        description="how many learned numbers they are looked up in; by default they are fixed",
    )
    examples = (
        Example(
            inputs=("49x49x3",),
            attributes={"table": 507},
            output="49x49x3",
            parameters=507,
            macs=0,
            source="Liu et al. 2021 (Swin), section 3.2: a table of (2M-1)x(2M-1) for each head",
            note="M = 7 and the 3 heads of the first stage of Swin-T: 13·13·3",
        ),
        Example(
            inputs=("50x512",),
            attributes={},
            output="50x512",
            parameters=25_600,
            macs=0,
            source="Vaswani et al. 2017, section 3.5: sines of the positions are added, d = 512",
            note="with 50 positions",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the table, or the numbers as constants."""
        if self.table is not None:
            return (Param("table", (self.table,)),)
        x = inputs[0]
        extents = x.extents if self.along == "all" else (x.channels,)
        return (Param("constants", extents, trainable=False),)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Add or multiply once per element."""
        n = output.count
        return Cost(add=n) if self.operation == "add" else Cost(multiply=n)
