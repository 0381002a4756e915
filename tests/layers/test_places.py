"""Places: what is written as ranges is read as the places that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.layers.places import places_of, range_of, shortened


def read(written: str | tuple[int | str, ...]) -> list[int]:
    """Return the places of what is written."""
    found: list[int] = []
    for entry in [written] if isinstance(written, str) else written:
        ranges = range_of(entry) if isinstance(entry, str) else None
        assert ranges is not None or isinstance(entry, int)
        found += places_of(ranges) if ranges is not None else [int(entry)]
    return found


@given(st.lists(st.integers(-3, 40), max_size=30))
@example([])
@example([0, 0, 0])
@example([3, 2, 1, 0])
@example([*range(24, 48), *range(24)])
@example([a + b + c for a in range(0, 66, 22) for b in range(0, 22, 11) for c in range(1, 7, 2)])
def test_places_are_those_that_are_written(places: list[int]) -> None:
    assert read(shortened(places)) == places


@pytest.mark.parametrize(
    ("places", "written"),
    [
        (range(48), "0..48"),
        (range(1, 48, 2), "1..49/2"),
        ([*range(24, 48), *range(24)], ("24..48", "0..24")),
        ([0, 1, 2, 11, 12, 13, 22, 23, 24], "0..33/11 + 0..3"),
        ([5, 3, 1], (5, 3, 1)),
        ([7, 0, 1, 2, -1], (7, "0..3", -1)),
        ([0, 1], (0, 1)),
    ],
)
def test_regular_places_are_written_as_ranges(places: list[int], written: object) -> None:
    assert shortened(tuple(places)) == written


def test_spec_with_ranges_is_that_of_the_list_and_is_written_with_ranges() -> None:
    text = "cnn: 1\ninput: 7x11x66\nlayers:\n  - gather: {words}\n"
    short = cnn.loads(text.replace("{words}", "0..66/11 + 0..3"))
    several = cnn.loads(text.replace("{words}", "{positions: [24..48/2, 0..3, 5]}"))
    assert short.nodes[0].attributes["positions"][:4] == (0, 1, 2, 11)
    assert str(short.nodes[0].output) == "7x11x18"
    assert several.nodes[0].attributes["positions"] == (*range(24, 48, 2), 0, 1, 2, 5)
    for net in (short, several):
        for is_folded in (False, True):
            written = cnn.dumps(net, folded=is_folded)
            assert ".." in written
            assert cnn.loads(written).nodes[0].layer == net.nodes[0].layer
