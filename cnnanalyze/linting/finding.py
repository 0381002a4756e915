"""Findings: what a rule says of one place in a spec, and how the text could be mended there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cnnanalyze.errors import Call, Mark

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From grave to slight."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of text to be replaced; lines and columns count from one, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend one finding without changing what the network computes."""

    message: str
    edits: tuple[Edit, ...]
    unsafe: str = ""
    """Why it is not carried out unless that is asked for: what would not hold any more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one place: one sentence with the numbers, and what it follows from.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, relu]}")
    >>> (finding,) = cnn.lint(net, select="NA003")
    >>> finding.code, finding.name, finding.path, finding.mark.column
    ('NA003', 'double-activation', 'relu2', 39)
    """

    code: str
    """The code of the rule: ``NA003``."""
    name: str
    """The name of the rule: ``double-activation``."""
    severity: Severity
    """error, warning or info."""
    message: str
    """One sentence with the numbers."""
    mark: Mark | None
    """The place in the spec: file, line, column; nothing if it has none."""
    path: str = ""
    """The id of a layer, a block instance or a section of the spec."""
    help: str = ""
    """What to do."""
    values: tuple[tuple[str, object], ...] = ()
    """The computed values behind the sentence, by name."""
    chain: tuple[Call, ...] = ()
    """The calls of blocks that led to the place, outermost first."""
    instances: int = 1
    """How many instances the place has in the network; the finding speaks of the first."""
    fix: Fix | None = None
    """A change of the text that removes the fault."""
    file: str = ""
    """The file that it speaks of, if it has no place in it."""
