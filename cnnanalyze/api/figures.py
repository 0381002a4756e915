"""Figures: printed ones against computation, and limits."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.api.reading import Settings
from cnnanalyze.exchange.network_source import NETWORK, name_of, read
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.report.audit_result import AuditResult
    from cnnanalyze.report.budget_result import BudgetResult


def audit(
    *networks: Network | str | Path,
    settings: Settings | None = None,
) -> AuditResult:
    """Hold printed figures against the computed ones, and say what makes the others.

    Parameters
    ----------
    *networks
        Networks, specs, tables of several networks (``.table``), facts of lectures (``.facts``), or
        ``zoo:NAME``; ``zoo:lectures`` are the lectures that come along.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    AuditResult
        A verdict on every figure, and what explains those that do not hold.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.

    Examples
    --------
    >>> found = audit("zoo:lecture_001_lenet")
    >>> [row["printed"] for row in found.rows() if row["outcome"] == "wrong"][:2]
    ['61,795', '1']
    """
    from cnnanalyze.auditing.alternatives import Analyses
    from cnnanalyze.report.audit_result import AuditResult, files_of, verdicts_on

    analyses, found = Analyses(), AuditResult()
    given: list[str | Network] = []
    for network in networks:
        if isinstance(network, Network):
            given.append(network)
        else:
            given += files_of(str(name_of(network, NETWORK)))
    for one in given:
        found += verdicts_on(one, partial(read, settings=settings), analyses)
    return found


def budget(
    *networks: Network | str | Path,
    settings: Settings | None = None,
    baseline: str | Path | None = None,
    allow: float | str | None = None,
) -> BudgetResult:
    """Hold networks against their limits, and against what they cost before.

    Limits stand under ``budgets:`` in a spec, and in the configuration that is closest to its file.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    settings
        Values for the parameters of the specs, by name.
    baseline
        The file with earlier costs; by default that of the configuration, if it names one.
    allow
        By how many percent a cost may grow; by default what that configuration says, or 0.

    Returns
    -------
    BudgetResult
        Every limit with what was measured, and what grew.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If there is no such baseline, or the percentage is none.

    Examples
    --------
    >>> from cnnanalyze import loads
    >>> net = loads("{cnn: 1, input: 5x5x1, layers: [{dense: 10}], budgets: {parameters: 200}}")
    >>> found = budget(net)
    >>> found.is_kept, next(found.rows())["measured"]
    (False, 260)
    """
    from cnnanalyze.report.budget_result import BudgetRun, read_allowed

    given = []
    for network in networks:
        is_read = isinstance(network, Network)
        name = network.name if isinstance(network, Network) else str(name_of(network, NETWORK))
        is_file = not is_read and not name.startswith("zoo:")
        given.append((network, name, Path(name).parent if is_file else Path()))
    allowed = None if allow is None else read_allowed(allow)
    run = BudgetRun(
        given[0][2] if given else Path(), None if baseline is None else Path(baseline), allowed
    )
    for network, name, folder in given:
        run.measure(read(network, settings), name, folder)
    return run.result()
