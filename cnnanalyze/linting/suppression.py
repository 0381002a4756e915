"""Comments that excuse a finding: ``# cnn: ignore[NA001, CV] -- reason``.

A comment behind something excuses what is found in its line; one that stands alone excuses what is
found in the step below it, with everything inside. ``# cnn: file-ignore[...]`` holds for the whole
file. There is no form that excuses everything: the rules are named.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import yaml

from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.yaml import LOADER
from cnnanalyze.linting.edit import with_comma
from cnnanalyze.linting.finding import Edit, Finding, Fix
from cnnanalyze.linting.rules import RuleEntry
from cnnanalyze.linting.selection import resolve

_COMMENT = re.compile(
    r"#\s*cnn:\s*(?P<form>[\w-]+)\s*(?P<list>\[(?P<words>[^\]]*)\])?\s*(?:--\s*(?P<reason>.*))?"
)
FORMS = ("ignore", "file-ignore")


class Word(NamedTuple):
    """One word of a comment, with the codes that it stands for."""

    text: str
    column: int
    codes: frozenset[str]


class Comment(NamedTuple):
    """One comment that excuses findings."""

    line: int
    column: int
    end: int
    """The column behind the comment."""
    words: tuple[Word, ...]
    first: int
    """The first line that it covers."""
    last: int
    """The last line that it covers."""
    is_alone: bool
    """Whether nothing else stands in its line."""


class Comments:
    """The comments of one file, and which of their words have hidden something.

    Parameters
    ----------
    source
        The text.
    found
        The comments.
    faults
        Comments that cannot be understood: place, message, help.
    """

    def __init__(
        self,
        source: Source,
        found: tuple[Comment, ...] = (),
        faults: tuple[tuple[Mark, str, str], ...] = (),
    ) -> None:
        self.source = source
        self.found = found
        self.faults = faults
        self._used: set[tuple[int, int]] = set()
        self._of_lines: dict[int, list[Comment]] = {}
        """By line: the comments that cover it, found when it is first asked for."""

    def hide(self, code: str, marks: Iterable[Mark]) -> bool:
        """Whether a comment excuses a finding that has one of these places; note that it did."""
        hidden = False
        for line in {mark.line for mark in marks if mark.source.name == self.source.name}:
            if line not in self._of_lines:
                self._of_lines[line] = [c for c in self.found if c.first <= line <= c.last]
            for comment in self._of_lines[line]:
                for word in comment.words:
                    if code in word.codes:
                        self._used.add((comment.line, word.column))
                        hidden = True
        return hidden

    def unused(self, judged: frozenset[str]) -> Iterator[tuple[Mark, str, Fix]]:
        """Yield the words that have hidden nothing: place, message and how to take them out.

        Parameters
        ----------
        judged
            The codes of the rules that were run: of others nothing is known.
        """
        for comment in self.found:
            idle = [
                w
                for w in comment.words
                if (comment.line, w.column) not in self._used and w.codes & judged
            ]
            for word in idle:
                yield (
                    Mark(self.source, comment.line, word.column, len(word.text)),
                    f"the comment that ignores '{word.text}' hides nothing here",
                    self._removal(comment, word, idle),
                )

    def _removal(self, comment: Comment, word: Word, idle: list[Word]) -> Fix:
        """Return the edit that takes out a word, or the comment if none is left."""
        line = self.source.lines[comment.line - 1]
        if len(idle) == len(comment.words):
            if comment.is_alone:
                edit = Edit(comment.line, 1, comment.line + 1, 1, "")
            else:
                start = len(line[: comment.column - 1].rstrip()) + 1
                edit = Edit(comment.line, start, comment.line, len(line) + 1, "")
            return Fix("take the comment out", (edit,))
        begin, end = word.column - 1, word.column - 1 + len(word.text)
        begin, end = with_comma(line, begin, end) or (begin, end)
        return Fix(
            f"take '{word.text}' out of the comment",
            (Edit(comment.line, begin + 1, comment.line, end + 1, ""),),
        )


def read_comments(source: Source, known: Mapping[str, RuleEntry]) -> Comments:
    r"""Return the comments of a text that excuse findings; a '#' inside a text is no comment.

    Examples
    --------
    >>> from cnnanalyze.linting.rules import entries
    >>> text = "about: '# cnn: ignore[CV]'\nlayers:\n- conv: 8  # cnn: ignore[CV003] -- yes\n"
    >>> [(c.line, c.words[0].text) for c in read_comments(Source("here", text), entries()).found]
    [(3, 'CV003')]
    """
    comments = Comments(source)
    found: list[Comment] = []
    faults: list[tuple[Mark, str, str]] = []
    for line, start in comment_places(source):
        text = source.lines[line - 1]
        if not (match := _COMMENT.match(text, start)):
            continue
        mark = Mark(source, line, start + 1, len(text) - start)
        words = match["words"]
        if match["form"] not in FORMS:
            message = f"a comment 'cnn: {match['form']}' means nothing"
            faults.append((mark, message, "write 'cnn: ignore[CODE]' or 'cnn: file-ignore[CODE]'"))
        elif words is None or not words.strip():
            message = f"'cnn: {match['form']}' must name the rules that it ignores"
            faults.append((mark, message, f"write '# cnn: {match['form']}[NA001] -- reason'"))
        else:
            read_in = []
            for column, word in _listed(words, match.start("words") + 1):
                try:
                    read_in.append(Word(word, column, resolve(word, known)))
                except UsageError as error:
                    place = Mark(source, line, column, len(word))
                    faults.append((place, error.message, error.faults[0].help))
            is_alone = not text[:start].strip()
            covered = (1, len(source.lines))
            if match["form"] == "ignore":
                covered = _step_below(source, line) if is_alone else (line, line)
            found.append(
                Comment(line, start + 1, len(text) + 1, tuple(read_in), *covered, is_alone)
            )
    comments.found, comments.faults = tuple(found), tuple(faults)
    return comments


def _listed(words: str, column: int) -> Iterator[tuple[int, str]]:
    """Yield the words between commas, each with its column."""
    for part in words.split(","):
        if word := part.strip():
            yield column + len(part) - len(part.lstrip()), word
        column += len(part) + 1


def comment_places(source: Source) -> Iterator[tuple[int, int]]:
    """Yield line and offset of every comment; nothing if the text is not YAML."""
    spans: dict[int, list[tuple[int, int]]] = {}
    try:
        for event in yaml.parse(source.text, Loader=LOADER):
            if type(event) is yaml.ScalarEvent:
                start, end = event.start_mark, event.end_mark
                assert start is not None
                assert end is not None
                for line in range(start.line, end.line + 1):
                    begin = start.column if line == start.line else 0
                    stop = end.column if line == end.line else len(source.text)
                    spans.setdefault(line, []).append((begin, stop))
    except yaml.YAMLError:
        return
    for number, text in enumerate(source.lines):
        taken = spans.get(number, [])
        at = text.find("#")
        while at >= 0:
            place = bisect_right(taken, (at, len(source.text) + 1)) - 1
            if place >= 0 and taken[place][1] > at:  # inside of a text
                at = text.find("#", taken[place][1])
            elif at and not text[at - 1].isspace():
                at = text.find("#", at + 1)
            else:
                yield number + 1, at
                break


def _step_below(source: Source, line: int) -> tuple[int, int]:
    """Return the lines of what is written below a comment: to where the indentation ends."""
    lines = source.lines
    below = range(line, len(lines))
    begin = next(
        (n for n in below if lines[n].strip() and not lines[n].lstrip().startswith("#")), None
    )
    if begin is None:
        return line, line
    indent = _indent(lines[begin])
    end = begin
    for n in range(begin + 1, len(lines)):
        if lines[n].strip() and not lines[n].lstrip().startswith("#"):
            if _indent(lines[n]) <= indent:
                break
            end = n
    return begin + 1, end + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


# --- writing comments ----------------------------------------------------------------------------


def comment_edits(source: Source, findings: Iterable[Finding], reason: str = "") -> list[Edit]:
    """Return the edits that put a comment behind every line that has findings.

    Codes are added to a comment that is there already; everything else stays as it is.
    """
    reason = " ".join(reason.split())  # a comment is one line
    wanted: dict[int, list[str]] = {}
    for finding in findings:
        if finding.mark is not None and finding.mark.source.name == source.name:
            codes = wanted.setdefault(finding.mark.line, [])
            if finding.code not in codes:
                codes.append(finding.code)
    places = dict(comment_places(source))
    return [
        _comment(source.lines[line - 1], line, places.get(line), ", ".join(codes), reason)
        for line, codes in sorted(wanted.items())
    ]


def _comment(text: str, line: int, at: int | None, codes: str, reason: str) -> Edit:
    """Return the edit that names codes in the comment of a line, or makes one."""
    remark = f"# cnn: ignore[{codes}]" + (f" -- {reason}" if reason else "")
    if at is None:
        end = len(text) + 1
        return Edit(line, end, line, end, ("" if text.endswith("  ") else "  ") + remark)
    match = _COMMENT.match(text, at)
    if match is not None and match["form"] == "ignore" and match["words"]:
        place = match.end("words") + 1
        return Edit(line, place, line, place, f", {codes}")
    # What is said already stays behind the new words.
    said = len(text) - len(text[at:].lstrip("# ")) + 1
    return Edit(line, at + 1, line, said, remark + ("; " if reason else " -- "))
