"""``cnnanalyze budget``: do networks stay within their limits, and has anything grown?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnanalyze.cli import options as option
from cnnanalyze.errors import CnnError, UsageError

DEFAULT = "cnnanalyze-budget.json"
"""The file that holds the baseline if nobody says otherwise."""

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    from cnnanalyze.cli.output import complain, remark, write_document
    from cnnanalyze.cli.specs import find, load_all
    from cnnanalyze.core.spelling import count_of
    from cnnanalyze.report.budget import document
    from cnnanalyze.report.budget_result import BudgetRun
    from cnnanalyze.report.numbers import read_percentage

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    scan = option.read_scan(exclude, extend_exclude, include, force_exclude)
    if not (names := find(specs, scan)):
        return  # all of them are excluded
    allowed = None if allow is None else read_percentage(allow)
    if allow is not None and allowed is None:
        raise UsageError(
            f"--allow takes a percentage, not '{allow}'", help="for example --allow 2.5"
        )
    measured = BudgetRun(
        _folder(names[0]), baseline, allowed, default=Path(DEFAULT), is_update=update
    )
    failed: list[CnnError] = []
    for name in names:
        for network in load_all([name], {}, failed):
            measured.measure(network, name, _folder(name))
    result, file = measured.result(), measured.file or Path(DEFAULT)
    if update and result.outcomes:
        remark(f"{file}: {count_of(result.write_baseline(file), 'network')}")
    write_document(document(result.outcomes, [str(e) for e in failed]), format, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
    _refuse_nothing(result.outcomes, file, update)
    if not result.is_kept:
        raise typer.Exit(1)


def _folder(name: str) -> Path:
    """Return where the configuration of a spec is looked for."""
    return Path(name).parent if name != "-" and not name.startswith("zoo:") else Path()


def _refuse_nothing(outcomes: Sequence[Outcome], file: Path, update: bool) -> None:
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
