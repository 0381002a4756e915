"""References: everything of a sort in one list, or one of it explained, in three forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, get_args

from cnnanalyze.cli import options as option

PROSE = 80
"""The longest lines of what is said of one."""


class Reference(Protocol):
    """A module of the report floor that writes the reference of one sort of thing."""

    def find(self, name: str, /) -> Any:  # noqa: ANN401 - a rule, a kind of layer
        """Return the one of that name, or refuse it with the nearest."""

    def all_text(self) -> str:
        """Return the list for a terminal."""

    def one_text(self, thing: Any, width: int, /) -> str:  # noqa: ANN401
        """Return what is to be said of one, its prose in lines of at most that width."""

    def all_markdown(self) -> str:
        """Return the page with all of it."""

    def one_markdown(self, thing: Any, /) -> str:  # noqa: ANN401
        """Return the section of one."""

    def all_dict(self) -> Any:  # noqa: ANN401 - plain data
        """Return the list as plain data."""

    def to_dict(self, thing: Any, /) -> Any:  # noqa: ANN401
        """Return one as plain data."""


def write_reference(
    reference: Reference,
    name: str,
    format: option.ReferenceFormat | None,  # noqa: A002 - the name of the option
    output: Path | None,
) -> None:
    """Write the list in a form, or what is to be said of the one that is named."""
    from cnnanalyze.cli.formats import choose_format
    from cnnanalyze.cli.output import write
    from cnnanalyze.report.json import dump
    from cnnanalyze.report.terminal import NARROWEST, UNBOUNDED, folded, terminal_width

    width = UNBOUNDED if output else max(NARROWEST, terminal_width())
    format = choose_format(format, output, get_args(option.ReferenceFormat))  # noqa: A001 - the name of the option
    if not name:
        match format:
            case "json":
                text = dump(reference.all_dict())
            case "markdown":
                text = reference.all_markdown()
            case _:
                text = folded(reference.all_text(), width)
    else:
        thing = reference.find(name)
        match format:
            case "json":
                text = dump(reference.to_dict(thing))
            case "markdown":
                text = reference.one_markdown(thing)
            case _:
                text = folded(reference.one_text(thing, min(width, PROSE)), width)
    write(text, output, format)
