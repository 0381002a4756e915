"""Normalisation: by kept statistics, and by those of the image."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


@translates("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm")
def batch_norm(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or several
    """Translate a batch normalisation; of one that learns nothing, factors are 1 and sums 0."""
    channels = to.shape(a["input"])[1]
    scale = a["weight"] or to.filled(1.0, channels)
    bias = a["bias"] or to.filled(0.0, channels)
    mean, variance = a["running_mean"], a["running_var"]
    if mean is None or variance is None:
        return to.emit(
            "InstanceNormalization", a["input"], scale, bias, domain="torch"
        )  # statistics of the batch at hand: no layer of ours
    return to.emit("BatchNormalization", a["input"], scale, bias, mean, variance, epsilon=a["eps"])


@translates("layer_norm")
def layer_norm(to: Translation, a: Arguments) -> Name:
    """Translate a layer normalisation."""
    shape = a["normalized_shape"]
    return to.emit(
        "LayerNormalization",
        a["input"],
        a["weight"] or to.filled(1.0, *shape),
        *([a["bias"]] if a["bias"] else []),
        axis=-len(shape),
        epsilon=a["eps"],
    )


@translates("rms_norm")
def rms_norm(to: Translation, a: Arguments) -> Name:
    """Translate a root mean square normalisation."""
    shape = a["normalized_shape"]
    return to.emit(
        "RMSNormalization",
        a["input"],
        a["weight"] or to.filled(1.0, *shape),
        axis=-len(shape),
        **({} if a["eps"] is None else {"epsilon": a["eps"]}),
    )


@translates("group_norm")
def group_norm(to: Translation, a: Arguments) -> Name:
    """Translate a group normalisation."""
    channels = to.shape(a["input"])[1]
    return to.emit(
        "GroupNormalization",
        a["input"],
        a["weight"] or to.filled(1.0, channels),
        a["bias"] or to.filled(0.0, channels),
        num_groups=a["num_groups"],
        epsilon=a["eps"],
    )


@translates("instance_norm")
def instance_norm(to: Translation, a: Arguments) -> Name:
    """Translate an instance normalisation."""
    channels = to.shape(a["input"])[1]
    return to.emit(
        "InstanceNormalization",
        a["input"],
        a["weight"] or to.filled(1.0, channels),
        a["bias"] or to.filled(0.0, channels),
        epsilon=a["eps"],
    )
