"""Batch normalisation: by statistics that training has left behind."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Flag, Number
from cnnanalyze.layers.base import Elementwise, Example, layer
from cnnanalyze.layers.traits import Category, Labels, Trait


@layer("batchnorm", "bn")
class BatchNorm(Elementwise):
    """Batch normalisation: ``γ·(x - μ) / √(σ² + ε) + β``, with one of each per channel.

    ``γ`` and ``β`` are trained; the moving mean ``μ`` and variance ``σ²`` are kept, but not
    trained: ``4·C`` numbers, of which PyTorch's parameter counts show ``2·C`` and those of Keras
    all.

    At inference the four are folded into one multiplication and one addition per element; the
    folding itself happens once and is not counted.
    """

    category = Category.NORMALISATION
    traits = frozenset({Trait.NORMALISATION, Trait.BATCH_STATISTICS, Trait.CHANNEL_STATISTICS})
    labels = Labels("bn")
    scale: Flag = Field(default=True, description="whether γ is learned")
    center: Flag = Field(default=True, description="whether β is learned")
    epsilon: Number = Field(default=1e-5, description="what is added to the variance (Keras: 1e-3)")
    per_element = Cost(multiply=1, add=1)
    examples = (
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
        Example(
            inputs=("35x45x10x100",),
            attributes={"scale": False, "center": False},
            output="35x45x10x100",
            parameters=200,
            source="PyTorch documentation, BatchNorm3d, example without learnable parameters",
            note="the moving mean and variance of each of the 100 channels",
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
