"""YAML faults: what the parser stumbles over, in words of people."""

from __future__ import annotations

import re

import yaml

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.errors import Mark, Source

_SYNTAX = (
    (
        "mapping values are not allowed",
        "a second ':' on this line, or an indentation that does not fit",
        "write one 'key: value' per line, or quote a text that holds ': '",
    ),
    ("could not find expected ':'", "a key without its ':'", "write 'key: value'"),
    (
        "that cannot start any token",
        "a character that is not allowed here",
        "indent with spaces, not tabs, and quote words that begin with @, ` or %",
    ),
    ("tab character", "a tab in the indentation", "indent with spaces"),
    ("expected ',' or ']'", "a list that is not closed", "close it with ']'"),
    ("expected ',' or '}'", "a mapping that is not closed", "close it with '}'"),
    (
        "expected key",
        "an indentation that does not fit the lines above",
        "begin the keys of one mapping in one column",
    ),
    (
        "expected '-' indicator",
        "an indentation that does not fit the list above",
        "begin the '-' of one list in one column",
    ),
    (
        "expected <block end>",
        "an indentation that does not fit the lines above",
        "begin the keys of one mapping, and the '-' of one list, in one column",
    ),
    (
        "sequence entries are not allowed",
        "a list item that is not allowed here",
        "begin a list on a line of its own",
    ),
    (
        "node content",
        "a sign where a value is expected",
        "inside brackets write values with ',' between them; quote a text that begins so",
    ),
    ("unexpected end of stream", "the quotes are not closed", "close the quotes"),
    (
        "unexpected document (indicator|separator)",
        "a document ends inside quotes",
        "close the quotes before '---' or '...'",
    ),
    (
        "unknown escape|hexdecimal|hexadecimal|character escape code",
        r"a '\' inside double quotes that YAML does not know",
        r"write '\\' for the sign itself, or use single quotes",
    ),
    (
        "expected alphabetic or numeric character",
        "an anchor or alias without its name",
        "write &name and *name, or quote a text that begins with & or *",
    ),
    (
        "comment or line break|chomping or indentation|indentation indicator",
        "text after the '|' or '>' that begins a text of several lines",
        "begin the text on the next line",
    ),
    (
        "directive|incompatible YAML|YAML version",
        "a directive that is not known",
        "leave out the lines that begin with %",
    ),
    (
        "<document start>",
        "text after the end of the document",
        "a spec is one YAML document, and nothing follows a '...'",
    ),
    (
        "(control|special) characters are not allowed",
        "a control character, which YAML does not allow",
        "remove it",
    ),
)
"""What PyYAML's parsers, the C one and the other, complain of; in words of people."""


_NOTICED_LATE = {"found unexpected end of stream", "could not find expected ':'"}


def note_syntax(error: yaml.YAMLError, source: Source, faults: Faults) -> Mark | None:
    """Note what the YAML parser stumbled over, in words of people; return the place."""
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    said, help_text = next(
        ((said, more) for pattern, said, more in _SYNTAX if re.search(pattern, problem)),
        (problem, ""),
    )
    if problem in _NOTICED_LATE or (place is not None and place.line >= len(source.lines)):
        # What is wrong is where the quotes, the list or the key begin.
        place = getattr(error, "context_mark", None) or place
    mark: Mark | None = None
    if place is not None and (braced := _braced(source, place.line, place.column)):
        help_text = (
            f"in a mapping in braces '}}' ends the mapping; write ${braced} without "
            "braces of its own"
        )
    if place is not None:
        mark = Mark(source, place.line + 1, place.column + 1)
    elif isinstance(error, yaml.reader.ReaderError):
        position = error.position
        if error.encoding != "unicode":  # the C parser counts bytes
            position = len(source.text.encode()[:position].decode(errors="ignore"))
        mark = _mark_at(source, position)
    if mark is not None and "$" in _word_before(mark):
        help_text = "an expression with brackets or braces needs quotes inside of braces"
    faults.add(f"invalid YAML: {said}", mark, help_text)
    return mark


def _word_before(mark: Mark) -> str:
    """Return what stands in front of a place, back to a blank."""
    lines = mark.source.lines
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    before = line[: mark.column - 1]
    return "" if before.endswith(" ") else before.rpartition(" ")[2]


def _braced(source: Source, line: int, column: int) -> str:
    """Return the name in the last ``${name}`` before a place, inside a mapping in braces."""
    text = source.lines[line][:column] if line < len(source.lines) else ""
    found = list(_BRACED.finditer(text))
    before = text[: found[-1].start()] if found else ""
    return "" if "{" not in before or set(before) & {"'", '"'} else str(found[-1][1])


_BRACED = re.compile(r"\$\{([A-Za-z_]\w{0,99})\}")


def note_half(error: UnicodeEncodeError, source: Source, faults: Faults) -> None:
    """Note a surrogate: Python's texts can hold one, files cannot."""
    code = ord(source.text[error.start])
    # It cannot be printed, either.
    shown = Source(source.name, source.text.encode(errors="replace").decode())
    faults.add(
        f"invalid YAML: an unpaired surrogate, U+{code:04X}",
        _mark_at(shown, error.start),
        "remove it",
    )


def _mark_at(source: Source, position: int) -> Mark:
    """Return the mark of the character with this number."""
    lines = f"{source.text[:position]}^".splitlines()
    return Mark(source, len(lines), len(lines[-1]))
