"""Settings as they hold for a folder: where they come from, and which rules are on."""

from __future__ import annotations

from cnnanalyze.core.tree import plain
from cnnanalyze.linting.settings import Settings


def write(folder: str, settings: Settings) -> str:
    """Return the settings for specs in a folder."""
    known = settings.known
    origins = [g.origin for g in settings.files]
    lines = [
        f"settings for specs in {folder}",
        f"  from: {', '.join(origins) if origins else 'no file'}",
        f"  target: {settings.target or 'none'}",
        f"  fail on: {settings.fails_from}",
        f"  warnings let pass: {'any' if settings.max_warnings is None else settings.max_warnings}",
    ]
    for title, table in (("thresholds", settings.thresholds), ("budgets", plain(settings.budgets))):
        if table:
            lines.append(f"  {title}: {table}")
    for row, codes in settings.per_file:
        lines.append(f"  off in {row.pattern}: {', '.join(sorted(codes))}")
    lines.append(f"  rules that are on: {len(settings.codes)} of {len(known)}")
    for code in sorted(settings.codes):
        entry = known[code]
        severity = settings.severity.get(code, entry.severity)
        note = "" if severity == entry.severity else f" (by itself {entry.severity})"
        lines.append(f"    {code}  {severity:7}  {entry.name}{note}")
    return "\n".join(lines) + "\n"
