"""Analysis: what a network costs and sees, verified, side by side, under every convention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.api.reading import Settings
from cnnanalyze.core.word_list import words_of
from cnnanalyze.exchange.network_source import counted, read
from cnnanalyze.graph.network import Network
from cnnanalyze.report.network_report import Report

if TYPE_CHECKING:
    from cnnanalyze.analysis.closed_forms import ClosedForms
    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.report.listing import Listing


def analyze(network: Network | str | Path, *, settings: Settings | None = None) -> Report:
    """Compute shapes, parameters, operations, receptive fields and memory by rule.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.

    Returns
    -------
    Report
        Sums and layers. Counts are exact whole numbers for one image; sizes are pixels.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place; or if it has no such parameter.
    UsageError
        If there is no such file, or if a network that is read already is to get settings.

    Examples
    --------
    >>> report = analyze("zoo:lenet5")
    >>> report.total.parameters, report.total.operations("mac")
    (60000, 326520)
    >>> str(report["C3"].output), report["C3"].fields[0].local.size
    ('10x10x16', 14)
    """
    return Report(analyze_network(read(network, settings)))


def closed_forms(network: Network | str | Path, *, settings: Settings | None = None) -> ClosedForms:
    """Tell shapes, parameters and operations for all sizes of the input that are left open.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``. Its input has symbols for
        the sizes that are open, as in ``input: HxWx3``.
    settings
        Values for the spec's parameters, by name; a symbol that is set is not open any more.

    Returns
    -------
    ClosedForms
        For each layer and for the whole, polynomials in the symbols and in rounded quotients of
        them, and the sizes for which they hold. Counts are for one image.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If no size is open, or if there is no such file.

    Examples
    --------
    >>> from cnnanalyze import loads
    >>> net = loads("{cnn: 1, input: HxWx3, layers: [{conv: {filters: 8, kernel: 3, stride: 2}}]}")
    >>> forms = closed_forms(net)
    >>> print(forms.layers[0].shape, forms.totals["macs"], forms.domain, sep=", ")
    ⌊(H - 1)/2⌋x⌊(W - 1)/2⌋x8, 216·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋, H ≥ 3; W ≥ 3
    >>> forms.totals["macs"].evaluate({"H": 224, "W": 224})
    2661336
    """
    from cnnanalyze.crosscheck.closed_forms import find_closed_forms

    return find_closed_forms(read(network, settings, open_sizes=True))


def verify(
    network: Network | str | Path,
    *,
    settings: Settings | None = None,
    limit: int | None = None,
    operations: int | None = None,
    lines: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Balance:
    """Run the network in NumPy and compare everything that it shows with what the rules say.

    Parameters
    ----------
    network
        The network, or where to load it from.
    settings
        Values for the spec's parameters, by name.
    limit
        The bytes that the run may need; more is refused. By default 1 GiB.
    operations
        The operations that the run may take; more is refused. By default 200 billion. Receptive
        fields are observed by as many lines of the input as can be followed with so many again.
    lines
        The most lines of the input that are followed to observe receptive fields, 3 or more; by
        default all.
    progress
        Called with the share of the work that is done and the layer at hand.

    Returns
    -------
    Balance
        How many entries were compared, and those that differ.

    Raises
    ------
    ExecutionError
        If the run would need more memory than ``limit``, or more than ``operations``.

    Examples
    --------
    >>> from cnnanalyze import loads
    >>> verify(
    ...     loads("{cnn: 1, input: 5x7x2, layers: [{conv: {filters: 3, kernel: 3}}]}")
    ... ).is_balanced
    True
    """
    from cnnanalyze.crosscheck.balance import LIMIT, balance
    from cnnanalyze.crosscheck.effort import ALLOWED

    counted("limit", limit)
    counted("operations", operations)
    counted("lines", lines, least=3)
    return balance(
        read(network, settings),
        limit=limit or LIMIT,
        operations=operations or ALLOWED,
        lines=lines,
        progress=progress,
    )


def overview(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    columns: str | Sequence[str] = (),
    convention: str = "mac",
    batch: int = 1,
    dtype: str = "float32",
) -> Listing:
    """List networks side by side, one row for each: what ``summary`` prints of several specs.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    columns
        The columns; by default those that the command prints.
    convention
        What operations are counted by.
    batch
        Images in memory at a time.
    dtype
        The type of a number in memory.

    Returns
    -------
    Listing
        The rows, in every format.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If a column, a convention or a type of numbers is not known.

    Examples
    --------
    >>> found = overview("zoo:vgg11", "zoo:vgg13", columns="name,layers")
    >>> [dict(row) for row in found.rows()]
    [{'name': 'VGG-11', 'layers': 30}, {'name': 'VGG-13', 'layers': 34}]
    """
    from cnnanalyze.report.listing import of_table
    from cnnanalyze.report.networks import networks as side_by_side
    from cnnanalyze.report.options import Options

    options = Options(columns=words_of(columns), convention=convention, batch=batch, dtype=dtype)
    analyses = [analyze_network(read(network, settings)) for network in networks]
    return of_table(side_by_side(analyses, options))


def conventions(*networks: Network | str | Path, settings: Settings | None = None) -> Listing:
    """Count networks as every tool does: what ``summary --conventions`` prints.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    Listing
        A row for each convention, with its count, and where it departs from the usual one.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.

    Examples
    --------
    >>> found = conventions("zoo:lenet5_common")
    >>> [(row["convention"], row["number"]) for row in found.rows()][:2]
    [('mac', 416520), ('calflops', 852156)]
    """
    from cnnanalyze.report.conventions import conventions as count
    from cnnanalyze.report.listing import of_table

    return of_table(count([analyze_network(read(network, settings)) for network in networks]))
