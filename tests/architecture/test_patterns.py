"""No regular expression takes time that grows faster than the text."""

from __future__ import annotations

import pytest

from tests.architecture.patterns import Found, growth, patterns

LINEAR = 3.0
"""Twice the text may take up to so many times the steps: two for linear, four for quadratic."""


@pytest.mark.thorough
def test_steps_grow_no_faster_than_the_text() -> None:
    found = patterns()
    assert len(found) > 60
    factors = {pattern: growth(pattern) for pattern in found}
    slow = [
        f"{pattern.where}: {pattern.text!r} on {text!r}"
        for pattern, (factor, text) in factors.items()
        if factor >= LINEAR
    ]
    assert slow == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("text", "how"),
    [
        (r"(a+)+$", "fullmatch"),
        (r"(a|a)*b", "fullmatch"),
        (r"\s*\s*x", "fullmatch"),
        (r"\s+$", "search"),
        (r"a*b", "search"),
        (r"\[[^\]]*\]", "search"),
        (r"<[^>]*>", "search"),
        (r"([^\[\]]+?)\s*\]", "fullmatch"),
        (r"#\s*cnn:\s*\[(?P<words>[^\]]*)\]", "search"),
        (r"(?:[^x]|\\.)*y", "fullmatch"),
    ],
)
def test_what_grows_faster_is_found(text: str, how: str) -> None:
    assert growth(Found("here", text, 0, how))[0] >= LINEAR


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (r"\s+x", "fullmatch"),
        (r"\[[^\[\]]*\]", "search"),
        (r"'[^']*'|\d+", "search"),
        (r"(?<!\s)\s+$", "search"),
        (r"(?:[^\\\"]|\\.)*", "fullmatch"),
        (r"\d{1,9}x", "search"),
        (r"^a*b", "search"),
    ],
)
def test_what_is_linear_passes(text: str, how: str) -> None:
    assert growth(Found("here", text, 0, how))[0] < LINEAR
