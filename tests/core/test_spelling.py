from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.spelling import MOST_CANDIDATES, Spelling, count_of, listed, noun_for
from cnnanalyze.layers.base import KINDS


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the words that are compared letter by letter."""
    counts: list[int] = []
    plain = difflib.get_close_matches

    def counting(word: str, known: Sequence[str], **options: Any) -> list[str]:
        counts.append(len(known))
        return plain(word, known, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counting)
    return counts


def test_a_look_costs_the_same_among_however_many_words(compared: list[int]) -> None:
    known = Spelling(f"layer{n}" for n in range(20_000))
    found = [known.nearest(f"layxr{n}") for n in range(0, 20_000, 1_999)]
    assert found[0] == "layer0"
    assert all(word is not None for word in found)
    assert max(compared) <= MOST_CANDIDATES


def test_many_looks_make_one_index() -> None:
    known = tuple(f"p{n}" for n in range(1_000))
    assert Spelling.of(known) is Spelling.of(list(known))


@given(st.sampled_from(KINDS.words()), st.integers(0, 20), st.sampled_from("aeiourstnx_"))
def test_a_slip_of_one_letter_is_found_as_a_full_comparison_finds_it(
    word: str, place: int, letter: str
) -> None:
    place %= len(word)
    slip = word[:place] + letter + word[place + 1 :]
    words = tuple(KINDS.words())
    full = difflib.get_close_matches(slip, words, n=1, cutoff=0.6)
    near = Spelling(words).nearest(slip)
    if not full:
        assert near is None
        return
    assert near is not None

    def likeness(other: str) -> float:
        return difflib.SequenceMatcher(None, other, slip).ratio()

    assert likeness(near) >= likeness(full[0]) - 0.1


def test_a_text_is_no_misspelt_word(compared: list[int]) -> None:
    assert Spelling(["conv", "dense"]).hint("conv" * 50_000) == ""
    assert compared == []


def test_a_message_lists_the_first_of_many_words() -> None:
    assert listed(("a", "b")) == "a, b"
    assert listed([f"p{n}" for n in range(20)]).endswith("p18, p19")
    assert listed([f"p{n}" for n in range(21)]).endswith("p18, p19, ...")
    assert listed(()) == ""


def test_one_is_singular() -> None:
    assert [count_of(n, "entry", "entries") for n in (0, 1, 2)] == [
        "0 entries",
        "1 entry",
        "2 entries",
    ]


def test_a_noun_goes_with_what_is_no_whole_number() -> None:
    assert [noun_for(n, "pixel") for n in (1, 1.5, 2)] == ["pixel", "pixels", "pixels"]
