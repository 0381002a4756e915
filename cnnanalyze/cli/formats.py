"""The format of a result: the one that is asked for, or what the file is called."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from cnnanalyze.core.files import exists, is_file
from cnnanalyze.errors import UsageError
from cnnanalyze.report.formats import OWN_FORMATS

ENDINGS = {
    **{name: entry.endings for name, entry in OWN_FORMATS.items()},
    "svg": (".svg",),
    "png": (".png",),
    "jsonl": (".jsonl",),
    "sarif": (".sarif",),
    "junit": (".xml",),
}
"""What the names of files end in, by format."""
USUAL = "text"
"""The format of documents for people who look at a terminal."""
_ELSEWHERE = {
    "html": "'cnnanalyze report' writes a page",
    "svg": "'cnnanalyze draw' draws a picture",
    "png": "'cnnanalyze draw' draws a picture",
    "csv": "'cnnanalyze summary' writes tables",
    "latex": "'cnnanalyze summary' writes tables",
}
"""Which command writes of a network what another that shows it does not."""


Name = TypeVar("Name", bound=str)


def choose_format(
    asked: Name | None,
    output: Path | None,
    known: Sequence[Name],
    *,
    has_option: bool = True,
    shows_network: bool = False,
    endings: Mapping[str, Sequence[str]] = ENDINGS,
) -> Name:
    """Return the format that was asked for, or that the ending of the file means, or the usual one.

    Parameters
    ----------
    asked
        What ``--format`` says, which is stronger than any ending; nothing if it is not there.
    output
        The file; nothing for stdout.
    known
        The formats of the command, the usual one first.
    has_option
        Whether the command has ``--format``.
    shows_network
        Whether the command shows a network as it is, so that another can show it otherwise.
    endings
        What the names of files end in, by format.

    Raises
    ------
    UsageError
        If the command has no such format, or none for files that end so.

    Examples
    --------
    >>> choose_format(None, Path("net.md"), ("text", "json", "markdown"))
    'markdown'
    >>> choose_format("json", Path("net.md"), ("text", "json", "markdown"))
    'json'
    """
    if asked:
        from cnnanalyze.report import check_format

        check_format(asked, known)
        return asked
    ending = output.suffix.lower() if output is not None else ""
    if output is None or not ending or (exists(output) and not is_file(output)):
        return known[0]  # the name of a device says nothing
    meant = [name for name, its in endings.items() if ending in its]
    if own := [name for name in known if name in meant]:
        return own[0]
    more = "; '--format' names the format of any other file" if has_option else ""
    others = [f"; {_ELSEWHERE[name]}" for name in meant if name in _ELSEWHERE]
    elsewhere = others[0] if others and shows_network else ""
    raise UsageError(
        f"this command writes no {ending} file: '{output}'",
        help=f"the name can end in {endings_of(known, endings)}{more}{elsewhere}",
    )


def choose_document_format(
    asked: str | None,
    output: Path | None,
    *,
    tables: bool = False,
    shows_network: bool = False,
) -> str:
    """Return the format of a document in the same way; those of other packages are known, too.

    Parameters
    ----------
    asked, output, shows_network
        As for :func:`choose_format`.
    tables
        Whether the result is a table, which further formats write.
    """
    if asked or output is None:
        return asked or USUAL  # what is asked for was looked up when the option was read
    from cnnanalyze.report.writers import find, known

    formats = known(tables=tables)
    return choose_format(
        None,
        output,
        formats,
        shows_network=shows_network,
        endings={**ENDINGS, **{name: find(name).endings for name in formats}},
    )


def endings_of(formats: Sequence[str], endings: Mapping[str, Sequence[str]] = ENDINGS) -> str:
    """Return the usual ending of each format, for a message.

    Examples
    --------
    >>> endings_of(("text", "json", "markdown"))
    '.txt, .json or .md'
    """
    *most, last = (endings[name][0] for name in formats if name in endings)
    return f"{', '.join(most)} or {last}" if most else last


def usual_finding_format() -> str:
    """Return the format of findings where none is asked for: annotations in GitHub Actions."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def read_finding_output(text: str) -> tuple[str, Path]:
    """Return format and file of ``FORMAT=FILE``, or of a file whose name ends in its format.

    Raises
    ------
    UsageError
        If there is no such format, or the name does not say which it is.

    Examples
    --------
    >>> read_finding_output("sarif=lint.json")[0], read_finding_output("lint.sarif")[0]
    ('sarif', 'sarif')
    """
    from cnnanalyze.report import check_format
    from cnnanalyze.report.findings import FORMATS

    name, equals, path = text.partition("=")
    if name and equals and path:
        return check_format(name, tuple(FORMATS)), Path(path)
    if equals or not Path(text).suffix:
        raise UsageError(
            f"--output takes FORMAT=FILE, or a FILE whose name ends in its format, not '{text}'",
            help="for example --output sarif=lint.sarif",
        )
    return choose_format(None, Path(text), tuple(FORMATS)), Path(text)
