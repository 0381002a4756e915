"""Lectures for readers: fact by fact what is printed, what is computed, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.course.lectures.facts import CAUSES
from cnnanalyze.course.lectures.verdict import OUTCOMES, Examined, Recomputed
from cnnanalyze.report.lecture_words import (
    as_written,
    compared,
    conclude,
    conclude_all,
    place_of,
    remarks_on,
    simplified,
)
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.terminal import GAP, Lines, Stretch, terminal_width

MARKS = {"holds": "✓", "wrong": "✗", "not checked": "·"}
"""By outcome; what is not as the file says has another."""
UNEXPECTED = "!"
COLOURS = {"wrong": "yellow", "not checked": "dim"}
BAD = "bold red"
"""The colour of what is not as the file says."""
BRIEF = 14
"""Longer answers stand in lines of their own."""


class Lectures(Lines):
    """Lectures for a terminal: one in full, of several only what does not simply hold."""

    def __init__(self, lectures: Sequence[Examined]) -> None:
        self.lectures = lectures

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out every lecture, and a line about all of them."""
        for one in self.lectures:
            yield from _lines_of(one, width, whole=len(self.lectures) == 1)
        if len(self.lectures) > 1:
            yield [(conclude_all(self.lectures), "bold")]


def _lines_of(examined: Examined, width: int, *, whole: bool) -> Iterator[list[Stretch]]:
    lecture = examined.lecture
    yield [(f"Lecture {lecture.id}", "bold"), (f"{GAP}{lecture.name}", "")]
    for text, style in ((lecture.source, "dim"), (conclude(examined), "")):
        for part in wrap(text, width):
            yield [(part, style)]
    kept = {"holds", "not checked"}
    rows = [row for row in examined.rows if whole or row.outcome not in kept]
    if not rows:
        yield []
        return
    grid = _grid(rows, width)
    yield []
    if grid.printed:
        yield [(grid.line("", "", "printed", "computed", ""), "dim")]
    for topic, members in groupby(rows, key=lambda row: row.fact.topic):
        yield [(f"  {topic}", "bold")]
        for row in members:
            yield from _lines_of_fact(row, grid)
        yield []


LONGEST = len("not checked")
"""The longest verdict that is expected."""
NARROW = 20
"""Words need that much; where there is less, the numbers go below them."""

MOST_WORDS = 60
WIDE = 130
"""Longer lines are not easier to read."""


def _grid(rows: Sequence[Recomputed], width: int) -> _Grid:
    """Return the columns that these facts need."""
    lead = max(cells(place_of(row.fact)) for row in rows) + 4
    short = [pair for pair in map(compared, rows) if max(map(cells, pair)) <= BRIEF]
    printed, computed = (
        max(map(cells, column)) for column in zip(("printed", "computed"), *short, strict=True)
    )
    words = width - lead - printed - computed - 4 * len(GAP) - LONGEST
    if words < NARROW:
        return _Grid(width, lead, max(8, width - lead - 2 * len(GAP) - LONGEST), 0, 0)
    longest = max(cells(row.fact.says) for row in rows)
    return _Grid(min(width, WIDE), lead, min(words, longest, MOST_WORDS), printed, computed)


class _Grid(NamedTuple):
    """How wide what stands side by side is."""

    width: int
    lead: int
    """The mark and the place in the lecture."""
    words: int
    printed: int
    computed: int

    def line(self, lead: str, words: str, printed: str, computed: str, verdict: str) -> str:
        """Return a line with everything in its column."""
        columns = [pad(lead, self.lead), pad(words, self.words)]
        if self.printed:
            columns.append(pad(printed, self.printed, right=True))
            columns.append(pad(computed, self.computed, right=True))
        return GAP.join([*columns, verdict]).rstrip()

    def below(self, text: str) -> Iterator[str]:
        """Return the lines of a remark, in the column of the words."""
        indent = self.lead + len(GAP)
        for i, part in enumerate(wrap(text, max(24, self.width - indent - 2))):
            yield f"{'':{indent + 2 * (i > 0)}}{part}"


