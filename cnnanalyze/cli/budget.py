"""``cnnanalyze budget``: do networks stay within their limits, and has anything grown?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.core.files import is_file, resolved
from cnnanalyze.errors import CnnError, UsageError

DEFAULT = "cnnanalyze-budget.json"
"""The file that holds the baseline if nobody says otherwise."""

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from cnnanalyze.crosscheck.baseline import BaselineEntry
    from cnnanalyze.crosscheck.budget import Check
    from cnnanalyze.linting.run import Configuration
    from cnnanalyze.linting.settings import Settings
    from cnnanalyze.report.budget import Outcome

Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help=f"File of earlier costs; by default {DEFAULT}, if it exists.",
        show_default=False,
    ),
]
Update = Annotated[bool, typer.Option("--update", help="Write the current costs to the baseline.")]
Allow = Annotated[
    str | None,
    typer.Option("--allow", metavar="PERCENT", help="By how much a cost may grow; by default 0."),
]


EXAMPLES = (
    ("cnnanalyze budget net.yaml", "are the limits under 'budgets:' kept?"),
    ("cnnanalyze budget specs --update", "write down what the networks cost now"),
    ("cnnanalyze budget specs --allow 2.5", "fail where one has grown by more than 2.5 %"),
)


def budget(
    specs: option.Specs,
    *,
    baseline: Baseline = None,
    update: Update = False,
    allow: Allow = None,
    exclude: option.Exclude = None,
    extend_exclude: option.ExtendExclude = None,
    include: option.Include = None,
    force_exclude: option.ForceExclude = False,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
) -> None:
    """Compare networks with the budgets of their specs, and with what they cost before.

    Budgets stand under 'budgets:' in a spec, or in the configuration, where they hold for every
    network. Exit code 1 if a limit is not kept or a cost grew by more than --allow.
    """
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import complain, write_document
    from cnnanalyze.cli.specs import find
    from cnnanalyze.linting.budgets import check_baseline, load_baseline
    from cnnanalyze.linting.run import Configuration
    from cnnanalyze.report.budget import document

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    scan = option.read_scan(exclude, extend_exclude, include, force_exclude)
    if not (names := find(specs, scan)):
        return  # all of them are excluded
    configuration = Configuration(with_baseline=False)
    said = _settings(names[0], configuration).configured
    file = baseline or said.baseline or Path(DEFAULT)
    allowed = said.allow if allow is None else option.read_percentage(allow)
    if allowed is None:
        raise UsageError(
            f"--allow takes a percentage, not '{allow}'", help="for example --allow 2.5"
        )
    is_named = baseline is not None or said.baseline is not None
    before = {}
    if baseline is None and said.baseline is not None and not update:
        check_baseline(_settings(names[0], configuration))
    if is_file(file) or (is_named and not update):
        before = load_baseline(file)
    failed: list[CnnError] = []
    growth = Growing(file, before, None if update else allowed, {})
    outcomes = _measure(names, configuration, growth, failed)
    if update and growth.now:
        _write(file, before, growth.now)
    write_document(document(outcomes, [str(e) for e in failed]), format, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
    _refuse_nothing(outcomes, file, update)
    if not all(o.is_kept for o in outcomes):
        raise typer.Exit(1)


class Growing(NamedTuple):
    """What networks cost before and now."""

    file: Path
    before: dict[str, BaselineEntry]
    allowed: Fraction | None
    """By how many percent a cost may grow; nothing if nobody asks."""
    now: dict[str, BaselineEntry]


def _measure(
    names: Sequence[str], configuration: Configuration, growth: Growing, failed: list[CnnError]
) -> list[Outcome]:
    """Measure networks, note what each costs, and hold it against limits and baseline."""
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.specs import load_all
    from cnnanalyze.crosscheck.baseline import compare, key_of, record
    from cnnanalyze.crosscheck.budget import check_budgets, without_fitting
    from cnnanalyze.language.spec import spec_of
    from cnnanalyze.report.budget import Outcome

    outcomes: list[Outcome] = []
    configured: list[tuple[Check, ...]] = []
    for name in names:
        for network in load_all([name], {}, failed):
            analysis = analyze(network)
            key = key_of(name, growth.file)
            growth.now[key] = record(analysis)
            old, allowed = growth.before.get(key), growth.allowed
            comparison = (
                None if old is None or allowed is None else compare(old, growth.now[key], allowed)
            )
            budgets = _settings(name, configuration).configured.budgets
            configured.append(check_budgets(analysis, budgets))
            own = check_budgets(analysis, spec_of(network).budgets)
            outcomes.append(Outcome(network.name, name, own, comparison))
    return [
        outcome._replace(checks=(*outcome.checks, *checks))
        for outcome, checks in zip(outcomes, without_fitting(configured), strict=True)
    ]


# --- the baseline ---------------------------------------------------------------------------------


def _write(file: Path, before: dict[str, BaselineEntry], now: dict[str, BaselineEntry]) -> None:
    """Write the baseline; entries of specs that are gone are dropped."""
    from cnnanalyze.cli.output import remark
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.crosscheck.baseline import as_data
    from cnnanalyze.report.json import dump
    from cnnanalyze.report.numbers import count_of

    folder = resolved(file).parent
    kept = {
        name: entry
        for name, entry in before.items()
        if ":" in name or name == "-" or is_file(folder / name)
    }
    write_file(file, dump(as_data({**kept, **now})))
    remark(f"{file}: {count_of(len({**kept, **now}), 'network')}")


def _settings(name: str, configuration: Configuration) -> Settings:
    """Return what the configuration closest to a spec says."""
    is_file = name != "-" and not name.startswith("zoo:")
    return configuration.of(Path(name).parent if is_file else Path())


def _refuse_nothing(outcomes: list[Outcome], file: Path, update: bool) -> None:
    """Complain if there was nothing to check: a gate that checks nothing is no gate."""
    from cnnanalyze.cli.output import remark

    bare = [o for o in outcomes if not o.checks and o.comparison is None]
    if update or not bare:
        return
    names = ", ".join(o.spec for o in bare[:3]) + (", ..." if len(bare) > 3 else "")  # noqa: PLR2004
    words = f"no budgets, and no entry in '{file}': {names}"
    if len(bare) == len(outcomes):
        raise UsageError(words, help="write 'budgets:' into the spec, or use --update")
    remark(f"remark: {words}")
