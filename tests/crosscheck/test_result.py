"""What a cross-check found, in words."""

from __future__ import annotations

from cnnanalyze.crosscheck.result import Balance


def test_how_many_lines_of_each_input_were_followed_is_said() -> None:
    lines = (("left", ((5, 5), (7, 7))), ("right", ((3, 11), (3, 13))))
    two = Balance("net", 2, (), (), followed=lines)
    assert list(two.lines()) == [
        "receptive fields by all 5 x 7 lines of 'left'",
        "receptive fields by 3 x 3 of 11 x 13 lines of 'right'",
    ]
    one = Balance("net", 2, (), (), followed=lines[1:])
    assert list(one.lines()) == ["receptive fields by 3 x 3 of 11 x 13 lines of the input"]
