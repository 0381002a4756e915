"""Layers that steer the training: they do nothing at inference, or only scale."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Number, Rate
from cnnanalyze.layers.base import Elementwise, Example, layer


@layer("dropout")
class Dropout(Elementwise):
    """Dropout: in training, that share of all activations is set to zero; at inference, nothing."""

    principal = "rate"
    rate: Rate = Field(0.5, description="share of the activations that are dropped in training")
    examples = (
        Example(
            inputs=("4096",),
            attributes={"rate": 0.5},
            output="4096",
            parameters=0,
            source="Krizhevsky et al. 2012, section 4.2, first two fully connected layers",
        ),
    )


@layer("drop_path", "stochastic_depth")
class DropPath(Elementwise):
    """Stochastic depth: in training, a branch is dropped at that rate; at inference, nothing."""

    principal = "rate"
    rate: Rate = Field(0.1, description="share of the images whose branch is dropped in training")
    examples = (
        Example(
            inputs=("8x8x64",),
            attributes={"rate": 0.5},
            output="8x8x64",
            parameters=0,
            macs=0,
            source="Huang et al. 2016, section 4, last block of ResNet-110, which survives at 0.5",
        ),
    )


@layer("layer_scale")
class LayerScale(Elementwise):
    """A learned factor for every channel of a branch, near zero at first.

    The layer holds ``C`` factors and costs one multiplication per element.
    """

    initial: Number = Field(1e-6, description="the factors before training")
    per_element = Cost(multiply=1)
    examples = (
        Example(
            inputs=("7x7x768",),
            attributes={"initial": 1e-6},
            output="7x7x768",
            parameters=768,
            source="Liu et al. 2022 (ConvNeXt), official code, last stage of ConvNeXt-T",
        ),
    )

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one factor per channel."""
        return (Param("gamma", (inputs[0].channels,)),)


@layer("scale")
class Scale(Elementwise):
    """A fixed factor for all elements: Inception-ResNet scales its residuals so.

    One multiplication per element; nothing is learned.
    """

    principal = "factor"
    factor: Number = Field(description="what every element is multiplied with")
    per_element = Cost(multiply=1)
    examples = (
        Example(
            inputs=("35x35x320",),
            attributes={"factor": 0.17},
            output="35x35x320",
            parameters=0,
            source="Keras, code of InceptionResNetV2, block35: 35 x 35 x 320, scale=0.17",
        ),
    )


@layer("identity", "none")
class Identity(Elementwise):
    """Its input, unchanged: an empty branch, or a place with a name."""

    examples = (
        Example(
            inputs=("20",),
            attributes={},
            output="20",
            parameters=0,
            source="PyTorch documentation, Identity, example",
        ),
    )
