"""A change of a text differs exactly where it was edited, or it is not made."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.language.yaml import LOADER
from cnnanalyze.linting.edit_check import change, is_confined
from cnnanalyze.linting.finding import Edit

NET = """\
cnn: 1
about: |
  two lines
  of text
layers:
- conv: {filters: 7, kernel: 3}  # é
- relu
- relu
- add:
    - - relu
    - []
- {gap: , as: on}
"""


@pytest.mark.parametrize(
    ("edit", "confined"),
    [
        (Edit(6, 31, 6, 31, ", bias: false"), True),
        (Edit(6, 10, 6, 10, "bias: false, "), True),
        (Edit(6, 9, 6, 31, "[filters: 3"), False),  # no YAML any more
        (Edit(7, 1, 8, 1, ""), True),
        (Edit(8, 1, 9, 1, ""), True),
        (Edit(6, 1, 7, 1, ""), True),  # the first of its list
        (Edit(12, 1, 13, 1, ""), True),  # the last one
        (Edit(11, 1, 12, 1, ""), True),  # a list without words
        (Edit(10, 1, 11, 1, ""), True),
        (Edit(9, 1, 10, 1, ""), False),  # what is below it moves
        (Edit(7, 1, 7, 3, "  "), False),  # the step becomes a part of the one above
        (Edit(12, 15, 12, 17, "'on'"), True),
        (Edit(12, 15, 12, 17, "'on', share: x"), True),
        (Edit(12, 16, 12, 17, "i"), False),  # half a word
        (Edit(7, 7, 7, 7, "  # cnn: ignore[CV] -- é"), True),
        (Edit(3, 12, 3, 12, "  # cnn: ignore[CV]"), False),  # a part of the text
        (Edit(1, 1, 1, 1, "# a remark\n"), True),
        (Edit(5, 8, 5, 8, " [] #"), False),
        (Edit(7, 7, 7, 7, "\n- bn"), True),
        (Edit(7, 7, 7, 7, ": {a: &x 1}"), False),  # the word becomes a key
    ],
)
def test_only_what_was_edited_may_differ(edit: Edit, confined: bool) -> None:
    assert is_confined(NET, change(NET, [edit]), [edit]) is confined


def test_many_edits_are_looked_at_together() -> None:
    good = [Edit(6, 31, 6, 31, ", bias: false"), Edit(8, 1, 9, 1, ""), Edit(12, 15, 12, 17, "x")]
    assert is_confined(NET, change(NET, good), good)
    bad = [*good[:2], Edit(3, 12, 3, 12, " x")]
    assert not is_confined(NET, change(NET, bad), bad)


def test_another_change_than_the_one_that_is_told_is_seen() -> None:
    edit = Edit(8, 1, 9, 1, "")
    assert not is_confined(NET, change(NET, [edit]).replace("two", "tow"), [edit])
    assert not is_confined(NET, change(NET, [edit]).replace("'3'", "3").replace("3", "'3'"), [edit])
    assert is_confined(NET, NET, [])
    assert not is_confined(NET, NET.replace("on}", "'on'}"), [])


@given(
    st.integers(1, 12),
    st.integers(1, 20),
    st.sampled_from(["", "x", "- x\n", "# x", "'x'", ", a: 1", ": ", "[", "\n"]),
    st.integers(0, 4),
)
def test_what_is_let_pass_keeps_every_other_word(
    line: int, column: int, text: str, length: int
) -> None:
    from yaml import ScalarEvent, parse

    lines = NET.splitlines()
    width = len(lines[line - 1])
    column = min(column, width + 1)
    edit = Edit(line, column, line, min(column + length, width + 1), text)
    after = change(NET, [edit])
    if not is_confined(NET, after, [edit]):
        return
    begin = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    end = begin + edit.end_column - edit.column

    def words(text: str, first: int, last: int) -> list[tuple[str, bool]]:
        events: list[Any] = [e for e in parse(text, LOADER) if type(e) is ScalarEvent]
        outside = [e for e in events if not first <= e.start_mark.index < last]
        return [(e.value, e.style is None) for e in outside]

    assert words(NET, begin, end) == words(after, begin, begin + len(text))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_that_are_put_in_are_those_of_the_line(ends: str) -> None:
    text = f"a: 1{ends}b: 2"
    done = change(text, [Edit(1, 5, 1, 5, "\nc: 3"), Edit(2, 1, 2, 1, "d: 4\n")])
    assert done == (f"a: 1{ends}c: 3{ends}d: 4{ends}b: 2" if ends != "\r" else done)
    assert done.replace(ends, "\n").replace("\r", "\n") == "a: 1\nc: 3\nd: 4\nb: 2"
