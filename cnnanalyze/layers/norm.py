"""Normalisation: batch normalisation and local response normalisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Count, Flag, Number
from cnnanalyze.layers.base import Elementwise, Example, layer


@layer("batchnorm", "bn")
class BatchNorm(Elementwise):
    """Batch normalisation: ``γ·(x - μ) / √(σ² + ε) + β``, with one of each per channel.

    ``γ`` and ``β`` are trained; the moving mean ``μ`` and variance ``σ²`` are kept, but not
    trained: ``4·C`` numbers, of which PyTorch's parameter counts show ``2·C`` and those of Keras
    all.

    At inference the four are folded into one multiplication and one addition per element; the
    folding itself happens once and is not counted.
    """

    scale: Flag = Field(True, description="whether γ is learned")
    center: Flag = Field(True, description="whether β is learned")
    epsilon: Number = Field(1e-5, description="what is added to the variance")
    per_element: ClassVar[Cost] = Cost(multiply=1, add=1)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            inputs=("112x112x64",),
            attributes={},
            output="112x112x64",
            parameters=256,
            source="Keras, summary of ResNet50, row conv1_bn",
            note="128 trained and 128 kept",
        ),
        Example(
            inputs=("4",),
            attributes={},
            output="4",
            parameters=16,
            source="Keras guide 'Transfer learning & fine-tuning': 2 trainable weights and 2 not",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold γ and β where wanted, and the moving statistics."""
        per_channel = (inputs[0].channels,)
        held = [
            Param("moving mean", per_channel, trainable=False),
            Param("moving variance", per_channel, trainable=False),
        ]
        if self.center:
            held.insert(0, Param("beta", per_channel))
        if self.scale:
            held.insert(0, Param("gamma", per_channel))
        return tuple(held)


@layer("lrn")
class Lrn(Elementwise):
    """Local response normalisation over neighbouring channels (AlexNet).

    ``y = x / (offset + alpha/size·Σ x²)^beta``, the sum over the ``size`` channels around each
    channel, fewer at the ends; an even size has one more before than after. This is PyTorch's
    form, where alpha is divided by the size; AlexNet's own alpha of 1e-4 is therefore 5e-4 here.

    Every element costs two multiplications (its square; alpha/size), the additions of its window
    and one for the offset, one power and one division.
    """

    principal: ClassVar[str] = "size"
    size: Count = Field(5, description="number of neighbouring channels in a sum")
    alpha: Number = Field(1e-4, description="weight of the mean square")
    beta: Number = Field(0.75, description="exponent")
    offset: Number = Field(1.0, description="what is added to the sum (AlexNet: 2)")
    examples: ClassVar[tuple[Example, ...]] = (
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
        neighbours = _climb(channels, self.size // 2) + _climb(channels, (self.size - 1) // 2)
        return Cost(
            add=activations + output.positions * neighbours,
            multiply=2 * activations,
            divide=activations,
            power=activations,
        )


def _climb(n: int, limit: int) -> int:
    # The sum of min(i, limit) for i in 0..n-1: the neighbours on one side of all n channels.
    rising = min(n, limit)
    return rising * (rising - 1) // 2 + (n - rising) * limit
