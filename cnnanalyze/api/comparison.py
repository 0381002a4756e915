"""Comparison: networks with each other, and models with their specs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.api.reading import Settings
from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.network_source import file_of, read, read_like, settings_of
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.comparison.conformance.result import Conformance
    from cnnanalyze.comparison.conformance.weights import WeightConformance
    from cnnanalyze.report.difference import Difference
    from cnnanalyze.updating.update import Update


def compare(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    convention: str = "mac",
    batch: int = 1,
    dtype: str = "float32",
    layout: str = "hwc",
    depth: int | None = None,
    sort: str = "",
    everything: bool = False,
    details: bool | None = None,
) -> Difference:
    """Compare networks with the first of them, layer by layer and in total.

    Layers are matched by their paths and by what they are.

    Parameters
    ----------
    *networks
        Two networks or more, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    convention
        What operations are counted by.
    batch
        Images in memory at a time.
    dtype
        The type of a number in memory.
    layout
        ``hwc`` or ``chw``: how shapes are written.
    depth
        Path components by which stages and blocks are summed up.
    sort
        The quantity to sort the layers by: those first in which it changed most.
    everything
        Whether layers that are equal are among the rows.
    details
        Whether layers are written besides the totals; by default if there are two networks.

    Returns
    -------
    Difference
        What was added, removed and changed, and what that makes of the totals.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If there are fewer than two networks, or an option is not known.

    Examples
    --------
    >>> found = compare("zoo:resnet18", "zoo:resnet34")
    >>> found.comparisons[0].counts["added"], found.is_empty
    (56, False)
    """
    from cnnanalyze.report.difference import difference
    from cnnanalyze.report.options import Options

    if len(networks) < 2:  # noqa: PLR2004 - a pair
        raise UsageError(
            "there is nothing to compare with", help="cnnanalyze.compare(one, other) takes two"
        )
    options = Options(
        depth=depth, sort=sort, convention=convention, batch=batch, dtype=dtype, layout=layout
    )
    read_once: dict[int, Analysis] = {}
    for network in networks:
        if id(network) not in read_once:
            read_once[id(network)] = analyze_network(read(network, settings))
    analyses = [read_once[id(network)] for network in networks]
    return difference(analyses, options, everything=everything, details=details)


def check(
    spec: Network | str | Path,
    model: Network | str | Path | object,
    *,
    folded: bool = False,
    settings: Settings | None = None,
) -> Conformance | WeightConformance:
    """Is a model the network that its spec declares?

    Names do not matter, nor does in which way the same is written; dropout, and the softmax that
    ends one of both, are left out of account. Of a file of weights (``.safetensors``, or a listing
    of a ``state_dict``) the extents of all tensors are checked, and no number is read.

    Parameters
    ----------
    spec
        What is declared: a network, a file, or ``zoo:NAME``.
    model
        What is there: the same, a file of another program, a file of weights, or a PyTorch module,
        which gets inputs as the spec has them.
    folded
        Whether batch normalisation is worked into the layers before it, as exporters do.
    settings
        Values for the parameters of the spec, by name.

    Returns
    -------
    Conformance or WeightConformance
        A proof that both are the same network, or the first things in which they are not.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> from cnnanalyze import dumps, load, loads
    >>> check("zoo:resnet18", "zoo:resnet18").holds
    True
    >>> other = loads(dumps(load("zoo:lenet5")).replace("units: 84", "units: 85"))
    >>> print(check("zoo:lenet5", other))
    F6: units 84 in the spec, 85 in F6 of the model
    """
    from cnnanalyze.comparison.conformance.proof import conform
    from cnnanalyze.exchange.weights.read import is_weights, read_weights

    declared = read(spec, settings)
    if is_weights(model):
        from cnnanalyze.comparison.conformance.weights import conform_weights

        assert isinstance(model, str | Path)
        return conform_weights(declared, read_weights(model))
    return conform(declared, read_like(model, declared), folded=folded)


def update(
    spec: str | Path,
    model: Network | str | Path | object,
    *,
    folded: bool = False,
    settings: Settings | None = None,
) -> Update:
    """Write what a model has otherwise into its spec; the file changes when it is said.

    Values of attributes and names of activations are written where one step of the text says them,
    and only if the text, read again, is the same network but for that.

    Parameters
    ----------
    spec
        A file, or ``zoo:NAME``, whose own file is never changed.
    model
        What is there, as for ``check``.
    folded
        Whether batch normalisation is worked into the layers before it, as exporters do.
    settings
        Values for the parameters of the spec, by name.

    Returns
    -------
    Update
        The changes: ``diff`` shows them, ``left`` is what departs afterwards, and ``write()``
        changes the file.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> from cnnanalyze import dumps, load, loads
    >>> other = loads(dumps(load("zoo:lenet5")).replace("units: 84", "units: 85"))
    >>> found = update("zoo:lenet5", other)
    >>> found.left.holds, [line for line in found.diff.splitlines() if "F6" in line]
    (True, ['-  - {dense: 84, as: F6}', '+  - {dense: 85, as: F6}'])
    """
    from cnnanalyze.linting.run import of_file
    from cnnanalyze.updating.update import update as updated

    target = replace(of_file(file_of(spec)), is_of_zoo=str(spec).startswith("zoo:"))
    values = settings_of(settings)
    return updated(target, read_like(model, read(spec, settings)), values, folded=folded)
