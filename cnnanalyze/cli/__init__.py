"""The command line: one module per command; heavy imports happen inside the commands.

``cnnanalyze --help`` imports typer and nothing else that takes time.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from cnnanalyze.cli.layers import layers
from cnnanalyze.cli.schema import schema
from cnnanalyze.cli.summary import summary
from cnnanalyze.cli.verify import verify
from cnnanalyze.cli.zoo import zoo
from cnnanalyze.errors import CnnError

FAILED = 2
"""The exit code of a command that could not do its work."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

# Markup in help texts would cost the import of rich at every start.
app = typer.Typer(
    name="cnnanalyze",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from cnnanalyze import __version__

        typer.echo(f"cnnanalyze {__version__}")
        raise typer.Exit


@app.callback()
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


for _command, _words in (
    (summary, "What every layer puts out, holds, costs and sees."),
    (verify, "Run networks and compare all that is seen with the rules."),
    (zoo, "The networks that come along."),
    (layers, "The layer kinds, or one of them explained."),
    (schema, "A JSON Schema of the spec language, for editors."),
):
    app.command(short_help=_words)(_command)


# The error of a command line that cannot be understood, wherever this version of typer keeps it.
_USAGE: Any = typer.BadParameter.__base__


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and end the process with its exit code; no traceback without --debug."""
    # A command makes many small objects and ends; looking for garbage among them is a tenth of it.
    gc.set_threshold(100_000, 50, 50)
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    sys.exit(run([a for a in given if a != "--debug"], debug=debug))


def run(arguments: Sequence[str], *, debug: bool = False) -> int:
    """Run a command line; return 0 if all is well, 1 for findings, 2 if it could not be done."""
    try:
        code = app(list(arguments), prog_name="cnnanalyze", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has seen enough; the interpreter must not flush into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _USAGE as error:
        error.show()
        return FAILED
    except CnnError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        return FAILED
    except Exception as error:
        if debug:
            raise
        typer.echo(
            f"error: cnnanalyze met something unforeseen ({type(error).__name__}: {error}); "
            "--debug shows where",
            err=True,
        )
        return FAILED
    return code if isinstance(code, int) else 0
