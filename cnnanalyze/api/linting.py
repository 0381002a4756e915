"""Linting: what looks wrong in specs, and what fixes would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.api.reading import Settings
from cnnanalyze.core.word_list import words_of
from cnnanalyze.errors import CnnError, UsageError
from cnnanalyze.exchange.network_source import file_of, refuse_settings, settings_of
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.linting.fix_result import FixResult
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.settings import SettingsSource


def lint(
    *networks: Network | str | Path,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] = (),
    profile: str | None = None,
    target: str | None = None,
    settings: Settings | None = None,
) -> LintResult:
    """Find what is wrong in specs, and what looks wrong.

    Faults of a spec are findings, too, and are not raised. The configuration file that is closest
    to a spec holds, as for ``cnnanalyze lint``; for networks without a file none does.

    Parameters
    ----------
    *networks
        Networks, files, or ``zoo:NAME``.
    select
        Codes, first letters of codes or names of rules: only these are on.
    ignore
        Rules that are off.
    profile
        ``default``, ``teaching`` or ``strict``.
    target
        The hardware whose rules are on besides.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    LintResult
        The findings by file; going through it gives the findings.

    Raises
    ------
    UsageError
        If a file cannot be read, or there is no such rule, profile or target.

    Examples
    --------
    >>> from cnnanalyze import loads
    >>> net = loads("{cnn: 1, input: 5x5x1, layers: [{conv: {filters: 3, kernel: 3}}, bn, relu]}")
    >>> [finding.name for finding in lint(net, select=["NA", "even-kernel"])]
    ['bias-before-norm']
    """
    from cnnanalyze.linting.engine import lint_network
    from cnnanalyze.linting.result import LintResult
    from cnnanalyze.linting.run import Configuration, lint_specs, of_file

    source = _asked_of_lint(select, ignore, profile, target)
    configuration = Configuration(source)
    alone = Configuration(source, isolated=True)
    values = settings_of(settings)
    files = []
    for network in networks:
        if isinstance(network, Network):
            refuse_settings(network, values)
            files.append(lint_network(network, alone.of(Path())))
            continue
        for found in lint_specs([of_file(file_of(network))], configuration, values):
            if isinstance(found, CnnError):
                raise found
            files.append(found)
    return LintResult(tuple(files))


def fix(
    *specs: str | Path,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] = (),
    profile: str | None = None,
    target: str | None = None,
    unsafe: bool = False,
    settings: Settings | None = None,
) -> FixResult:
    """Put the safe fixes of what ``lint`` finds into specs; the files change when it is said.

    A fix is left out if the text then differs anywhere but where it was edited, has more faults,
    or gives other output shapes.

    Parameters
    ----------
    *specs
        Files, or ``zoo:NAME``, whose own file is never changed.
    select, ignore, profile, target
        Which rules are on, as for ``lint``.
    unsafe
        Whether fixes are put in that make a claim or a budget of the spec fail.
    settings
        Values for the parameters of the specs, by name.

    Returns
    -------
    FixResult
        The changes: ``diff`` shows them, ``left`` is what is found afterwards, and ``write()``
        changes the files.

    Raises
    ------
    UsageError
        If a file cannot be read, or is not a spec, or there is no such rule, profile or target.

    Examples
    --------
    >>> result = fix("zoo:vgg16", select="CV")
    >>> result.count, result.diff, len(result.left)
    (0, '', 0)
    """
    from cnnanalyze.linting.fix_result import FixResult
    from cnnanalyze.linting.fixes import apply_fixes
    from cnnanalyze.linting.run import Configuration, of_file

    configuration = Configuration(_asked_of_lint(select, ignore, profile, target))
    values = settings_of(settings)
    found = []
    for name in specs:
        spec = replace(of_file(file_of(name)), is_of_zoo=str(name).startswith("zoo:"))
        if spec.is_model:
            raise UsageError(
                f"'{spec.name}' is not a spec and is not changed",
                help="'cnnanalyze.lint' says what is found in it",
            )
        chosen = configuration.of(spec.folder)
        found.append(
            (spec, apply_fixes(spec.open(), spec.base, chosen, values, with_unsafe=unsafe))
        )
    return FixResult(tuple(found))


def _asked_of_lint(
    select: str | Sequence[str] | None,
    ignore: str | Sequence[str],
    profile: str | None,
    target: str | None,
) -> SettingsSource:
    """Return what arguments say of the rules that are on."""
    from cnnanalyze.linting.selection import Level
    from cnnanalyze.linting.settings import SettingsSource

    chosen = None if select is None else words_of(select)
    return SettingsSource("the arguments", Level(profile, target, chosen, (), words_of(ignore)))
