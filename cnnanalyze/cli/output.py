"""Where results go: to stdout alone, or to a file that is whole or not there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnanalyze.characters import harmless
from cnnanalyze.core.file_writing import write_file
from cnnanalyze.errors import CnnError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from cnnanalyze.report.document import Document
    from cnnanalyze.report.terminal import Lines

# --- stdout ---------------------------------------------------------------------------------------


def write(
    text: str | Iterable[str],
    output: Path | None = None,
    format: str = "text",  # noqa: A002 - the name of the option
) -> None:
    """Write a text to a file, or to stdout in the encoding that it has.

    Parameters
    ----------
    text
        What is to be written, as a whole or part by part.
    output
        The file; nothing for stdout.
    format
        Its format, which decides how characters are written that do something to a terminal, and
        those that the encoding of stdout does not have. ``raw`` leaves them as they are.
    """
    safe = (_safe(part, format) for part in ((text,) if isinstance(text, str) else text))
    if output is not None:
        write_file(output, safe)
        return
    try:
        for part in safe:
            _put(part, format)
    except BrokenPipeError:
        # Who reads our output has seen enough. The work goes on to its end: the exit code says
        # what came of it, and a gate must not open because somebody looked at the first lines.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    except OSError as error:
        raise full(error) from None


def full(error: OSError) -> UsageError:
    """Return what to say of a stdout that takes nothing more."""
    # What could not be written must not be tried again when the process ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UsageError(
        f"cannot write to stdout: {(error.strerror or str(error)).lower()}",
        help="'-o FILE' writes to a file",
    )


JSON = ("json", "jsonl", "sarif", "gitlab")
PAGES = ("html", "svg", "junit")
"""Formats that have a way of their own to write any character."""
_DANGEROUS = "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"


def _safe(text: str, format: str) -> str:  # noqa: A002
    """Return a text without characters that a terminal obeys, in the way of its format."""
    if format in {"raw", "csv", *PAGES}:  # these were made so cell by cell, and word by word
        return text
    if format in JSON:
        if text.isascii() and "\x7f" not in text:  # as nearly all of it is, told at once
            return text
        return re.sub(_DANGEROUS, lambda found: f"\\u{ord(found[0]):04x}", text)
    return harmless(text)


def _put(text: str, format: str) -> None:  # noqa: A002
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    # 'PYTHONIOENCODING=ascii:replace' says what becomes of the others; 'ascii' alone does not.
    if getattr(sys.stdout, "errors", "strict") in {"strict", "surrogateescape"}:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            if format == "html" and hasattr(sys.stdout, "buffer"):  # a page says that it is UTF-8
                sys.stdout.flush()
                sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
                sys.stdout.buffer.flush()
                return
            text = _rewritten(text, encoding, format)
    sys.stdout.write(text)
    sys.stdout.flush()


def _rewritten(text: str, encoding: str, format: str) -> str:  # noqa: A002
    """Return a text that an encoding can write."""
    if format in PAGES:
        return text.encode("ascii", "xmlcharrefreplace").decode("ascii")

    def replace(found: re.Match[str]) -> str:
        character = found[0]
        with suppress(UnicodeEncodeError):
            character.encode(encoding)
            return character
        if format in JSON:
            halves = character.encode("utf-16-be", "surrogatepass")
            return "".join(f"\\u{halves[i : i + 2].hex()}" for i in range(0, len(halves), 2))
        return PLAIN.get(character) or character.encode("unicode_escape").decode("ascii")

    return re.sub(r"[^\x00-\x7f]", replace, text)


PLAIN = {
    **dict.fromkeys("─━╌┄−–—·", "-"),
    **dict.fromkeys("│┃┆╎", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╞╡╪✓▒", "+"),
    **dict(zip("×✗≈…→←○█▓■░“”‘’", "xx~~><o###.\"\"''", strict=True)),
    **dict(zip("≥≤≠⌊⌋⌈⌉", (">=", "<=", "!=", "floor(", ")", "ceil(", ")"), strict=True)),
    **dict(zip("Σ√±½²³", ("sum", "sqrt", "+-", "1/2", "^2", "^3"), strict=True)),
    **dict(
        zip("αβγεσμλ", ("alpha", "beta", "gamma", "epsilon", "sigma", "mu", "lambda"), strict=True)
    ),
}
"""What is printed instead where the encoding of stdout has no more than ASCII; what lines columns
up takes one cell here, too."""

# --- terminals ------------------------------------------------------------------------------------

Styling = Literal["", "plain", "colour"]
"""What stdout shows: nothing but characters, bold and dim ones, or colours besides."""


def styling() -> Styling:
    """Return what stdout shows, as rich finds it out; what shows no styles does without rich."""
    if not is_terminal() or os.environ.get("TERM", "").lower() in {"dumb", "unknown"}:
        return ""
    return "plain" if os.environ.get("NO_COLOR") else "colour"


def is_terminal() -> bool:
    """Whether stdout is a terminal, or the environment says that it is as good as one."""
    compatible = os.environ.get("TTY_COMPATIBLE", "")
    if compatible in {"0", "1"}:
        return compatible == "1"
    if (forced := os.environ.get("FORCE_COLOR")) is not None:
        return forced != ""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):  # closed, or not made for it
        return False


def console(*, stderr: bool = False) -> Console:
    """Return the terminal, with the colours and the width that it has."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def show(lines: Lines, output: Path | None = None) -> None:
    """Print lines, in colour on a terminal; or write them to a file, which has no width."""
    from cnnanalyze.report.terminal import UNBOUNDED, terminal_width

    if output is not None:
        write(lines.plain(UNBOUNDED), output)
        return
    if not is_terminal():
        write(lines.plain(terminal_width()))
        return
    from io import StringIO

    from rich.console import Console

    # What is written is made first, as for the terminal: one place then meets what can go wrong.
    real, text = console(), StringIO()
    Console(
        file=text,
        width=terminal_width(),
        force_terminal=real.is_terminal,
        color_system=real.color_system,  # type: ignore[arg-type]  # rich types its own words as str
        no_color=real.no_color,
        legacy_windows=False,
    ).print(lines, crop=False)
    write(text.getvalue(), format="raw")


def write_document(document: Document, format: str, output: Path | None) -> None:  # noqa: A002
    """Write a document in a format, in colour if it is for a terminal."""
    if format == "text":
        from cnnanalyze.report.writers.terminal import Screen

        show(Screen(document), output)
    else:
        from cnnanalyze.report.terminal import UNBOUNDED, terminal_width
        from cnnanalyze.report.writers import find

        width = UNBOUNDED if output else terminal_width()
        write(find(format)(width).pieces(document), output, format)


# --- stderr ---------------------------------------------------------------------------------------


def complain(errors: Sequence[CnnError]) -> None:
    """Print errors on stderr."""
    for error in errors:
        remark(str(error))


def remark(text: str) -> None:
    """Print something on stderr; if nobody can read it there, the exit code still says it."""
    try:
        sys.stderr.write(f"{harmless(text)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
