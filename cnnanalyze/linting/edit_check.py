"""Confinement: does a changed text, read again, differ exactly where it was edited?

Both texts are read as YAML. Every word outside of the edits must be there again, in its order, and
what opens and closes between two such words may differ only around an edit, by whole parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import yaml

from cnnanalyze.language.yaml import LOADER
from cnnanalyze.linting.finding import Edit


class _Event(NamedTuple):
    """What YAML says at a place: a word, or that something opens (1) or closes (-1) there."""

    what: tuple[object, ...]
    begin: int
    is_word: bool
    step: int


def is_confined(before: str, after: str, edits: Iterable[Edit]) -> bool:
    r"""Whether two texts are both YAML, and differ as such only where the one was edited.

    Parameters
    ----------
    before, after
        The texts; the second is the first one with the edits carried out.
    edits
        What was edited.

    Examples
    --------
    >>> text = "about: |\n  lists\nlayers: [a, b]\n"
    >>> edit = Edit(3, 10, 3, 13, "")
    >>> is_confined(text, "about: |\n  lists\nlayers: [b]\n", [edit])
    True
    >>> remark = Edit(2, 8, 2, 8, "  # a remark? part of the text")
    >>> is_confined(text, text.replace("lists", f"lists{remark.text}"), [remark])
    False
    """
    spans = sorted(locate(before, edits))
    shifts = accumulate((len(text) - (end - begin) for begin, end, text in spans), initial=0)
    moved = [
        (begin + shift, begin + shift + len(text))
        for (begin, _, text), shift in zip(spans, shifts, strict=False)
    ]
    old = _gaps(before, [(begin, end) for begin, end, _ in spans])
    new = _gaps(after, moved)
    if old is None or new is None or len(old) != len(new):
        return False
    return all(
        one.word == other.word
        and (one.events == other.events or (one.is_edited and _differ_by_whole(one, other)))
        for one, other in zip(old, new, strict=True)
    )


def locate(text: str, edits: Iterable[Edit]) -> list[tuple[int, int, str]]:
    """Return the edits with offsets into a text in place of lines and columns."""
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]

    def offset(line: int, column: int) -> int:
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))

    return [(offset(e.line, e.column), offset(e.end_line, e.end_column), e.text) for e in edits]


class _Gap(NamedTuple):
    """What stands between a word outside of the edits and the next one, that one included."""

    events: tuple[_Said, ...]
    word: tuple[object, ...] | None
    is_edited: bool


_Said = tuple[tuple[object, ...], int]
"""An event without its place: what is said, and whether it opens or closes something."""


def _gaps(text: str, spans: Sequence[tuple[int, int]]) -> list[_Gap] | None:
    """Return a text cut at its words outside of some spans; nothing if it is not YAML."""
    try:
        events = list(_events(text))
    except yaml.YAMLError:
        return None
    gaps: list[_Gap] = []
    waiting: list[_Said] = []
    number = 0  # of the first span that does not end before the word
    since = 0  # of the first span behind the word before
    for event in events:
        while number < len(spans) and spans[number][1] <= event.begin and event.is_word:
            number += 1
        is_inside = number < len(spans) and spans[number][0] <= event.begin
        if not event.is_word or is_inside:
            waiting.append((event.what, event.step))
            continue
        is_edited = since < len(spans) and spans[since][0] <= event.begin
        gaps.append(_Gap(tuple(waiting), event.what, is_edited))
        waiting, since = [], number
    gaps.append(_Gap(tuple(waiting), None, since < len(spans)))
    return gaps


def _events(text: str) -> Iterable[_Event]:
    event: Any
    for event in yaml.parse(text, Loader=LOADER):
        kind = type(event)
        is_word = kind in {yaml.ScalarEvent, yaml.AliasEvent}
        opens = kind in {yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.DocumentStartEvent}
        closes = kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent, yaml.DocumentEndEvent}
        tags = (getattr(event, "anchor", None), getattr(event, "tag", None))
        plain = (event.value, not event.style) if kind is yaml.ScalarEvent else ()
        begin = event.start_mark.index
        yield _Event((kind.__name__, *tags, *plain), begin, is_word, opens - closes)


def _differ_by_whole(one: _Gap, other: _Gap) -> bool:
    """Whether two stretches are the same but for a part of each that closes what it opens."""
    a, b = one.events, other.events
    least = min(len(a), len(b))
    ahead = next((n for n in range(least) if a[n] != b[n]), least)
    behind = next((n for n in range(least) if a[-1 - n] != b[-1 - n]), least)
    for first in range(ahead, -1, -1):
        last = min(behind, least - first)
        if _is_whole(a[first : len(a) - last]) and _is_whole(b[first : len(b) - last]):
            return True
    return False


def _is_whole(events: Sequence[_Said]) -> bool:
    depths = [0, *accumulate(step for _, step in events)]
    return min(depths) == 0 and depths[-1] == 0


def touch(edits: Sequence[Edit], others: Sequence[Edit]) -> bool:
    """Whether one of some edits touches one of others."""
    return any(_meet(a, b) for a in edits for b in others)


def _meet(a: Edit, b: Edit) -> bool:
    return (a.line, a.column) <= (b.end_line, b.end_column) and (b.line, b.column) <= (
        a.end_line,
        a.end_column,
    )


def change(text: str, edits: Iterable[Edit]) -> str:
    r"""Return a text with stretches replaced; they must not overlap.

    A line end that is put in is the one that the line has already.

    Examples
    --------
    >>> change("- conv: 8\n- relu\n", [Edit(1, 9, 1, 10, "16"), Edit(2, 1, 3, 1, "")])
    '- conv: 16\n'
    >>> change("- a\r\n- c\n", [Edit(1, 4, 1, 4, "\n- b")])
    '- a\r\n- b\r\n- c\n'
    """
    parts: list[str] = []
    at = 0
    for begin, end, new in sorted(locate(text, edits)):
        parts += [text[at:begin], new.replace("\n", _line_end(text, begin)) if "\n" in new else new]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _line_end(text: str, at: int) -> str:
    """Return how the line at an offset ends, or else how the one before it does."""
    end = text.find("\n", at)
    if end < 0:
        end = text.rfind("\n", 0, at)
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
