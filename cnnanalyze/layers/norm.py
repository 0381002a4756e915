"""Normalisation by what the image itself has: by its statistics, and by neighbours."""

from abc import abstractmethod
from types import MappingProxyType

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import EVERYWHERE, POINT, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.symbolic_arithmetic import named, smaller
from cnnanalyze.layers.attributes import Count, Flag, Number, choice
from cnnanalyze.layers.base import Elementwise, Example, layer, refuse_uneven
from cnnanalyze.layers.traits import Category, Labels, Trait


class Standardising(Elementwise):
    """What these norms share: groups of elements of one image are brought to mean 0, variance 1.

    A group of ``n`` elements costs ``3·n - 1`` additions (for the mean, the deviations, the
    variance and epsilon), ``2·n`` multiplications (squares; times the inverse of the deviation),
    two divisions and one root. Then γ and β cost one operation per element each.
    """

    category = Category.NORMALISATION
    traits = frozenset({Trait.NORMALISATION})
    scale: Flag = Field(default=True, description="whether γ is learned")
    center: Flag = Field(default=True, description="whether β is learned")
    epsilon: Number = Field(default=1e-5, description="what is added to the variance (Keras: 1e-3)")

    @abstractmethod
    def grouped(self, x: Shape) -> tuple[int, int]:
        """Return the number of groups, and the elements in each."""

    def learned(self, x: Shape) -> tuple[int, ...]:
        """Return the shape of γ and β."""
        return (x.channels,)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold γ and β where wanted."""
        wanted = (("gamma", self.scale), ("beta", self.center))
        return tuple(Param(role, self.learned(inputs[0])) for role, held in wanted if held)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Find the mean and the deviation of every group, apply them, then γ and β."""
        groups, n = self.grouped(inputs[0])
        activations = output.count
        return Cost(
            add=groups * (3 * n - 1) + (activations if self.center else 0),
            multiply=groups * 2 * n + (activations if self.scale else 0),
            divide=groups * 2,
            power=groups,
        )


