"""The command line: one module per command; heavy imports happen inside the commands.

Only the module of the command that was asked for is imported, and of its options only those are
made that the command line speaks of. ``cnnanalyze --help`` imports none of them.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import StringIO
from typing import Annotated, Any

import typer

from cnnanalyze.cli.command import trim
from cnnanalyze.core.exit_codes import FAILED, INTERRUPTED
from cnnanalyze.errors import CnnError
from cnnanalyze.version import __version__

COMMANDS = {
    "summary": "What every layer puts out, holds, costs and sees.",
    "draw": "A picture of the architecture.",
    "compare": "What differs between networks, or between versions of one.",
    "gallery": "A folder of pages: one for each network, and an index.",
    "verify": "Run networks and compare all that is seen with the rules.",
    "audit": "Which printed figures hold, under which convention, and why not the rest.",
    "lint": "What is wrong in specs, and what looks wrong, with the place and what to do.",
    "rule": "The lint rules, or one of them explained.",
    "budget": "Do networks stay within their limits, and has anything grown?",
    "report": "Everything about a network on one page that needs nothing else.",
    "explain": "Why a number is what it is: formula, numbers put in, reasons.",
    "convolve": "Convolution and pooling by hand, on given numbers, step by step.",
    "solve": "A homework sheet with every answer worked out.",
    "grade": "Students' answers marked, each wrong one with how it came about.",
    "zoo": "The networks that come along.",
    "layers": "The layer kinds, or one of them explained.",
    "schema": "A JSON Schema of the spec language, for editors.",
}
"""Every command with its line in ``--help``; the module of that name holds the function."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cnnanalyze {__version__}")
        raise typer.Exit


def cnnanalyze(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; anywhere in a command.")
    ] = False,
) -> None:
    """Analyze convolutional networks: what they cost, what they see, and a proof of every number.

    SPEC is a file, a folder, a pattern such as 'specs/res*.yaml', zoo:NAME, or - for stdin.
    """


def _absent() -> None:
    """Stand for a command that was not asked for."""


def _command(name: str) -> Callable[..., None]:
    found: Callable[..., None] = getattr(import_module(f"cnnanalyze.cli.{name}"), name)
    return found


def build(arguments: Sequence[str]) -> typer.Typer:
    """Return the application with the command that these arguments ask for.

    Examples
    --------
    >>> sorted({c.callback.__name__ for c in build(["zoo", "-f", "json"]).registered_commands})
    ['_absent', 'zoo']
    """
    # Markup in help texts would cost the import of rich at every start.
    app = typer.Typer(
        name="cnnanalyze",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(cnnanalyze)
    wanted = next((a for a in arguments if not a.startswith("-")), None)
    for name, words in COMMANDS.items():
        function = trim(_command(name), arguments) if name == wanted else _absent
        app.command(name, short_help=words)(function)
    return app


# The error of a command line that cannot be understood, wherever this version of typer keeps it.
_USAGE: Any = typer.BadParameter.__base__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; no traceback without --debug.

    Examples
    --------
    >>> main(["summary", "nosuch.yaml"])
    2
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who calls: as if nothing were there
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: PTH123, SIM115
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    return run([a for a in given if a != "--debug"], debug=debug)


def run(arguments: Sequence[str], *, debug: bool = False) -> int:
    """Run a command line; return 0 if all is well, 1 for findings, 2 if it could not be done.

    What nobody foresaw is one sentence here.
    """
    try:
        return carry_out(arguments, debug=debug)
    except BrokenPipeError:
        return 0  # who reads our output has seen enough
    except Exception as error:
        if debug:
            raise
        _tell(
            f"error: cnnanalyze met something unforeseen ({type(error).__name__}: {error}); "
            "--debug shows where"
        )
        return FAILED


def carry_out(arguments: Sequence[str], *, debug: bool = False) -> int:
    """Do what :func:`run` does, without a net: what nobody foresaw is raised, as tests want it."""
    try:
        code = build(arguments)(list(arguments), prog_name="cnnanalyze", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return 0  # who reads our output has seen enough, and typer has noticed
    except _USAGE as error:
        said = StringIO()
        error.show(said)
        _tell(said.getvalue().removesuffix("\n"))
        return FAILED
    except CnnError as error:
        if debug:
            raise
        _tell(str(error))
        return FAILED
    except OSError as error:
        if error.filename is not None or error.errno not in _FULL:
            raise
        from cnnanalyze.cli.output import full

        _tell(str(full(error)))
        return FAILED
    return code if isinstance(code, int) else 0


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What an error says that comes of no file but of stdout, where typer prints its help by itself."""


def _tell(text: str) -> None:
    from cnnanalyze.cli.output import remark

    remark(text)
