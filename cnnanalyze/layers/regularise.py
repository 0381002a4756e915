"""Layers that steer the training, and do nothing at inference."""

from pydantic import Field

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Flag, Rate
from cnnanalyze.layers.base import Elementwise, Example, layer
from cnnanalyze.layers.traits import Category, Trait


@layer("dropout")
class Dropout(Elementwise):
    """Dropout: in training, that share of all activations is set to zero; at inference, nothing.

    With ``per_channel`` whole channels are dropped instead of single activations (PyTorch's
    ``Dropout2d``, Keras' ``SpatialDropout2D``): neighbours on a map say much the same, so that
    dropping one of them takes little away.
    """

    category = Category.REGULARISATION
    traits = frozenset({Trait.IDENTITY_AT_INFERENCE, Trait.DROPOUT})
    principal = "rate"
    rate: Rate = Field(
        default=0.5, description="share of the activations that are dropped in training"
    )
    per_channel: Flag = Field(default=False, description="whether whole channels are dropped")
    examples = (
        Example(
            inputs=("4096",),
            attributes={"rate": 0.5},
            output="4096",
            parameters=0,
            source="Krizhevsky et al. 2012, section 4.2, first two fully connected layers",
        ),
        Example(
            inputs=("32x32x16",),
            attributes={"rate": 0.2, "per_channel": True},
            output="32x32x16",
            parameters=0,
            source="PyTorch documentation, Dropout2d, example: (20, 16, 32, 32), p=0.2",
        ),
    )

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that a rate of 0 drops nothing."""
        return "" if self.rate else "dropout 0 drops nothing"


@layer("drop_path", "stochastic_depth")
class DropPath(Elementwise):
    """Stochastic depth: in training, a branch is dropped at that rate; at inference, nothing."""

    category = Category.REGULARISATION
    traits = frozenset({Trait.IDENTITY_AT_INFERENCE})
    principal = "rate"
    rate: Rate = Field(
        default=0.1, description="share of the images whose branch is dropped in training"
    )
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

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that a rate of 0 drops nothing."""
        return "" if self.rate else "drop_path 0 drops nothing"


@layer("identity", "none")
class Identity(Elementwise):
    """Its input, unchanged: an empty branch, or a place with a name."""

    category = Category.REGULARISATION
    traits = frozenset({Trait.IDENTITY, Trait.IDENTITY_AT_INFERENCE})
    formula = "x"
    examples = (
        Example(
            inputs=("20",),
            attributes={},
            output="20",
            parameters=0,
            source="PyTorch documentation, Identity, example",
        ),
    )

    def value(self, x: Number) -> Number:
        """Pass the number on."""
        return x

    def partials(self, x: Number) -> tuple[Number, ...]:  # noqa: ARG002
        """Pass gradients on."""
        return (1,)