def _lines_of_fact(row: Recomputed, grid: _Grid) -> Iterator[list[Stretch]]:
    mark = MARKS.get(row.outcome, UNEXPECTED)
    colour = COLOURS.get(row.outcome, "") if row.is_fine else BAD
    printed, computed = compared(row)
    checked = row.outcome != "not checked"
    long = checked and (not grid.printed or max(cells(printed), cells(computed)) > BRIEF)
    words, *more = wrap(row.fact.says, grid.words) or [""]
    shown = ("", "") if long or not checked else (printed, computed)
    yield [(grid.line(f"  {mark} {place_of(row.fact)}", words, *shown, row.outcome), colour)]
    for part in more:
        yield [(f"{'':{grid.lead}}{GAP}{part}", colour)]
    for name, text in (("printed", printed), ("computed", computed)) if long else ():
        for line in grid.below(f"{name:8}{GAP}{text}"):
            yield [(line, colour)]
    for remark in remarks_on(row):
        for line in grid.below(remark):
            yield [(line, "dim")]


# --- other formats --------------------------------------------------------------------------------


def to_markdown(lectures: Sequence[Examined]) -> str:
    """Write lectures as Markdown: one in full; of several what is wrong and what is not checked."""
    from cnnanalyze.report.markdown import escape, write  # noqa: PLC0415 - for this format only

    whole = len(lectures) == 1
    parts = [] if whole else [_PREFACE, write(_overview(lectures))]
    for one in lectures:
        source = one.lecture.source
        parts.append(f"## Lecture {one.lecture.id}: {escape(one.lecture.name)}\n")
        parts.append(f"{escape(source[:1].upper() + source[1:])}. {escape(conclude(one))}.\n")
        if whole:
            parts.append(write(_all(one.rows)))
            continue
        if wrong := [row for row in one.rows if row.outcome not in {"holds", "not checked"}]:
            parts += ["### What is wrong\n", write(_wrong(wrong))]
        if rest := [row for row in one.rows if row.outcome == "not checked"]:
            parts += ["### What cannot be computed\n", write(_unchecked(rest))]
    return "\n".join(parts)


_PREFACE = """\
# The lectures, recomputed

Five lectures on convolutional networks, and what they say in numbers: sizes, parameters,
operations, convolutions by hand, receptive fields, losses, training. Every fact names the question
that it answers; the package answers it, and the two are compared to the digits that are printed.
Where they differ, the slip is looked for that gives the printed number.

This page is written by `cnnanalyze audit zoo:lectures --format markdown`. The command
`cnnanalyze audit zoo:lecture_001` prints one lecture fact by fact; the facts themselves are in
`specs/lectures/`.

## Facts of your own

A file that ends in `.facts` can hold the numbers of any lecture; `cnnanalyze audit slides.facts`
computes them. `ask` is a question about a spec of the zoo or beside the file (`spec`), about layers
that are written out, or one of those that homework sheets know, such as `window` or `softmax`. The
quantities are those of `cnnanalyze explain`, and `values` are the numbers that a run puts out. A
number that is known to be wrong says why, and what is right.

```yaml
lecture: 1
id: slides
name: My slides
facts:
  - id: size
    lines: 12
    topic: output size
    says: 7x7 with a 3x3 filter at stride 2
    ask: {window: {input: 7, kernel: 3, stride: 2}, quantity: output}
    printed: 3
  - id: edges
    lines: 20-25
    topic: numeric convolution
    says: vertical edges of a step
    ask:
      input: {values: [[10, 10, 0, 0], [10, 10, 0, 0], [10, 10, 0, 0]]}
      layers: [{conv: {filters: 1, kernel: 3, bias: false}, weights: vertical-edge}]
      quantity: values
    printed: [[30, 30]]
  - id: table
    lines: 31
    topic: layer table
    says: the row of the first convolution
    ask: {spec: lecture_001_lenet, layer: conv1}
    printed: {output: 28x28x6, parameters: 156}
    verdict: wrong
    cause: error
    reason: the filters are as deep as the image
    right: {output: 28x28x6, parameters: 456}
```

The 156 is explained, too: it is what one gets who forgets the depth of the input.
"""