@layer("layernorm", "ln")
class LayerNorm(Standardising):
    """Layer normalisation: ``γ·(x - μ) / √(σ² + ε) + β`` with the mean and variance of the image.

    By default they are taken over the channels at every position, with one γ and β per channel
    (ConvNeXt); with ``axes: all`` over the whole map, with one per activation (PyTorch's
    ``LayerNorm([C, H, W])``). Nothing is kept from the training, so nothing can be folded.

    A group of ``n`` elements costs ``3·n - 1`` additions, ``2·n`` multiplications, two divisions
    and one root; γ and β one operation per element each.
    """

    axes: choice("channels", "all") = Field(  # type: ignore[valid-type]  # made from its words
        default="channels", description="what a mean is taken over: 'channels' or 'all'"
    )
    epsilon: Number = Field(
        default=1e-6, description="what is added to the variance (PyTorch: 1e-5, Keras: 1e-3)"
    )
    examples = (
        Example(
            inputs=("5x10",),
            attributes={},
            output="5x10",
            parameters=20,
            source="PyTorch documentation, LayerNorm, first example: embeddings of 10",
            note="weight and bias have the shape that is normalised, 10",
        ),
        Example(
            inputs=("10x10x5",),
            attributes={"axes": "all"},
            output="10x10x5",
            parameters=1_000,
            source="PyTorch documentation, LayerNorm, second example: images, [C, H, W]",
            note="weight and bias have the shape that is normalised, 5·10·10",
        ),
    )

    def grouped(self, x: Shape) -> tuple[int, int]:
        """Take the channels of one position, or everything."""
        return (1, x.count) if self.axes == "all" else (x.positions, x.channels)

    def learned(self, x: Shape) -> tuple[int, ...]:
        """Return the shape of what is normalised at once."""
        return x.extents if self.axes == "all" else (x.channels,)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place, or everything through its mean."""
        return ((EVERYWHERE if self.axes == "all" else POINT,) * inputs[0].rank,)


@layer("groupnorm", "gn")
class GroupNorm(Standardising):
    """Group normalisation: layer normalisation over the map, one group of channels at a time.

    ``γ·(x - μ) / √(σ² + ε) + β``, where ``μ`` and ``σ²`` belong to ``C/groups`` channels at all
    positions; γ and β are learned per channel, ``2·C`` in all.

    A group of ``n`` elements costs ``3·n - 1`` additions, ``2·n`` multiplications, two divisions
    and one root; γ and β one operation per element each.
    """

    principal = "groups"
    groups: Count = Field(default=32, description="groups of channels")
    examples = (
        Example(
            inputs=("10x10x6",),
            attributes={"groups": 3},
            output="10x10x6",
            parameters=12,
            source="PyTorch documentation, GroupNorm, example: 6 channels in 3 groups",
            note="weight and bias are per channel",
        ),
        Example(
            inputs=("56x56x256",),
            attributes={},
            output="56x56x256",
            source="Wu and He 2018, equation 7: G = 32 by default",
            note="the map is that of conv2_x in ResNet-50 (He et al. 2016, table 1)",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape, if the groups divide the channels."""
        x = inputs[0]
        refuse_uneven(self.groups, x.channels)
        return x

    def grouped(self, x: Shape) -> tuple[int, int]:
        """Take the channels of one group at all positions."""
        return self.groups, x.positions * (x.channels // self.groups)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place, and everything through the mean."""
        return ((EVERYWHERE,) * inputs[0].rank,)


@layer("instancenorm")
class InstanceNorm(Standardising):
    """Instance normalisation: every channel of the image is brought to mean 0 and variance 1.

    ``(x - μ) / √(σ² + ε)`` with the mean and variance over all positions of a channel, then
    ``γ`` and ``β`` per channel where asked for: group normalisation with as many groups as
    channels. A channel of one element becomes 0, as in Keras and ONNX; PyTorch refuses it.

    A channel of ``n`` elements costs ``3·n - 1`` additions, ``2·n`` multiplications, two divisions
    and one root; γ and β one operation per element each.
    """

    traits = frozenset({Trait.NORMALISATION, Trait.CHANNEL_STATISTICS})
    scale: Flag = Field(default=False, description="whether γ is learned")
    center: Flag = Field(default=False, description="whether β is learned")
    examples = (
        Example(
            inputs=("35x45x100",),
            attributes={},
            output="35x45x100",
            parameters=0,
            source="PyTorch documentation, InstanceNorm2d, example without learnable parameters",
        ),
        Example(
            inputs=("35x45x100",),
            attributes={"scale": True, "center": True},
            output="35x45x100",
            parameters=200,
            source="PyTorch documentation, InstanceNorm2d, example with learnable parameters",
            note="weight and bias are per channel",
        ),
    )

    def grouped(self, x: Shape) -> tuple[int, int]:
        """Take the positions of one channel."""
        return x.channels, x.positions

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place, and everything through the mean."""
        return ((EVERYWHERE,) * inputs[0].rank,)


@layer("rmsnorm")
class RmsNorm(Elementwise):
    """Root-mean-square normalisation: ``γ·x / √(mean(x²) + ε)``; no mean is subtracted.

    By default the mean is taken over the channels at every position, with one γ per channel; with
    ``axes: all`` over the whole map, with one per activation.

    A group of ``n`` elements costs ``n`` additions, ``2·n`` multiplications, one division and one
    root; γ one multiplication per element.
    """

    category = Category.NORMALISATION
    traits = frozenset({Trait.RESPONSE_NORMALISATION})
    labels = Labels("RMS norm")
    axes: choice("channels", "all") = Field(  # type: ignore[valid-type]  # made from its words
        default="channels", description="what the mean is taken over: 'channels' or 'all'"
    )
    scale: Flag = Field(default=True, description="whether γ is learned")
    epsilon: Number = Field(default=1e-6, description="what is added to the mean square")
    examples = (
        Example(
            inputs=("3",),
            attributes={},
            output="3",
            parameters=3,
            source="PyTorch documentation, RMSNorm, example: RMSNorm([2, 3]) learns 2·3",
            note="here the last axis alone: its 3",
        ),
        Example(
            inputs=("2x3",),
            attributes={"axes": "all"},
            output="2x3",
            parameters=6,
            source="PyTorch documentation, RMSNorm, example: RMSNorm([2, 3])",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold γ where wanted."""
        x = inputs[0]
        learned = x.extents if self.axes == "all" else (x.channels,)
        return (Param("gamma", learned),) if self.scale else ()

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Find the root of the mean square of every group, divide by it, then apply γ."""
        groups = 1 if self.axes == "all" else output.positions
        activations = output.count
        return Cost(
            add=activations,
            multiply=2 * activations + (activations if self.scale else 0),
            divide=groups,
            power=groups,
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place, or everything through its mean."""
        return ((EVERYWHERE if self.axes == "all" else POINT,) * inputs[0].rank,)


@layer("grn")
class Grn(Elementwise):
    """Global response normalisation (ConvNeXt V2): ``γ·x·n + β + x``.

    ``n = g / (mean(g) + ε)``, where ``g`` of a channel is the root of the sum of its squares over
    all positions, and the mean is one over the channels. γ and β are learned per channel, ``2·C``
    in all; both are zero at first, so that the layer passes its input on.

    A channel of ``p`` positions costs ``p - 1`` additions, ``p`` multiplications and one root; the
    mean over ``C`` channels ``C`` additions and one division, the quotients ``C`` divisions. Then
    every element costs two multiplications and two additions.
    """

    category = Category.NORMALISATION
    traits = frozenset({Trait.RESPONSE_NORMALISATION})
    labels = Labels("GRN")
    epsilon: Number = Field(default=1e-6, description="what is added to the mean")
    examples = (
        Example(
            inputs=("56x56x384",),
            attributes={},
            output="56x56x384",
            parameters=768,
            source="Woo et al. 2023 (ConvNeXt V2), official code: gamma and beta of (1, 1, 1, dim)",
            note="the first stage of ConvNeXt V2-T, whose 96 channels are widened to 384",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold γ and β."""
        per_channel = (inputs[0].channels,)
        return Param("gamma", per_channel), Param("beta", per_channel)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Find the response of every channel, compare it with the mean, weigh, and add."""
        activations, channels = output.count, output.channels
        return Cost(
            add=activations - channels + channels + 2 * activations,
            multiply=activations + 2 * activations,
            divide=1 + channels,
            power=channels,
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place, and everything through the response."""
        return ((EVERYWHERE,) * inputs[0].rank,)


@layer("lrn")
class Lrn(Elementwise):
    """Local response normalisation over neighbouring channels (AlexNet).

    ``y = x / (offset + alpha/size·Σ x²)^beta``, the sum over the ``size`` channels around each
    channel, fewer at the ends; an even size has one more before than after. This is PyTorch's
    form, where alpha is divided by the size; AlexNet's own alpha of 1e-4 is therefore 5e-4 here.

    Every element costs two multiplications (its square; alpha/size), the additions of its window
    and one for the offset, one power and one division.
    """

    category = Category.NORMALISATION
    traits = frozenset({Trait.RESPONSE_NORMALISATION})
    principal = "size"
    size: Count = Field(default=5, description="number of neighbouring channels in a sum")
    alpha: Number = Field(default=1e-4, description="weight of the mean square")
    beta: Number = Field(default=0.75, description="exponent")
    offset: Number = Field(default=1.0, description="what is added to the sum (AlexNet: 2)")
    number_names = MappingProxyType({"size": "neighbours"})
    examples = (
        Example(
            inputs=("55x55x96",),
            attributes={"size": 5, "alpha": 5e-4, "beta": 0.75, "offset": 2},
            output="55x55x96",
            parameters=0,
            source="Krizhevsky et al. 2012, section 3.3, after the first convolution",
        ),
    )

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Sum the squares of every window, scale, raise and divide."""
        activations, channels = output.count, output.channels
        before, after = named(self.size // 2, "before"), named((self.size - 1) // 2, "after")
        neighbours = named(_climb(channels, before), "neighbours before") + named(
            _climb(channels, after), "neighbours after"
        )
        return Cost(
            add=activations + output.positions * neighbours,
            multiply=2 * activations,
            divide=activations,
            power=activations,
        )


def _climb(n: int, limit: int) -> int:
    # The sum of min(i, limit) for i in 0..n-1: the neighbours on one side of all n channels.
    rising = smaller(n, limit)
    return rising * (rising - 1) // 2 + (n - rising) * limit
