"""Deploying: what a network needs where it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.api.reading import Settings
from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.network_source import read
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.report.deployment_result import DeploymentResult


def deploy(
    network: Network | str | Path,
    *,
    target: str | Path = "tflm-reference",
    dtype: str | None = None,
    planner: str | None = None,
    flash: str | int | None = None,
    sram: str | int | None = None,
    settings: Settings | None = None,
) -> DeploymentResult:
    """Tell what a network needs where it runs: flash, RAM, traffic, and the least time.

    Batch normalisations are folded where that is exact, activations are fused as the target's
    runtime does, and the tensors are laid out in one buffer.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    target
        Where it runs: a name, or a file of your own that ends in ``.toml``.
    dtype
        ``int8``, ``int16x8``, ``float16``, ``float32`` or ``mixed``; by default the target's.
    planner
        ``tflm-greedy``, ``in-place`` or ``tinyengine``; by default as the target's runtime does.
    flash, sram
        The memory that there is, as ``"256KiB"`` or in bytes; by default the target's.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    DeploymentResult
        Sums, operations and the memory plan, all exact but for time and energy.

    Raises
    ------
    UsageError
        If there is no such target, format or planner, or if a size cannot be read.

    Examples
    --------
    >>> found = deploy("zoo:mobilenet_v2", target="stm32-like", settings={"width": 0.35})
    >>> found.flash
    1694208
    """
    from cnnanalyze.deployment.deploy import deploy_network
    from cnnanalyze.report.deployment import MemoryLimits
    from cnnanalyze.report.deployment_result import DeploymentResult

    limits = MemoryLimits(_size("flash", flash), _size("sram", sram))
    found = deploy_network(
        read(network, settings), target=str(target), dtype=dtype, planner=planner
    )
    return DeploymentResult(found, limits)


def _size(name: str, written: str | int | None) -> int | None:
    from cnnanalyze.core.memory_size import memory_size

    if written is None:
        return None
    try:
        return memory_size(written)
    except ValueError as error:
        raise UsageError(
            f"'{name}' {error}", help=f"write {name} as 256KiB, 1MB or a number of bytes"
        ) from None