def _table(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> Any:  # noqa: ANN401
    """Return a table of the report, which loads late."""
    from cnnanalyze.report.table import Cell, Heading, Table  # noqa: PLC0415

    return Table(
        tuple(Heading(head, head, align) for head, align in heads),  # type: ignore[arg-type]
        tuple(tuple(Cell(text, text) for text in row) for row in rows),
    )


def _overview(lectures: Sequence[Examined]) -> Any:  # noqa: ANN401
    heads = [("lecture", "left"), ("by", "left"), ("facts", "right")]
    heads += [(name, "right") for name in ("hold", "wrong", "not checked")]
    rows = [
        (
            one.lecture.id,
            one.lecture.name,
            exact(len(one.rows)),
            *(exact(one.count(o)) for o in ("holds", "wrong", "not checked")),
        )
        for one in lectures
    ]
    sums = [sum(int(row[i].replace(",", "")) for row in rows) for i in range(2, 6)]
    return _table(heads, [*rows, ("all", "", *map(exact, sums))])


def _wrong(rows: Sequence[Recomputed]) -> Any:  # noqa: ANN401
    heads = [("where", "left"), ("what", "left"), ("printed", "right"), ("computed", "right")]
    heads += [("why", "left"), ("what gives the printed number", "left")]
    return _table(
        heads,
        [
            (
                place_of(row.fact),
                row.fact.says,
                *compared(row),
                f"{CAUSES[row.fact.cause]}: {row.fact.reason}" if row.fact.cause else row.outcome,
                "; ".join(row.causes),
            )
            for row in rows
        ],
    )


def _unchecked(rows: Sequence[Recomputed]) -> Any:  # noqa: ANN401
    heads = [("where", "left"), ("what", "left"), ("why not", "left")]
    return _table(heads, [(place_of(r.fact), r.fact.says, r.fact.unchecked) for r in rows])


def _all(rows: Sequence[Recomputed]) -> Any:  # noqa: ANN401
    heads = [("where", "left"), ("what", "left"), ("printed", "right"), ("computed", "right")]
    heads += [("verdict", "left"), ("remarks", "left")]
    return _table(
        heads,
        [
            (place_of(r.fact), r.fact.says, *compared(r), r.outcome, "; ".join(remarks_on(r)))
            for r in rows
        ],
    )


def to_dict(lectures: Sequence[Examined]) -> list[dict[str, Any]]:
    """Return lectures as plain data."""
    return [
        {
            "lecture": one.lecture.id,
            "name": one.lecture.name,
            "source": one.lecture.source,
            "fine": one.is_fine,
            "outcomes": {outcome: one.count(outcome) for outcome in OUTCOMES},
            "facts": [_fact(row) for row in one.rows],
        }
        for one in lectures
    ]


def _fact(row: Recomputed) -> dict[str, Any]:
    from cnnanalyze.report.json import plain  # noqa: PLC0415 - for this format only

    fact = row.fact
    return {
        "id": fact.id,
        "lines": fact.lines,
        "topic": fact.topic,
        "says": fact.says,
        "printed": None if fact.printed is None else plain(as_written(fact.printed)),
        "computed": plain(simplified(row.computed)),
        "outcome": row.outcome,
        "marked": fact.verdict,
        "cause": fact.cause,
        "reason": fact.reason,
        "unchecked": fact.unchecked,
        "note": fact.note,
        "gives_what_is_printed": list(row.causes),
        "fine": row.is_fine,
        "place": str(fact.tree.mark),
    }


def to_json(lectures: Sequence[Examined], audits: dict[str, Any]) -> str:
    """Return lectures as JSON, beside the audits of specs that were asked for with them."""
    from cnnanalyze.report.json import dump  # noqa: PLC0415 - for this format only

    fine = audits["fine"] and all(one.is_fine for one in lectures)
    return dump({**audits, "fine": fine, "lectures": to_dict(lectures)})


def render(lectures: Sequence[Examined], format: str) -> str:  # noqa: A002
    """Return lectures as text: a table or Markdown."""
    if format == "markdown":
        return to_markdown(lectures)
    return Lectures(lectures).plain(terminal_width())
