"""Lint rules explained: the condition, why it matters, what to do, who says so, and cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnanalyze.characters import capitalized
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.linting.rule import RULES, Case, Rule
from cnnanalyze.linting.rules import RuleEntry, entries
from cnnanalyze.linting.selection import unknown
from cnnanalyze.report import document
from cnnanalyze.report.document import (
    Block,
    Code,
    Content,
    Document,
    Inline,
    Paragraph,
    Tabular,
    code,
    paragraphs,
    prose,
)
from cnnanalyze.report.table import Cell, Heading, Table, cells_of

TITLES = {
    "SP": "The text of a spec",
    "GR": "The graph",
    "SH": "Shapes",
    "CV": "The arithmetic of convolutions",
    "NA": "Normalisation, activation, regularisation",
    "RF": "The receptive field",
    "PC": "Where parameters and operations lie",
    "HW": "Hardware",
    "DP": "Dense prediction",
    "HD": "Heads",
    "BG": "Budgets",
    "LC": "What the lectures teach",
    "TE": "Rules of thumb for teaching",
    "LN": "The linter itself",
}
"""The families of rules by the letters of their codes."""
_OTHERS = "Other rules"


def find(word: str) -> type[Rule]:
    """Return the rule of a code or a name, or refuse it with the nearest known."""
    known = entries()
    found = next((e.code for e in known.values() if word in {e.code, e.name}), None)
    if found is None:
        raise unknown(word, known)
    cls = RULES.get(found)
    assert cls is not None
    return cls


def families() -> dict[str, list[RuleEntry]]:
    """Return all rules by the title of their family, in the order of the titles."""
    order = [*TITLES.values(), _OTHERS]
    found: dict[str, list[RuleEntry]] = {}
    for entry in entries().values():
        title = TITLES.get(entry.code.rstrip("0123456789"), _OTHERS)
        found.setdefault(title, []).append(entry)
    return {title: found[title] for title in order if title in found}


def when_on(profiles: frozenset[str]) -> str:
    """Return in words under which profiles a rule is on.

    Examples
    --------
    >>> when_on(frozenset({"default"})), when_on(frozenset({"target:edge"}))
    ('always on', "on for the target 'edge'")
    """
    if "default" in profiles:
        return "always on"
    targets = sorted(p.removeprefix("target:") for p in profiles if p.startswith("target:"))
    said = [f"in the profile '{p}'" for p in sorted(profiles) if not p.startswith("target:")]
    said += [f"for the target '{target}'" for target in targets]
    return f"on {' and '.join(said)}" if said else "on only if it is selected"


def parts(cls: type[Rule]) -> tuple[str, list[tuple[str, str]], list[str]]:
    """Return the first line of a rule's documentation, its titled paragraphs, and the others."""
    first, *rest = (text.replace("``", "`") for text in paragraphs(cls.__doc__))
    titled, others = [], []
    for text in rest:
        title, colon, body = text.partition(": ")
        if colon and title in {"Why", "Instead"}:
            titled.append((title, capitalized(body)))
        else:
            others.append(text)
    return first, titled, others


# --- data --------------------------------------------------------------------------------------


def to_dict(cls: type[Rule]) -> dict[str, Any]:
    """Return one rule as plain data."""
    return {"schema": VERSIONS["rules"], **_dict(cls)}


def _dict(cls: type[Rule]) -> dict[str, Any]:
    first, titled, others = parts(cls)
    body = {title.lower(): text for title, text in titled}
    return {
        "code": cls.code,
        "name": cls.name,
        "severity": cls.severity,
        "profiles": sorted(cls.profiles),
        "needs": cls.needs,
        "what": first,
        "condition": cls.formula,
        "why": body.get("why", ""),
        "instead": body.get("instead", ""),
        "remarks": others,
        "thresholds": dict(cls.thresholds),
        "trips": cls.trips,
        "source": cls.source,
        "valid": [case.text for case in cls.valid],
        "invalid": [
            {
                "text": case.text,
                "at": list(case.at) if case.at else None,
                "message": case.message,
                "path": case.path,
                "count": case.instances,
            }
            for case in cls.invalid
        ],
    }


def all_dict() -> dict[str, Any]:
    """Return all rules as plain data."""
    return {"schema": VERSIONS["rules"], "rules": [_dict(find(code)) for code in entries()]}


# --- documents -----------------------------------------------------------------------------------

_ABOUT = "`cnnanalyze rule CODE` explains one of them. Every case is a test."
_LIST = tuple(Heading(word, word, "left") for word in ("code", "name", "severity", "when"))


def contents(*, whole: bool = False) -> Document:
    """Return all rules: a line for each, or everything that is to be said of each besides."""
    blocks: list[Content] = [document.Heading("Lint rules"), Paragraph(prose(_ABOUT))]
    for title, members in families().items():
        sections = [explained(find(e.code), 3) for e in members] if whole else []
        rows = tuple(_row(e) for e in members)
        anchors = tuple(document.Heading(section.title).anchor for section in sections)
        blocks.append(document.Heading(title, 2))
        blocks.append(Tabular(Table(_LIST, rows), anchors=anchors, has_headings=False))
        blocks += [block for section in sections for block in section.blocks]
    return Document("Lint rules", tuple(blocks), all_dict)


def _row(entry: RuleEntry) -> tuple[Cell, ...]:
    return cells_of(entry.code, entry.name, entry.severity, when_on(entry.profiles))


def explained(cls: type[Rule], level: int = 1) -> Document:
    """Return one rule explained."""
    title = f"{cls.code} {cls.name}"
    first, titled, others = parts(cls)
    blocks: list[Block] = [
        document.Heading(title, level, f"{cls.severity}, {when_on(cls.profiles)}"),
        Paragraph(prose(first)),
        *(Paragraph(prose(text), title) for title, text in titled),
        *(Paragraph(text, title) for title, text in _facts(cls)),
        *(Paragraph(prose(text)) for text in others),
    ]
    for case in cls.invalid:
        blocks += [Code(case.text, "yaml", "Found"), Code(_said(cls, case))]
    blocks += [Code(case.text, "yaml", "Not found") for case in cls.valid]
    return Document(title, tuple(blocks), lambda: to_dict(cls))


def _facts(cls: type[Rule]) -> Iterator[tuple[str, Inline]]:
    """Yield the facts of a rule, each in one line."""
    if cls.formula:
        yield "Condition", prose(cls.formula) if "`" in cls.formula else code(cls.formula)
    if cls.thresholds:
        numbers = ", ".join(f"{name} = {number:g}" for name, number in cls.thresholds.items())
        yield "Thresholds", f"{numbers} (to be configured under thresholds.{cls.code})"
    if cls.trips:
        yield "Good networks that trip it", prose(cls.trips)
    if cls.source:
        yield "Source", prose(cls.source)


def _said(cls: type[Rule], case: Case) -> str:
    place = f"{case.at[0]}:{case.at[1]}: " if case.at else ""
    times = f" (in {case.instances} instances)" if case.instances > 1 else ""
    return f"{place}{cls.severity}[{cls.code}] {case.message}{times}"
