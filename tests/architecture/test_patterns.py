"""No regular expression takes time that grows faster than the text."""

from __future__ import annotations

import pytest

from tests.architecture.patterns import Found, growth, patterns

FOUND = patterns()
LINEAR = 3.0
"""Twice the text may take up to so many times the steps: two for linear, four for quadratic."""


@pytest.mark.parametrize("pattern", FOUND, ids=[f"{n}-{p.where}" for n, p in enumerate(FOUND)])
def test_steps_grow_no_faster_than_the_text(pattern: Found) -> None:
    factor, text = growth(pattern)
    assert factor < LINEAR, f"{pattern.text!r} on {text!r}"


def test_there_are_patterns() -> None:
    assert len(FOUND) > 60


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
