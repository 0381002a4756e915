"""Exporting: networks for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.api.reading import Settings
from cnnanalyze.exchange.network_source import read
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.exporting.targets import Export


def export(
    network: Network | str | Path,
    to: str = "torch",
    *,
    settings: Settings | None = None,
    weights: bool = False,
) -> Export:
    r"""Write a network for another program: as code, as a file of a model, as a graph.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    to
        ``torch``, ``keras``, ``onnx``, ``mermaid`` or ``dot``.
    settings
        Values for the spec's parameters, by name.
    weights
        Whether weights are written as well, where the program's file holds them: those with which
        ``verify`` runs the network.

    Returns
    -------
    Export
        The text or the bytes, and a way to write them to a file.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If there is no such target, or a layer cannot be written for it.

    Examples
    --------
    >>> print(export("zoo:sobel", to="dot").text.splitlines()[2])
      n0 [label="input\n6x6x1", shape=ellipse];
    """
    from cnnanalyze.exporting.targets import export_network

    return export_network(read(network, settings), to, weights=weights)
