"""Layers that do nothing at inference."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnnanalyze.layers.attributes import Share
from cnnanalyze.layers.base import Elementwise, Example, layer


@layer("dropout")
class Dropout(Elementwise):
    """Dropout: in training, that share of all activations is set to zero; at inference, nothing."""

    principal: ClassVar[str] = "rate"
    rate: Share = Field(0.5, description="share of the activations that are dropped in training")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            inputs=("4096",),
            attributes={"rate": 0.5},
            output="4096",
            parameters=0,
            source="Krizhevsky et al. 2012, section 4.2, first two fully connected layers",
        ),
    )


@layer("identity", "none")
class Identity(Elementwise):
    """Its input, unchanged: an empty branch, or a place with a name."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            inputs=("20",),
            attributes={},
            output="20",
            parameters=0,
            source="PyTorch documentation, Identity, example",
        ),
    )
