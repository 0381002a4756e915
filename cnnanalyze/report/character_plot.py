"""Character plot: axes with their words around a picture made of characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnnanalyze.report.terminal import Line, UnbrokenLine

Paper = Sequence[Sequence[tuple[str, str]]]
"""Rows of characters, each with its style."""


def framed(
    paper: Paper,
    margin: int,
    rows: Mapping[int, str],
    columns: Iterable[tuple[int, str]],
    titles: tuple[str, str],
) -> Iterator[Line]:
    """Yield a picture with its axes.

    Parameters
    ----------
    paper
        The picture.
    margin
        The room to the left for the words of the rows.
    rows, columns
        The words at rows of the picture, and at columns; where two would meet, the first stays.
    titles
        What the axes are: to the right, and upwards.
    """
    wide = len(paper[0])
    yield [(titles[1], "dim")]
    for row, line in enumerate(paper):
        label = rows.get(row, "")
        yield UnbrokenLine(
            [(f"{label:>{margin - 1}} ", "dim"), ("┤" if label else "│", "dim"), *line]
        )
    foot, words = ["─"] * wide, [" "] * wide
    for column, text in columns:
        foot[column] = "┬"
        start = min(max(column - len(text) // 2, 0), wide - len(text))
        if start >= 0 and all(c == " " for c in words[max(start - 1, 0) : start + len(text) + 1]):
            words[start : start + len(text)] = text
    yield UnbrokenLine([(f"{' ' * margin}└{''.join(foot)}", "dim")])
    yield UnbrokenLine([(f"{' ' * margin} {''.join(words)}".rstrip(), "dim")])
    yield [(f"{' ' * margin} {titles[0]}", "dim")]
