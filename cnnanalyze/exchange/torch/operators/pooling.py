"""Pools: windows, all positions, and given sizes."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates, wide


@translates(
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool2d_with_indices",
    "max_pool3d_with_indices",
    "max_pool1d_with_indices",
)
def max_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - with places, if asked for
    """Translate a max pool."""
    rank = len(to.result) - 2
    return to.emit("MaxPool", a["self"], dilations=wide(a["dilation"], rank), **_windows(a, rank))


@translates("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - or nothing that is known
    """Translate an average pool."""
    if a.get("divisor_override") is not None:
        return NotImplemented
    rank = len(to.result) - 2
    return to.emit(
        "AveragePool",
        a["self"],
        count_include_pad=int(bool(a["count_include_pad"])),
        **_windows(a, rank),
    )


def _windows(a: Arguments, rank: int) -> dict[str, Any]:
    kernel = wide(a["kernel_size"], rank)
    return {
        "kernel_shape": kernel,
        "strides": wide(a["stride"] or kernel, rank),
        "pads": wide(a["padding"], rank) * 2,
        "ceil_mode": int(bool(a["ceil_mode"])),
    }


@translates("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_avg_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name
    """Translate an average pool of a given size."""
    return _adaptive(to, a, "Average", {"count_include_pad": 0})


@translates("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_max_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names
    """Translate a max pool of a given size; where each largest number lies is not told."""
    return [_adaptive(to, a, "Max", {}), None]


def _adaptive(to: Translation, a: Arguments, word: str, more: dict[str, Any]) -> Name:
    given = to.shape(a["self"])
    rank = len(to.result) - 2
    size, wanted = given[-rank:], to.result[-rank:]
    if size == wanted:
        return to.emit("Identity", a["self"])
    if prod(wanted) == 1:
        return to.emit(f"Global{word}Pool", a["self"])
    if any(n % m for n, m in zip(size, wanted, strict=True)):
        return to.emit(f"Adaptive{word}Pool", a["self"], domain="torch", size=wanted)
    kernel = tuple(n // m for n, m in zip(size, wanted, strict=True))
    return to.emit(f"{word}Pool", a["self"], kernel_shape=kernel, strides=kernel, **more)
