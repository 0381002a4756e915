"""The command line: one module per command; heavy imports happen inside the commands.

It may import ``api`` and below. Smallest example: :mod:`~cnnanalyze.cli.rule`.

Only the module of the command that was asked for is imported.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import StringIO

import typer

from cnnanalyze.cli.commands import COMMANDS as COMMANDS
from cnnanalyze.cli.commands import Session, UsageFault, make_group
from cnnanalyze.cli.completion import whole_words
from cnnanalyze.core.exit_codes import FAILED, INTERRUPTED
from cnnanalyze.errors import CnnError


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
    return run(sys.argv[1:] if arguments is None else arguments)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; return 0 if all is well, 1 for findings, 2 if it could not be done.

    What nobody foresaw is one sentence here.
    """
    session = Session()
    try:
        return carry_out(arguments, session)
    except BrokenPipeError:
        return 0  # who reads our output has seen enough
    except Exception as error:
        if session.debug:
            raise
        _tell(
            f"error: cnnanalyze met something unforeseen ({type(error).__name__}: {error}); "
            "--debug shows where"
        )
        return FAILED


def carry_out(arguments: Sequence[str], session: Session | None = None) -> int:
    """Do what :func:`run` does, without a net: what nobody foresaw is raised, as tests want it."""
    session = session or Session()
    try:
        with whole_words():
            code = make_group().main(
                list(arguments), prog_name="cnnanalyze", standalone_mode=False, obj=session
            )
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as end:  # so typer ends what it does by itself, such as completion
        if isinstance(end.__context__, BrokenPipeError):
            return 0  # who reads our output has seen enough, and typer has noticed
        return end.code if isinstance(end.code, int) else 0
    except UsageFault as fault:
        said = StringIO()
        fault.show(said)
        if said.getvalue().strip():  # a help for who gave no arguments is printed already
            _tell(said.getvalue().removesuffix("\n"))
        return FAILED
    except CnnError as error:
        if session.debug:
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
