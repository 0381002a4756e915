"""Findings: what a rule says of one place in a spec, and how the text could be mended there."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from cnnanalyze.errors import Call, Mark

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From grave to slight."""


class Edit(NamedTuple):
    """A stretch of text to be replaced; lines and columns count from one, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(NamedTuple):
    """Edits that mend one finding without changing what the network computes."""

    message: str
    edits: tuple[Edit, ...]
    unsafe: str = ""
    """Why it is not carried out unless that is asked for: what would not hold any more."""


class Finding(NamedTuple):
    """What a rule says of one place: one sentence with the numbers, and what it follows from."""

    code: str
    name: str
    severity: Severity
    message: str
    mark: Mark | None
    path: str = ""
    """The id of a layer, a block instance or a section of the spec."""
    help: str = ""
    values: tuple[tuple[str, object], ...] = ()
    """The computed values behind the sentence, by name."""
    chain: tuple[Call, ...] = ()
    """The calls of blocks that led to the place, outermost first."""
    instances: int = 1
    """How many instances the place has in the network; the finding speaks of the first."""
    fix: Fix | None = None
    file: str = ""
    """The file that it speaks of, if it has no place in it."""
