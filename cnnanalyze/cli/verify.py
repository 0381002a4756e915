"""``cnnanalyze verify``: do the rules and the run agree?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from cnnanalyze.characters import legible
from cnnanalyze.cli import options as option
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from cnnanalyze.crosscheck.claims import ClaimCheck
    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.graph.network import Network

Progress = Callable[[float, str], None]
VerdictFormat = Literal["text", "json"]


Record = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="Also write what was compared to a file, for 'gallery' to show; it holds no time.",
        show_default=False,
    ),
]

EXAMPLES = (
    ("cnnanalyze verify zoo:lenet5", "do the rules and a run in NumPy agree?"),
    (
        "cnnanalyze verify specs --lines 64",
        "quicker: receptive fields by 64 lines of the input",
    ),
)


def verify(
    specs: option.Specs,
    *,
    format: Annotated[VerdictFormat | None, option.format_option(VerdictFormat)] = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    memory: option.Memory = "1GiB",
    operations: option.Operations = "200G",
    lines: option.Lines = None,
    record: Record = None,
    settings: option.Settings = None,
) -> None:
    """Run networks in NumPy and compare all that is seen with what the rules say.

    Shapes, parameters, operations, receptive fields and refusals are compared entry by entry, and
    the figures under 'expect:' are checked. Exit code 1 if anything does not balance.
    """
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import complain, write
    from cnnanalyze.cli.specs import find, load_all, read_settings
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.crosscheck.record import VerificationRecord

    format = choose_format(format, output, get_args(VerdictFormat))  # noqa: A001 - the name of the option
    one = balancing(memory, operations, lines)
    failed: list[CnnError] = []
    balances: list[Balance] = []
    texts: list[str] = []
    names = find(specs)
    live = format == "text" and output is None
    kept = VerificationRecord()
    with watching(len(names)) as watch:
        for network in load_all(names, read_settings(settings), failed):
            try:
                balances.append(one(network, progress=watch.begin(network.name)))
                if record is not None:
                    kept.add(analyze(network), balances[-1])
            except CnnError as error:
                failed.append(error)
                continue
            texts.append("".join(f"{line}\n" for line in describe(balances[-1])))
            if live:
                watch.say(texts[-1])
    if format == "json":
        from cnnanalyze.report.json import dump

        write(dump(to_dict(balances, failed)), output, format)
    else:
        closing = f"{conclude(balances, failed)}\n" if len(names) > 1 else ""
        write(closing if live else "".join(texts) + closing, output)
    complain(failed)
    if failed:
        raise typer.Exit(2)
    if record is not None:
        write_file(record, kept.text())
    if not all(b.is_balanced for b in balances):
        raise typer.Exit(1)


def balancing(memory: str, operations: str, lines: int | None) -> Callable[..., Balance]:
    """Return what verifies a network within the bounds that a command line gives."""
    limit, most = read_size(memory), read_operations(operations)

    def balance(network: Network, **named: Any) -> Balance:  # noqa: ANN401 - passed on
        from cnnanalyze.api.analysis import verify

        return verify(network, limit=limit, operations=most, lines=lines, **named)

    return balance


_UNITS = {
    "": 1,
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


def read_size(text: str) -> int:
    """Return the bytes of a size such as ``4GiB``.

    Examples
    --------
    >>> read_size("1.5 GiB")
    1610612736
    """
    from fractions import Fraction

    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)", text.strip())
    units = {name.lower(): n for name, n in _UNITS.items()}
    if match is None or match[2].lower() not in units:
        raise UsageError(
            f"--memory takes a size, not '{text}'",
            help="write it as 4GiB, 500MB or a number of bytes",
        )
    return int(Fraction(match[1]) * units[match[2].lower()])


def read_operations(text: str) -> int:
    """Return a count of operations such as ``200G``.

    Examples
    --------
    >>> read_operations("1.5T")
    1500000000000
    """
    from cnnanalyze.core.printed_number import PrintedNumber

    try:
        count = int(PrintedNumber.parse(text).value)
    except ValueError as error:
        raise UsageError(
            f"'--operations' cannot be read: {error}", help="write --operations 500G"
        ) from None
    if count < 1:
        raise UsageError(f"'--operations' is a number from 1 on, not {text}")
    return count


# --- words ----------------------------------------------------------------------------------------


def describe(balance: Balance) -> Iterator[str]:
    """Say what was compared in one line, and then whatever does not agree."""
    from cnnanalyze.core.spelling import count_of
    from cnnanalyze.report.numbers import exact

    compared = ", ".join(f"{quantity} {exact(n)}" for quantity, n in balance.compared)
    checked = f"{count_of(balance.entries, 'entry', 'entries')} ({compared})"
    differing = len(balance.discrepancies)
    verdict = f"{exact(differing)} differ" if differing else "all balanced"
    mark = "✓" if balance.is_balanced else "✗"
    claims = _claims(balance)
    yield (
        f"{mark} {balance.name}: {count_of(balance.layers, 'layer')}, "
        f"{checked if balance.compared else 'nothing compared'}, {verdict}"
        + (f"; {claims}" if claims else "")
    )
    for found in balance.discrepancies[:MOST]:
        part = f" ({found.detail})" if found.detail else ""
        yield f"    {found.node}: {found.quantity}{part}"
        yield f"        by rule   {found.by_rule}"
        yield f"        observed  {found.observed}"
    if differing > MOST:
        yield f"    and {exact(differing - MOST)} more; --format json has them all"
    for check in balance.claims:
        if not check.is_fine:
            yield f"    {_failure(check)}"
    for remark in balance.remarks:
        yield f"    not checked: {remark}"


MOST = 20
"""Discrepancies that are printed for one network; a wrong rule differs in every layer."""


def _claims(balance: Balance) -> str:
    from cnnanalyze.core.spelling import count_of
    from cnnanalyze.report.numbers import exact

    by_outcome: dict[str, int] = {}
    for check in balance.claims:
        by_outcome[check.outcome] = by_outcome.get(check.outcome, 0) + 1
    parts = []
    if holding := by_outcome.pop("holds", 0):
        parts.append(f"{count_of(holding, 'claim')} {'holds' if holding == 1 else 'hold'}")
    for outcome, word in (
        ("wrong as marked", "marked wrong"),
        ("fails", "failed"),
        ("right though marked wrong", "right though marked wrong"),
    ):
        if number := by_outcome.pop(outcome, 0):
            parts.append(
                f"{exact(number)} {word}" if parts else f"{count_of(number, 'claim')} {word}"
            )
    return ", ".join(parts)


def _failure(check: ClaimCheck) -> str:
    claim = check.claim
    what = f"{claim.quantity} in {claim.input}" if claim.input else claim.quantity
    of = f"{what} of {claim.layer}" if claim.layer else what
    under = f" under '{claim.convention}'" if claim.convention else ""
    outcome = (
        "but it is marked wrong"
        if check.outcome == "right though marked wrong"
        else "which does not agree"
    )
    return (
        f"{claim.mark}: {of}{under}: printed {claim.printed}, computed {check.computed}, "
        f"{outcome} ({claim.source})"
    )


def conclude(balances: list[Balance], failed: list[CnnError]) -> str:
    """Say in one line how it stands with all networks."""
    from cnnanalyze.core.spelling import count_of
    from cnnanalyze.report.numbers import exact

    layers = sum(b.layers for b in balances)
    entries = sum(b.entries for b in balances)
    claims = sum(len(b.claims) for b in balances)
    wrong = [b.name for b in balances if not b.is_balanced]
    text = (
        f"{count_of(len(balances), 'network')}, {count_of(layers, 'layer')}, "
        f"{count_of(entries, 'entry', 'entries')}, {count_of(claims, 'claim')}: "
    )
    if not balances and failed:
        return f"{count_of(len(failed), 'network')} not verified, and none verified"
    text += f"not balanced: {', '.join(wrong)}" if wrong else "all balanced"
    return f"{text}; {exact(len(failed))} not verified" if failed else text


def to_dict(balances: list[Balance], failed: list[CnnError]) -> dict[str, Any]:
    """Return the outcome as plain data."""
    return {
        "schema": VERSIONS["verify"],
        "balanced": not failed and all(b.is_balanced for b in balances),
        "networks": [
            {
                "name": b.name,
                "layers": b.layers,
                "balanced": b.is_balanced,
                "entries": b.entries,
                "compared": dict(b.compared),
                "discrepancies": [asdict(d) for d in b.discrepancies],
                "claims": [_claim(c) for c in b.claims],
                "remarks": list(b.remarks),
            }
            for b in balances
        ],
        "errors": [str(error) for error in failed],
    }


def _claim(check: ClaimCheck) -> dict[str, Any]:
    claim = check.claim
    return {
        "quantity": claim.key,
        "layer": claim.layer,
        "printed": claim.printed,
        "computed": check.computed,
        "outcome": check.outcome,
        "convention": claim.convention,
        "verdict": claim.verdict,
        "reason": claim.reason,
        "source": claim.source,
        "place": str(claim.mark),
    }


# --- progress -------------------------------------------------------------------------------------


class Watch:
    """What a user sees while networks are verified, one after the other; here nothing."""

    def begin(self, name: str) -> Progress | None:  # noqa: ARG002 - a bar shows it
        """Return what to call with the progress of the next network."""
        return None

    def say(self, text: str) -> None:
        """Write a text to stdout."""
        from cnnanalyze.cli.output import write

        write(text)


class ProgressBar(Watch):
    """A bar on stderr that makes room for what goes to stdout."""

    def __init__(self, bar: RichProgress, networks: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=float(networks), network="", layer="")
        self._begun = 0

    def begin(self, name: str) -> Progress:
        """Return what to call with the progress of the next network."""
        done, self._begun = self._begun, self._begun + 1

        def report(share: float, layer: str) -> None:
            network, at = legible(name), legible(layer)
            self._bar.update(self._task, completed=done + share, network=network, layer=at)

        return report

    def say(self, text: str) -> None:
        """Take the bar away, write, and show it again."""
        self._bar.stop()
        super().say(text)
        self._bar.start()


@contextmanager
def watching(networks: int) -> Iterator[Watch]:
    """Show a bar where stderr is a terminal."""
    from cnnanalyze.cli.output import console

    terminal = console(stderr=True)
    if not terminal.is_terminal:
        yield Watch()
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as RichProgress

    with RichProgress(
        TextColumn("{task.fields[network]}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[layer]}", style="dim", markup=False),
        console=terminal,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        yield ProgressBar(bar, networks)
