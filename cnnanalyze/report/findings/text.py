"""Findings for people: the place, the sentence, the line with its caret, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.characters import cells, harmless, legible, wrap
from cnnanalyze.errors import Call
from cnnanalyze.linting.finding import Finding, Fix
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import closing, instances, place, place_of

_COLOURS = {"error": "31", "warning": "33", "info": "36"}
_BOLD, _FAINT, _HELP = "1", "2", "32"
_MOST_CALLS = 6
_HANGING = 4
"""By how much the further lines of a sentence are set in."""
_MORE = "..."


def write(result: LintResult, *, styling: str = "", width: int = 0, quiet: bool = False) -> str:
    """Return all findings, each with its line, and one line that sums up.

    With a width, sentences are broken between words, and source lines are cut around their carets.
    """

    def paint(text: str, *codes: str) -> str:
        shown = [code for code in codes if styling == "colour" or code in {_BOLD, _FAINT}]
        return f"\x1b[{';'.join(shown)}m{text}\x1b[0m" if styling and shown and text else text

    def lines(finding: Finding) -> Iterator[str]:
        tint = _COLOURS[finding.severity]
        grade = f"{finding.severity}[{finding.code}]"
        where_it_is = legible(place_of(finding))
        name = f"{finding.name}:"
        shown = f"{paint(where_it_is, _BOLD)}:"
        before = cells(f"{where_it_is}:")
        for word, painted in ((grade, paint(grade, _BOLD, tint)), (name, paint(name, _FAINT))):
            if width and before + 1 + cells(word) > width:
                yield shown
                shown, before = " " * (_HANGING - 1), _HANGING - 1
            shown += f" {painted}"
            before += 1 + cells(word)
        begins = legible(finding.message).partition(" ")[0]
        if width and before + 1 + cells(begins) > width:
            yield shown
            shown, before = " " * (_HANGING - 1), _HANGING - 1
        yield f"{shown} {broken(finding.message, width, before + 1)}"
        if finding.mark is not None and (snippet := finding.mark.snippet()):
            above, source, carets = cut(snippet, width).split("\n")
            yield paint(above, _FAINT)
            yield source
            gutter = carets.index("|") + 1
            yield paint(carets[:gutter], _FAINT) + paint(carets[gutter:], _BOLD, tint)
        if place := where(finding):
            yield f"  {broken(place, width, 2)}"
        if finding.values:
            values = ", ".join(f"{name} = {say(value)}" for name, value in finding.values)
            yield paint(f"  {broken(values, width, 2)}", _FAINT)
        if finding.help:
            yield f"  {paint('help:', _BOLD, _HELP)} {broken(finding.help, width, 8)}"
        if finding.fix is not None:
            yield f"  {paint('fix:', _BOLD, _HELP)} {broken(fix_line(finding.fix), width, 7)}"
        calls = [f"  {broken(call_line(call), width, 2)}" for call in reversed(finding.chain)]
        if len(calls) > _MOST_CALLS:
            half = _MOST_CALLS // 2
            calls[half:-half] = [f"  ... {len(calls) - _MOST_CALLS} calls ..."]
        yield from (paint(call, _FAINT) for call in calls)

    blocks = ["\n".join(lines(finding)) for finding in result]
    shown = blocks if quiet else [*blocks, closing(result)]
    text = "\n\n".join(shown) + "\n" if shown else ""
    return text if styling else harmless(text)


def broken(text: str, width: int, before: int) -> str:
    r"""Return a text in lines of a width; the first line leaves room for a number of characters.

    Examples
    --------
    >>> broken("one two three", 11, 4), broken("one two three", 0, 4)
    ('one two\n    three', 'one two three')
    """
    text = legible(text)
    if not width or before + cells(text) <= width:
        return text
    room = max(width, before + 1, 2 * _HANGING)
    lines = wrap(text, room, first=" " * before, rest=" " * _HANGING, whole=True)
    return "\n".join(lines)[before:] if lines[0].strip() else "\n".join(lines)


def cut(snippet: str, width: int) -> str:
    r"""Return a line with its carets so that both fit into a width.

    Examples
    --------
    >>> print(cut("  |\n1 | layers: [conv, relu, bn]\n  |                      ^^", 20))
      |
    1 | ...nv, relu, bn]
      |              ^^
    """
    above, source, carets = snippet.split("\n")
    room = width - carets.index("|") - 2
    if not width or len(source) <= width or room < 2 * _HANGING:
        return snippet
    gutter = width - room
    text, marks = source[gutter:], carets[gutter:]
    begin = len(marks) - len(marks.lstrip())
    start = max(0, min(begin - room // 2, len(text) - room))
    shown, under = text[start : start + room], marks[start : start + room]
    if start:
        shown = _MORE + shown[len(_MORE) :]
    if start + room < len(text):
        shown = shown[: -len(_MORE)] + _MORE
    return "\n".join((above, source[:gutter] + shown, carets[:gutter] + under))


def fix_line(fix: Fix) -> str:
    """Return what a fix does, and whether it is done unasked."""
    if fix.unsafe:
        return f"{fix.message}; unsafe, since {fix.unsafe} (--unsafe-fixes does it)"
    return f"{fix.message} (--fix does it)"


def where(finding: Finding) -> str:
    """Return the layer, or the first one and how many there are."""
    if more := instances(finding):
        return more
    return f"layer {finding.path}" if finding.path and finding.mark else finding.path


def call_line(call: Call) -> str:
    """Return one step of the chain of calls, its file as it is shown elsewhere."""
    given = f" with {call.arguments}" if call.arguments else ""
    return f"in block '{call.block}' called at {place(call.mark)}{given}"


def say(value: object) -> str:
    """Return a computed value as people write it.

    Examples
    --------
    >>> say(102_764_544), say(0.53125), say((3, 3)), say("relu")
    ('102,764,544', '0.531', '3x3', 'relu')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple | list):
        return "x".join(say(v) for v in value)
    return str(value)
