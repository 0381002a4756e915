"""Edits: small changes of a spec's text that leave everything else as it stands, remarks too."""

from __future__ import annotations

import re

from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.errors import Mark
from cnnanalyze.language.step import Written
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Edit, Fix


def replaced(mark: Mark, text: str, message: str) -> Fix:
    """Return the fix that writes another text over a word."""
    return Fix(message, (_edit(mark.line, mark.column, mark.column + mark.length, text),))


def without_entry(context: RuleContext, mapping: Mapping, key: str, message: str) -> Fix | None:
    """Return the fix that takes one entry out of a mapping; nothing if it is not a plain one.

    In braces the comma goes with it; on a line of its own the line goes, but not its remark.
    """
    place = next(((k, v) for k, v in mapping.entries if k.text == key), None)
    if place is None or len(mapping.entries) == 1 or not isinstance(place[1], Scalar):
        return None
    name, value = place
    if name.mark.source != context.source or value.mark.line != name.mark.line:
        return None
    line = context.source.lines[name.mark.line - 1]
    start, end = name.mark.column - 1, value.mark.column - 1 + value.mark.length
    before, behind = line[:start], line[end:]
    if not before.strip():  # the first word of its line: block style
        is_last = behind.lstrip()[:1] in {"", "#"}
        return _without_line(name.mark.line, line, message) if is_last else None
    if (stretch := with_comma(line, start, end)) is None:
        return None
    return Fix(message, (_edit(name.mark.line, stretch[0] + 1, stretch[1] + 1, ""),))


def with_comma(line: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a stretch of a line with the comma behind it, or else the one before it.

    Examples
    --------
    >>> with_comma("[a, b, c]", 4, 5), with_comma("[a, b]", 4, 5), with_comma("[a]", 1, 2)
    ((4, 7), (2, 5), None)
    """
    behind, before = line[end:].lstrip(), line[:start].rstrip()
    if behind.startswith(","):
        return start, len(line) - len(behind[1:].lstrip())
    if before.endswith(","):
        return len(before[:-1].rstrip()), end
    return None


def without_step(context: RuleContext, written: Written | None, message: str) -> Fix | None:
    """Return the fix that takes a step out of its list; nothing if that would change others.

    The step must stand on a line of its own in a list that holds others, and nothing may refer to
    it: no name, no steps counted back (``^2``), no running number of its kind.
    """
    if written is None:
        return None
    key, step = written.key, written.step
    if key.mark.source != context.source or written.siblings is None:
        return None
    if len(written.siblings.items) == 1 or (step is not None and len(step.entries) > 1):
        return None
    line = context.source.lines[key.mark.line - 1]
    begin = line.lstrip()
    said = begin.partition("#")[0].strip()
    if not begin.startswith("- ") or not _is_whole(said[2:], key.text, written.arguments):
        return None
    if re.search(rf"\b{re.escape(key.text)}\d+\b|\^\d", context.text):
        return None
    return _without_line(key.mark.line, line, message)


def _is_whole(text: str, word: str, arguments: Tree | None) -> bool:
    """Whether a text is just ``word: value``, perhaps in braces."""
    if isinstance(arguments, Scalar):
        value = re.escape(arguments.text)
    elif isinstance(arguments, Mapping):
        value = r"\{[^{}]*\}"
    else:
        return text == word
    return re.fullmatch(rf"\{{?\s*{re.escape(word)}\s*:\s*{value}\s*\}}?", text) is not None


def _without_line(number: int, line: str, message: str) -> Fix:
    """Return the fix that takes a line out; a remark on it stays."""
    if (remark := line.find("#")) < 0:
        return Fix(message, (Edit(number, 1, number + 1, 1, ""),))
    start = len(line) - len(line.lstrip()) + 1
    return Fix(message, (_edit(number, start, remark + 1, ""),))


def _edit(line: int, column: int, end: int, text: str) -> Edit:
    return Edit(line, column, line, end, text)
