"""Patterns that name axes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.layers.pattern import parse, written


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("h w c", "it has no arrow: write 'inputs -> output'"),
        ("h w c -> h (w c", "its brackets do not match"),
        ("h w c -> h w c)", "its brackets do not match"),
        ("((h w) c) -> h w c", "its brackets do not match"),
        ("h h c -> h c", "'h' stands twice for one tensor"),
        ("h, -> h", "a side is empty"),
        ("h ... c -> h c", "'.' is not a name of an axis"),
        ("2 c -> c", "'2' is not a name of an axis"),
        ("a" * 501, "it has 501 characters, allowed are 500"),
    ],
)
def test_fault_of_a_pattern(text: str, fault: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared
        parse(text)
    assert str(caught.value) == fault


names = st.lists(st.sampled_from("abcdef"), unique=True, min_size=1, max_size=6)


@given(names=names, cut=st.integers(0, 6))
def test_what_is_written_is_read(names: list[str], cut: int) -> None:
    axes = (tuple(names[:cut]), *((name,) for name in names[cut:]))
    assert parse(f"{written(axes)} -> {written(axes)}").output == axes
