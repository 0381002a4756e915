"""``cnnanalyze verify``: do the rules and the run agree?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnanalyze.characters import legible
from cnnanalyze.cli import options as option
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from cnnanalyze.crosscheck.result import Balance
    from cnnanalyze.graph.network import Network

Progress = Callable[[float, str], None]

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
    ("cnnanalyze verify specs -o verified.html", "the same as a page: what was run and compared"),
)


def verify(
    specs: option.Specs,
    *,
    format: option.Format = None,  # noqa: A002 - the name of the option
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
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import complain, write, write_document
    from cnnanalyze.cli.specs import find, load_all, read_settings
    from cnnanalyze.core.file_writing import write_file
    from cnnanalyze.crosscheck.record import VerificationRecord
    from cnnanalyze.report.verification import conclude, describe

    format = choose_document_format(format, output, tables=True)  # noqa: A001 - the name of the option
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
    if format == "text":
        closing = f"{conclude(balances, failed)}\n" if len(names) > 1 else ""
        write(closing if live else "".join(texts) + closing, output)
    else:
        from cnnanalyze.report.verification_document import document

        write_document(document(balances, failed), format, output)
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


def read_size(text: str) -> int:
    """Return the bytes of a size such as ``4GiB``.

    Examples
    --------
    >>> read_size("1.5 GiB")
    1610612736
    """
    from fractions import Fraction

    from cnnanalyze.core.memory_size import UNITS

    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)", text.strip())
    every = UNITS | {"": 1, "TB": 10**12, "TiB": 2**40}
    units = {name.lower(): n for name, n in every.items()}
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
