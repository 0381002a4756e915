"""Reading: specs from files and texts, and networks as specs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cnnanalyze.errors import Source
from cnnanalyze.exchange.network_source import read, settings_of, text_of
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build
from cnnanalyze.language.spec import Spec, spec_of

Settings = Mapping[str, object]
"""Values for parameters of a spec, by name."""


def load(path: str | Path, *, settings: Settings | None = None) -> Spec:
    """Read the spec of a network from a file, or from the zoo.

    Parameters
    ----------
    path
        A file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Spec
        The network, its layers in the order of execution with their shapes, and what the text
        says besides.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place; or if it has no such parameter.
    UsageError
        If there is no such file.

    Examples
    --------
    >>> load("zoo:mobilenet_v1", settings={"width": 0.5}).parameters[0]
    ('width', 0.5)
    """
    return spec_of(read(path, settings, open_sizes=True))


def loads(text: str, *, name: str = "<text>", settings: Settings | None = None) -> Spec:
    """Read the spec of a network from a text.

    Parameters
    ----------
    text
        The spec: YAML.
    name
        What messages call it.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Spec
        The network, its layers in the order of execution with their shapes, and what the text
        says besides.

    Raises
    ------
    SpecError
        With every fault of the text, each at its place.

    Examples
    --------
    >>> net = loads("{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 5, kernel: 3}}, relu]}")
    >>> str(net["relu1"].output)
    '9x11x5'
    """
    return build(Source(name, text_of(text)), settings_of(settings), open_sizes=True)


def dumps(network: Network, *, folded: bool = False) -> str:
    """Write a network as a spec: flat, one line a layer, with long names; or as people write it.

    Parameters
    ----------
    network
        The network.
    folded
        Whether what repeats becomes blocks, repeats and tables. Names of layers are then not kept.

    Returns
    -------
    str
        A spec that gives the same network.

    Raises
    ------
    UsageError
        If this is no network.

    Examples
    --------
    >>> net = loads("{cnn: 1, name: tiny, input: 5x5x1, layers: [relu]}")
    >>> loads(dumps(net)).nodes[0].kind
    'relu'
    >>> len(dumps(load("zoo:resnet152")).splitlines())
    522
    >>> len(dumps(load("zoo:resnet152"), folded=True).splitlines())
    38
    """
    if folded:
        from cnnanalyze.exchange.folding.fold import fold

        return fold(network)
    from cnnanalyze.language.writer import write

    return write(network)
