"""Layers that do nothing when a network is used: dropout, noise, changed images."""

from __future__ import annotations

from cnnanalyze.exchange.keras.conversion import Call, Viewed
from cnnanalyze.exchange.keras.layers.registry import converts


@converts(
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout "
    "FixedDropout"
)
def dropout(call: Call) -> Viewed:
    """Dropout."""
    return call.elementwise(call.value, "dropout", rate=call.real("rate", default=0.5))


@converts("StochasticDepth DropConnect")
def drop_path(call: Call) -> Viewed:
    """Branches that are dropped."""
    return call.elementwise(
        call.value, "drop_path", rate=call.real("drop_path_rate", "rate", default=0.0)
    )


@converts(
    "Identity GaussianNoise ActivityRegularization Masking RandomBrightness RandomContrast "
    "RandomFlip RandomHue RandomRotation RandomSaturation RandomTranslation RandomZoom "
    "RandomSharpness RandomShear RandomInvert RandomGrayscale RandomErasing RandomPerspective "
    "RandomGaussianBlur RandomColorJitter RandomColorDegeneration RandomPosterization "
    "RandomElasticTransform"
)
def identity(call: Call) -> Viewed:
    """A layer that changes nothing but in training."""
    return call.elementwise(call.value, "identity")
