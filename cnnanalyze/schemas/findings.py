"""The forms of findings and of lint rules."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from cnnanalyze.schemas.forms import form

Severity = Literal["error", "warning", "info"]


class _Place(TypedDict):
    file: str | None
    line: int | None
    """Counts from 1."""
    column: int | None
    """Counts characters from 1."""
    end_column: int | None
    """Exclusive."""


@form
class Call(_Place):
    """The call of a block that led to the place."""

    block: str
    arguments: str


@form
class Edit(TypedDict):
    """A stretch of text to be replaced; lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@form
class Fix(TypedDict):
    """A change of the text that removes the fault."""

    message: str
    unsafe: str
    """Why it is not carried out without being asked for; nothing if it is safe."""
    edits: list[Edit]


@form
class Finding(_Place):
    """What a rule says of one place."""

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    """A layer, a block or a section of the spec."""
    count: int
    """How many instances the place has in the network."""
    help: str
    values: dict[str, Any]
    """The computed values behind the message."""
    calls: list[Call]
    """Calls of blocks, outermost first."""
    fix: Fix | None
    fingerprint: str
    """Stays the same while lines move."""


@form
class LintCounts(TypedDict):
    """What was found, in numbers."""

    error: int
    warning: int
    info: int
    files: int
    passed_over: int
    """Files that are no specs."""
    ignored: int
    """Findings that comments or settings excuse."""
    in_baseline: int


@form
class LintedFile(TypedDict):
    """One file."""

    file: str
    findings: int
    ignored: int


@form
class Lint(TypedDict):
    """What is wrong in specs: 'lint SPEC --format json'. A line of jsonl is one finding."""

    schema: int
    summary: LintCounts
    files: list[LintedFile]
    findings: list[Finding]


@form
class BadCase(TypedDict):
    """A spec in which the rule finds something."""

    text: str
    at: list[int] | None
    """Line and column."""
    message: str
    path: str
    count: int


class _Rule(TypedDict):
    code: str
    name: str
    severity: Severity
    profiles: list[str]
    needs: str
    """How far a spec must be understood for the rule to look at it."""
    what: str
    condition: str
    why: str
    instead: str
    remarks: list[str]
    thresholds: dict[str, float]
    trips: str
    """Good networks that trip it."""
    source: str
    valid: list[str]
    invalid: list[BadCase]


@form
class Rule(_Rule):
    """A lint rule."""


@form
class OneRule(_Rule):
    """One lint rule: 'rule CODE --format json'."""

    schema: int


@form
class AllRules(TypedDict):
    """All lint rules: 'rule --format json'."""

    schema: int
    rules: list[Rule]


Rules = AllRules | OneRule
