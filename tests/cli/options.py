"""The options of a command, as its help has them."""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.cli.commands import make_command


class Option(NamedTuple):
    """What may be given to a command."""

    parameter: str
    """The name of the parameter of the function."""
    names: tuple[str, ...]
    """What it is called on a command line; nothing for a positional argument."""
    values: int
    """How many words follow it."""


def options_of(command: str) -> tuple[Option, ...]:
    """Return all that may be given to a command."""
    return tuple(
        Option(
            found.name,
            (*found.opts, *found.secondary_opts) if found.param_type_name == "option" else (),
            0 if getattr(found, "is_flag", False) else found.nargs,
        )
        for found in make_command(command).params
    )
