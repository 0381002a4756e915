"""Lint rules explained: the condition, why it matters, what to do, who says so, and cases."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

from cnnanalyze.characters import wrap
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.linting.rule import RULES, Case, Rule
from cnnanalyze.linting.rules import Entry, entries
from cnnanalyze.linting.selection import unknown
from cnnanalyze.report.markdown import escape

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


def families() -> dict[str, list[Entry]]:
    """Return all rules by the title of their family, in the order of the titles."""
    order = [*TITLES.values(), _OTHERS]
    found: dict[str, list[Entry]] = {}
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
    first, *rest = re.split(r"\n\s*\n", cleandoc(cls.__doc__ or "").replace("``", "`"))
    titled, others = [], []
    for paragraph in rest:
        text = " ".join(paragraph.split())
        title, colon, body = text.partition(": ")
        if colon and title in {"Why", "Instead"}:
            titled.append((title, body[:1].upper() + body[1:]))
        else:
            others.append(text)
    return " ".join(first.split()), titled, others


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


def _facts(cls: type[Rule]) -> list[tuple[str, str]]:
    """Return what is told of a rule in one line each."""
    numbers = ", ".join(f"{name} = {number:g}" for name, number in cls.thresholds.items())
    rows = [
        ("Condition", cls.formula),
        (
            "Thresholds",
            f"{numbers} (to be configured under thresholds.{cls.code})" if numbers else "",
        ),
        ("Good networks that trip it", cls.trips),
        ("Source", cls.source),
    ]
    return [(title, " ".join(text.split())) for title, text in rows if text]


# --- text ----------------------------------------------------------------------------------------


def all_text() -> str:
    """Return the list of all rules."""
    width = max(len(entry.name) for entry in entries().values())
    lines: list[str] = []
    for title, rows in families().items():
        lines += [title, ""]
        lines += [
            f"  {e.code}  {e.name:{width}}  {e.severity:7}  {when_on(e.profiles)}" for e in rows
        ]
        lines.append("")
    return "\n".join([*lines, "'cnnanalyze rule CODE' explains one."]) + "\n"


def one_text(cls: type[Rule], width: int = 80) -> str:
    """Return one rule explained."""
    first, titled, others = parts(cls)
    lines = [
        f"{cls.code} {cls.name} ({cls.severity}, {when_on(cls.profiles)})",
        "",
        *wrap(first, width),
    ]
    for title, text in (*titled, *_facts(cls)):
        lines += ["", f"{title}:", *wrap(text, width, first="  ", rest="  ")]
    for text in others:
        lines += ["", *wrap(text, width)]
    for title, cases in (("Found", cls.invalid), ("Not found", cls.valid)):
        for case in cases:
            shown = (f"    {line}".rstrip() for line in case.text.rstrip().splitlines())
            lines += ["", f"{title}:", "", *shown]
            if title == "Found":
                lines += ["", *wrap(_said(cls, case), width, first="  ", rest="  ")]
    return "\n".join(lines) + "\n"


def _said(cls: type[Rule], case: Case) -> str:
    place = f"{case.at[0]}:{case.at[1]}: " if case.at else ""
    times = f" (in {case.instances} instances)" if case.instances > 1 else ""
    return f"{place}{cls.severity}[{cls.code}] {case.message}{times}"


# --- markdown ------------------------------------------------------------------------------------


def all_markdown() -> str:
    """Return the reference page of all rules."""
    lines = [
        "# Lint rules",
        "",
        "`cnnanalyze rule CODE` prints one of them. Every case below is a test.",
        "",
        "| Code | Name | Severity | When |",
        "|:--|:--|:--|:--|",
    ]
    for rows in families().values():
        for e in rows:
            # Headings become anchors in lower case, without signs, spaces turned into hyphens.
            link = f"[{e.code}](#{e.code.lower()}-{e.name})"
            lines.append(f"| {link} | {e.name} | {e.severity} | {escape(when_on(e.profiles))} |")
    for title, rows in families().items():
        lines += ["", f"## {title}"]
        for e in rows:
            lines += ["", one_markdown(find(e.code)).rstrip()]
    return "\n".join(lines) + "\n"


def one_markdown(cls: type[Rule]) -> str:
    """Return one rule explained, with its heading."""
    first, titled, others = parts(cls)
    lines = [
        f"### {cls.code} {cls.name}",
        "",
        escape_text(first),
        "",
        f"*{cls.severity.capitalize()}; {escape(when_on(cls.profiles))}.*",
    ]
    for title, text in titled:
        lines += ["", f"**{title}.** {escape_text(text)}"]
    for text in others:
        lines += ["", escape_text(text)]
    lines.append("")
    for title, text in _facts(cls):
        shown = f"`{text}`" if title == "Condition" and "`" not in text else escape_text(text)
        lines.append(f"- {title}: {shown}")
    for title, cases in (("Found", cls.invalid), ("Not found", cls.valid)):
        for case in cases:
            lines += ["", f"{title}:", "", "```yaml", case.text.rstrip(), "```"]
            if title == "Found":
                lines += ["", "```text", _said(cls, case), "```"]
    return "\n".join(lines) + "\n"


def escape_text(text: str) -> str:
    r"""Return prose for Markdown, in which words between backticks stay as they are.

    Examples
    --------
    >>> print(escape_text("``a_b`` is a_b"))
    `a_b` is a\_b
    """
    pieces = re.split(r"((?<!`)`+[^`]+`+)", text)
    return "".join(f"`{p.strip('`')}`" if p.startswith("`") else escape(p) for p in pieces)
