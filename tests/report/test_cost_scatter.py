"""Cost scatter: characters on logarithmic axes."""

from __future__ import annotations

import itertools

import pytest

from cnnanalyze.report.cost_scatter import scatter
from cnnanalyze.report.placement import PlacedNetwork


def network(name: str, parameters: int, macs: int, **more: bool) -> PlacedNetwork:
    return PlacedNetwork(name, name, name, 2015, parameters, macs, 7, "3", 9, **more)


SEVEN = [network(f"net{i}", 10**i, 10 ** (i + 3)) for i in range(4, 9)]


def picture(networks: list[PlacedNetwork], width: int) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in scatter(networks, width)]


def test_equal_ratios_are_equal_steps() -> None:
    lines = picture(SEVEN, 80)
    marks = {(r, line.index("·")) for r, line in enumerate(lines[:-1]) if "·" in line}
    rows, columns = zip(*sorted(marks), strict=True)
    assert len(marks) == len(SEVEN)
    assert len({b - a for a, b in itertools.pairwise(rows)}) <= 2
    steps = {a - b for a, b in itertools.pairwise(columns)}
    assert max(steps) - min(steps) <= 1


def test_the_readers_own_is_marked_and_named_first() -> None:
    own = network("mine", 10**6, 10**9, is_own=True)
    lines = picture([*SEVEN, own], 80)
    (row,) = (line for line in lines[:-1] if "■" in line)
    assert "■ mine" in row
    assert lines[-1] == "· one network  ○ several  ■ yours"


def test_several_in_one_cell_are_told_apart_from_one() -> None:
    lines = picture([*SEVEN, SEVEN[2]._replace(name="twin")], 80)
    assert sum(line.count("○") for line in lines[:-1]) == 1


@pytest.mark.parametrize("width", [24, 40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, picture(SEVEN, width)[:-2])) <= width


def test_nothing_to_show_is_no_picture() -> None:
    assert picture([network("none", 0, 0)], 80) == []
